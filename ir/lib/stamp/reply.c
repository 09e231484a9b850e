/* SPDX-License-Identifier: ISC
 *
 * A time-stamping authority's answer (RFC 3161, 2.4.2), as far as it can be
 * taken apart: see inside.h.
 */
#include "stamp/inside.h"

#include <openssl/err.h>
#include <stdio.h>

#include "base/limits.h"

void
ir_stamp_words(char out[IR_STAMP_WORDS])
{
	const char *data = NULL, *reason;
	int flags = 0;
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
	unsigned long e =
	    ERR_peek_last_error_all(NULL, NULL, NULL, &data, &flags);
#else
	unsigned long e =
	    ERR_peek_last_error_line_data(NULL, NULL, &data, &flags);
#endif

	reason = ERR_reason_error_string(e);
	if (!(flags & ERR_TXT_STRING) || data == NULL || *data == '\0')
		data = NULL;
	snprintf(out, IR_STAMP_WORDS, "%s%s%s",
	    reason != NULL ? reason : "no reason given",
	    data != NULL ? ": " : "", data != NULL ? data : "");
	ERR_clear_error();
}

/* PKIFailureInfo in words. */
static const struct {
	int bit;
	const char *words;
} failures[] = {
    {0, "it does not take that hash algorithm"},
    {2, "it does not take such a request"},
    {5, "it could not read the request"},
    {14, "it has no time at the moment"},
    {15, "it does not follow that policy"},
    {16, "it does not know an extension"},
    {17, "it has not what was asked for"},
    {25, "something failed there"},
};

static int
fail_refused(const TS_STATUS_INFO *info, long status, struct ir_err *err)
{
	const STACK_OF(ASN1_UTF8STRING) *text = TS_STATUS_INFO_get0_text(info);
	const ASN1_BIT_STRING *why = TS_STATUS_INFO_get0_failure_info(info);
	const ASN1_UTF8STRING *said =
	    text != NULL && sk_ASN1_UTF8STRING_num(text) > 0
		? sk_ASN1_UTF8STRING_value(text, 0)
		: NULL;
	const char *words = "it gives no reason";

	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (why != NULL &&
		    ASN1_BIT_STRING_get_bit(why, failures[i].bit)) {
			words = failures[i].words;
			break;
		}
	return ir_fail(err, IR_EPROTO,
	    "the time-stamping authority refused (status %ld): %s%s%.*s%s",
	    status, words, said != NULL ? ": \"" : "",
	    said != NULL ? ASN1_STRING_length(said) : 0,
	    said != NULL ? (const char *)ASN1_STRING_get0_data(said) : "",
	    said != NULL ? "\"" : "");
}

/* Granted (0), or granted with modifications (1), with a token. */
static int
check_status(TS_RESP *resp, struct ir_err *err)
{
	TS_STATUS_INFO *info = TS_RESP_get_status_info(resp);
	int64_t status;

	if (ASN1_INTEGER_get_int64(&status, TS_STATUS_INFO_get0_status(info)) !=
	    1)
		return ir_fail(
		    err, IR_EFORMAT, "the time-stamp's status is no number");
	if (status != 0 && status != 1)
		return fail_refused(info, (long)status, err);
	if (TS_RESP_get_token(resp) == NULL ||
	    TS_RESP_get_tst_info(resp) == NULL)
		return ir_fail(err, IR_EFORMAT,
		    "the answer of the time-stamping authority holds no "
		    "time-stamp");
	return 0;
}

TS_RESP *
ir_stamp_parse(const void *reply, size_t len, struct ir_err *err)
{
	const unsigned char *p = reply;
	char words[IR_STAMP_WORDS];
	TS_RESP *resp;

	if (len > IR_MAX_STAMP) {
		ir_fail(err, IR_EFORMAT,
		    "a time-stamp has at most %u bytes, and this %zu",
		    IR_MAX_STAMP, len);
		return NULL;
	}
	ERR_clear_error();
	resp = d2i_TS_RESP(NULL, &p, (long)len);
	if (resp == NULL) {
		ir_stamp_words(words);
		ir_fail(err, IR_EFORMAT, "this is no time-stamp: %s", words);
		return NULL;
	}
	if (p != (const unsigned char *)reply + len) {
		ir_fail(err, IR_EFORMAT,
		    "%zu bytes stand after the end of the time-stamp",
		    len - (size_t)(p - (const unsigned char *)reply));
		TS_RESP_free(resp);
		return NULL;
	}
	if (check_status(resp, err) == -1) {
		TS_RESP_free(resp);
		return NULL;
	}
	return resp;
}
