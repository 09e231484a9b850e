/* SPDX-License-Identifier: ISC
 *
 * Receipts: see receipt.h.
 */
#include "bundle/receipt.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/time.h"
#include "bundle/act.h"
#include "bundle/fields.h"
#include "crypto/sshsig.h"
#include "json/json.h"

static json_t *
describe(const struct ir_link *last, const struct ir_bundle_who *who)
{
	char now[IR_TIME_SIZE];

	ir_time_now(now);
	return json_pack("{s:i, s:O, s:O, s:i, s:O, s:s, s:{s:O, s:O}, s:s, "
			 "s:o, s:o, s:{s:o, s:o, s:s}}",
	    "v", 1, "bundle", json_object_get(last->doc, "bundle"), "case",
	    json_object_get(last->doc, "case"), "seq", (int)last->seq, "type",
	    json_object_get(last->doc, "type"), "head", last->e.hash, "act",
	    "time", json_object_get(last->doc, "time"), "actor",
	    ir_json_at(last->doc, "actor.id"), "time", now, "clock",
	    ir_fields_clock(), "actor", ir_fields_actor(who), "how", "program",
	    ir_fields_text(who->program), "version",
	    ir_fields_text(who->version), "exe_sha256", who->exe_sha256);
}

static char *
sign(const json_t *doc, const struct ir_bundle_who *who, struct ir_err *err)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	ir_auto_free char *sig = NULL;

	if (ir_custody_text(doc, "receipt", &b, err) == -1)
		return NULL;
	sig = ir_sshsig_sign(who->key, IR_NS_RECEIPT, b.p, b.len, err);
	if (sig == NULL)
		return NULL;
	ir_buf_puts(&b, sig);
	return ir_buf_take(&b, err);
}

char *
ir_receipt_make(
    const char *dir, const struct ir_bundle_who *who, struct ir_err *err)
{
	struct ir_chain c;
	char *receipt = NULL;

	if (ir_act_read(dir, &c, err) == 0) {
		json_auto_t *doc = NULL;

		if (ir_chain_check(&c, err) == -1)
			ir_wrap(err, "%s", dir);
		else {
			doc = describe(ir_chain_last(&c), who);
			receipt = sign(doc, who, err);
		}
	}
	ir_chain_free(&c);
	return receipt;
}

void
ir_receipt_split(const char *p, size_t n, struct ir_receipt *r)
{
	const char *lf = memchr(p, '\n', n);

	r->text = p;
	r->len = lf != NULL ? (size_t)(lf + 1 - p) : n;
	r->sig = p + r->len;
	r->siglen = n - r->len;
}

json_t *
ir_receipt_parse(
    const struct ir_receipt *r, const char *name, struct ir_err *err)
{
	json_t *doc = ir_json_parse(r->text, r->len, name, err);
	json_int_t v, seq;
	int64_t when;

	if (doc == NULL)
		return NULL;
	if (ir_json_need_int(doc, "v", &v, name, err) == 0 &&
	    ir_json_need_int(doc, "seq", &seq, name, err) == 0 &&
	    ir_json_need_str(doc, "bundle", name, err) != NULL &&
	    ir_json_need_str(doc, "actor.id", name, err) != NULL) {
		if (v == 1 && seq >= 0 &&
		    ir_is_hex(ir_json_str(doc, "head"), 64) &&
		    ir_time_parse(ir_json_str(doc, "time"), &when) == 0)
			return doc;
		ir_fail(err, IR_EFORMAT,
		    "%s: is no receipt that this program knows", name);
	}
	json_decref(doc);
	return NULL;
}
