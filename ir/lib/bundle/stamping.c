/* SPDX-License-Identifier: ISC
 *
 * Getting a time-stamp for an act: see stamping.h.
 */
#include "bundle/stamping.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "net/http.h"
#include "net/url.h"

/* An authority that is well answers within a second; the responder waits. */
#define ANSWER_MS 15000

static int
gather(void *arg, const void *p, size_t n, struct ir_err *err)
{
	struct ir_buf *b = arg;

	if (n > IR_MAX_STAMP - b->len)
		return ir_fail(err, IR_EPROTO,
		    "the answer has more than %u bytes: no time-stamp is that "
		    "large",
		    IR_MAX_STAMP);
	ir_buf_add(b, p, n);
	return ir_buf_ok(b, err);
}

/* What it sent is shown to people only when it was no time-stamp. */
static int
send_query(struct ir_http *h, const char *path, const struct ir_buf *query,
    struct ir_buf *reply, char type[64], struct ir_err *err)
{
	const struct ir_http_request req = {
	    .method = "POST",
	    .path = path,
	    .body = query->p,
	    .type = IR_STAMP_QUERY,
	    .body_len = query->len,
	    .total_ms = ANSWER_MS,
	    .may_stop = true,
	    .on_body = gather,
	    .arg = reply,
	};
	struct ir_http_response res;
	int rc = ir_http_do(h, &req, &res, err);

	if (rc == 0 && res.status != 200)
		rc = ir_fail(err, IR_EPROTO,
		    "it answers with HTTP status %ld: is that the address of "
		    "a time-stamping authority?",
		    res.status);
	memcpy(type, res.type, sizeof(res.type));
	ir_http_response_free(&res);
	return rc;
}

static int
ask(const char *url, const struct ir_buf *query, struct ir_buf *reply,
    char type[64], struct ir_err *err)
{
	ir_auto_url struct ir_url u = {0};
	struct ir_http_server server = {
	    .verify = true, .peer = "time-stamping authority"};
	struct ir_http *h;
	int rc;

	if (ir_url_parse(url, &u, err) == -1)
		return -1;
	server.origin = u.origin;
	if ((h = ir_http_new(&server, err)) == NULL)
		return -1;
	rc = send_query(h, u.path, query, reply, type, err);
	ir_http_free(h);
	return rc;
}

/* No roots here: IR_EPERM, all is well but for them, is the best there is. */
static int
judge(const struct ir_buf *query, const struct ir_buf *reply, const void *sig,
    size_t len, struct ir_stamp *got, struct ir_err *err)
{
	if (ir_stamp_answers(query, reply->p, reply->len, err) == -1)
		return -1;
	if (ir_stamp_check(reply->p, reply->len, sig, len, NULL, got, err) ==
		-1 &&
	    err->code != IR_EPERM)
		return -1;
	return 0;
}

static int
stamp(int dirfd, const char *name, const char *url, const void *sig, size_t len,
    struct ir_stamp *got, struct ir_err *err)
{
	ir_auto_buf struct ir_buf query = IR_BUF_INIT, reply = IR_BUF_INIT;
	char type[64] = "";

	if (ir_stamp_query(sig, len, &query, err) == -1)
		return -1;
	if (ask(url, &query, &reply, type, err) == -1)
		return err->code == IR_EUSAGE ? -1 : ir_wrap(err, "%s", url);
	if (judge(&query, &reply, sig, len, got, err) == -1) {
		if (strcasecmp(type, IR_STAMP_REPLY) != 0)
			return ir_wrap(err, "%s sent %s, not " IR_STAMP_REPLY,
			    url, *type != '\0' ? type : "no Content-Type");
		return ir_wrap(err, "%s", url);
	}
	return ir_put_file(dirfd, name, reply.p, reply.len, err);
}

int
ir_bundle_stamp(int dirfd, const char *entry, const char *url,
    struct ir_stamp *got, struct ir_err *err)
{
	ir_auto_free char *signature = ir_asprintf(err, "%s.sig", entry);
	ir_auto_free char *name = ir_asprintf(err, "%s" IR_TSR, entry);
	ir_auto_free char *sig = NULL;
	size_t len;

	*got = (struct ir_stamp){0};
	if (signature == NULL || name == NULL)
		return -1;
	if (ir_exists(dirfd, name))
		return ir_fail(err, IR_EEXIST,
		    "%s is there: the act has a time-stamp already", name);
	sig = ir_read_beneath(dirfd, signature, IR_MAX_SIG, &len, err);
	if (sig == NULL)
		return err->code == IR_ENOENT
			   ? ir_fail(err, IR_ENOENT,
				 "%s is not signed: a time-stamp is over the "
				 "signature",
				 entry)
			   : -1;
	return stamp(dirfd, name, url, sig, len, got, err);
}
