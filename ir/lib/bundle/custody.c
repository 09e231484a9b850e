/* SPDX-License-Identifier: ISC
 *
 * Custody entries: see custody.h.
 */
#include "bundle/custody.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/time.h"
#include "bundle/fields.h"
#include "crypto/sshsig.h"
#include "json/json.h"

bool
ir_custody_name_ok(const char *name, unsigned *seq)
{
	static const char *const ends[] = {
	    ".json", ".json.sig", ".json.sig.tsr"};
	size_t n;

	if (strspn(name, "0123456789") != 4 || name[4] != '-')
		return false;
	*seq = (unsigned)atoi(name);
	n = strspn(name + 5, "abcdefghijklmnopqrstuvwxyz-");
	for (size_t i = 0; n > 0 && i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strcmp(name + 5 + n, ends[i]) == 0)
			return true;
	return false;
}

int
ir_custody_read(
    int dirfd, const char *path, struct ir_custody *e, struct ir_err *err)
{
	ir_auto_free char *sig = ir_asprintf(err, "%s.sig", path);

	*e = (struct ir_custody){0};
	if (sig == NULL)
		return -1;
	e->text = ir_read_beneath(dirfd, path, IR_MAX_CUSTODY, &e->len, err);
	if (e->text == NULL)
		return -1;
	ir_sha256_mem(e->text, e->len, e->hash);
	if (!ir_exists(dirfd, sig))
		return 0;
	e->sig = ir_read_beneath(dirfd, sig, IR_MAX_SIG, &e->siglen, err);
	if (e->sig == NULL) {
		ir_custody_free(e);
		return -1;
	}
	ir_sha256_mem(e->sig, e->siglen, e->sig_hash);
	return 0;
}

void
ir_custody_free(struct ir_custody *e)
{
	free(e->text);
	free(e->sig);
	*e = (struct ir_custody){0};
}

static int
well_formed(const json_t *doc, const char *path, struct ir_err *err)
{
	static const char *const strings[] = {
	    "bundle", "type", "time", "actor.id", "case"};
	json_int_t v, seq;
	int64_t when;

	if (ir_json_need_int(doc, "v", &v, path, err) == -1 ||
	    ir_json_need_int(doc, "seq", &seq, path, err) == -1)
		return -1;
	if (v != 1)
		return ir_fail(err, IR_EFORMAT,
		    "%s: is of version %lld of the format: this program knows "
		    "version 1",
		    path, (long long)v);
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		if (ir_json_need_str(doc, strings[i], path, err) == NULL)
			return -1;
	if (ir_time_parse(ir_json_str(doc, "time"), &when) == -1 ||
	    strlen(ir_json_str(doc, "bundle")) != 36)
		return ir_fail(err, IR_EFORMAT,
		    "%s: time or bundle is not what it should be", path);
	return 0;
}

json_t *
ir_custody_parse(
    const struct ir_custody *e, const char *path, struct ir_err *err)
{
	json_t *doc = ir_json_parse(e->text, e->len, path, err);

	if (doc != NULL && well_formed(doc, path, err) == -1) {
		json_decref(doc);
		doc = NULL;
	}
	return doc;
}

bool
ir_custody_follows(const json_t *doc, const char *field, const char *hash)
{
	const json_t *v = json_object_get(doc, field);

	if (hash == NULL)
		return json_is_null(v);
	return json_is_string(v) && strcmp(json_string_value(v), hash) == 0;
}

/* By the second, as a reader compares. */
int
ir_custody_clock(
    const struct ir_custody *e, const char *path, struct ir_err *err)
{
	json_auto_t *doc = ir_custody_parse(e, path, err);
	char now[IR_TIME_SIZE];
	int64_t then, is;

	if (doc == NULL)
		return -1;
	ir_time_now(now);
	if (ir_time_parse(ir_json_str(doc, "time"), &then) == 0 &&
	    ir_time_parse(now, &is) == 0 && is >= then)
		return 0;
	return ir_fail(err, IR_EFORMAT,
	    "the clock says %s, but %s is of %s: an act of an earlier time "
	    "would make the bundle TIME for good; set the clock right",
	    now, path, ir_json_str(doc, "time"));
}

json_t *
ir_custody_entry(const char *uuid, int seq, const char *type,
    const struct ir_custody *prev, const char *number,
    const struct ir_bundle_case *c, const struct ir_bundle_who *who)
{
	static const struct ir_bundle_case none = {
	    .number = "", .item = "", .where = "", .why = "", .remarks = ""};
	char now[IR_TIME_SIZE];

	if (c == NULL)
		c = &none;
	ir_time_now(now);
	return json_pack("{s:i, s:s, s:i, s:s, s:s?, s:s?, s:s, s:o, s:o, "
			 "s:o, s:o, s:{s:o, s:o}, s:o, "
			 "s:{s:o, s:o, s:s, s:o}, s:o}",
	    "v", 1, "bundle", uuid, "seq", seq, "type", type, "prev",
	    prev != NULL ? prev->hash : NULL, "prev_sig",
	    prev != NULL && prev->sig != NULL ? prev->sig_hash : NULL, "time",
	    now, "clock", ir_fields_clock(), "actor", ir_fields_actor(who),
	    "case", ir_fields_text(number), "item", ir_fields_text(c->item),
	    "where", "place", ir_fields_text(c->where), "host",
	    ir_fields_host(), "why", ir_fields_text(c->why), "how", "program",
	    ir_fields_text(who->program), "version",
	    ir_fields_text(who->version), "exe_sha256", who->exe_sha256, "argv",
	    ir_fields_argv(who->argv), "remarks", ir_fields_text(c->remarks));
}

int
ir_custody_sign(int dirfd, const char *path, const char *text, size_t len,
    const struct ir_key *key, struct ir_err *err)
{
	ir_auto_free char *name = ir_asprintf(err, "%s.sig", path);
	ir_auto_free char *sig =
	    ir_sshsig_sign(key, IR_NS_CUSTODY, text, len, err);

	if (name == NULL || sig == NULL)
		return -1;
	return ir_put_file(dirfd, name, sig, strlen(sig), err);
}

int
ir_custody_text(
    const json_t *doc, const char *path, struct ir_buf *b, struct ir_err *err)
{
	ir_auto_free char *line = NULL;

	if (doc == NULL)
		return ir_fail_mem(err);
	if ((line = ir_json_line(doc, err)) == NULL)
		return -1;
	ir_buf_puts(b, line);
	ir_buf_puts(b, "\n");
	if (ir_buf_ok(b, err) == -1)
		return -1;
	if (b->len > IR_MAX_CUSTODY)
		return ir_fail(err, IR_EFORMAT,
		    "%s: would be larger than %u bytes", path, IR_MAX_CUSTODY);
	return 0;
}

int
ir_custody_put(int dirfd, const char *path, const json_t *doc,
    const struct ir_key *key, char hash[IR_SHA256_HEX], struct ir_err *err)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;

	if (ir_custody_text(doc, path, &b, err) == -1)
		return -1;
	ir_sha256_mem(b.p, b.len, hash);
	if (ir_put_file(dirfd, path, b.p, b.len, err) == -1)
		return -1;
	if (key == NULL)
		return 0;
	return ir_custody_sign(dirfd, path, b.p, b.len, key, err);
}
