/* SPDX-License-Identifier: ISC
 *
 * Lines of a journal, put together and signed: see tail.h.
 */
#include "bundle/tail.h"

#include <stdbool.h>
#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "crypto/sshsig.h"
#include "json/json.h"

int
ir_tail_line(struct ir_tail *c, struct ir_buf *out, const char *ev,
    json_t *fields, struct ir_err *err)
{
	json_auto_t *line = NULL, *rest = fields;
	char now[IR_TIME_SIZE];
	ir_auto_free char *text = NULL;
	size_t from = out->len;

	ir_time_now(now);
	line = json_pack("{s:I, s:s, s:s, s:o, s:s}", "seq", (json_int_t)c->seq,
	    "prev", c->head, "t", now, "mono_ns",
	    json_sprintf("%llu", (unsigned long long)ir_mono_ns()), "ev", ev);
	if (line == NULL || json_object_update_missing(line, rest) == -1)
		return ir_fail(err, IR_EINTERNAL,
		    "cannot put together the journal line \"%s\"", ev);
	if ((text = ir_json_line(line, err)) == NULL)
		return -1;
	ir_buf_puts(out, text);
	ir_buf_puts(out, "\n");
	if (ir_buf_ok(out, err) == -1)
		return -1;
	if (out->len - from > IR_MAX_JOURNAL_LINE)
		return ir_fail(err, IR_EFORMAT,
		    "the journal line \"%s\" is longer than %u bytes", ev,
		    IR_MAX_JOURNAL_LINE);
	ir_sha256_mem(out->p + from, out->len - from, c->head);
	c->seq++;
	return 0;
}

int
ir_tail_sign(struct ir_tail *c, struct ir_buf *out, size_t from,
    const struct ir_key *key, struct ir_err *err)
{
	ir_auto_free char *sig = ir_sshsig_sign(
	    key, IR_NS_JOURNAL, out->p + from, out->len - from, err);

	if (sig == NULL)
		return -1;
	return ir_tail_line(c, out, "sig", json_pack("{s:s}", "sig", sig), err);
}

/* All up to here is proven by the key of the session; another takes over. */
static int
mark(struct ir_tail *c, struct ir_buf *out, struct ir_err *err)
{
	struct ir_key *next = ir_key_fresh(err);
	size_t from = out->len;
	ir_auto_free char *public = NULL;

	if (next == NULL)
		return -1;
	if ((public = ir_key_public(next, err)) == NULL ||
	    ir_tail_line(c, out, "mark", json_pack("{s:s}", "next_key", public),
		err) == -1 ||
	    ir_tail_sign(c, out, from, c->key, err) == -1) {
		ir_key_free(next);
		return -1;
	}
	c->key = next;
	return 0;
}

/* What would be missed if the program were killed now. */
static bool
is_evidence(const char *ev)
{
	static const char *const names[] = {
	    "chunk", "stream-close", "torn", "change", "outcome", "observed"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(ev, names[i]) == 0)
			return true;
	return false;
}

int
ir_tail_add(struct ir_tail *c, struct ir_buf *out, const char *ev,
    json_t *fields, struct ir_err *err)
{
	if (ir_tail_line(c, out, ev, fields, err) == -1)
		return -1;
	if (c->key != NULL && strcmp(ev, "end") == 0) {
		if (ir_tail_sign(c, out, 0, c->key, err) == -1)
			return -1;
		c->key = NULL;
	}
	return c->key != NULL && is_evidence(ev) ? mark(c, out, err) : 0;
}
