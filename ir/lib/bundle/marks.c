/* SPDX-License-Identifier: ISC
 *
 * The signatures inside a journal: see marks.h.
 */
#include "bundle/marks.h"

#include <string.h>

#include "base/text.h"
#include "crypto/pubkey.h"
#include "crypto/sshsig.h"
#include "json/json.h"

/* One finding is enough: what comes after hangs on it. */
static void
spoil(struct ir_marks *m, const struct ir_journal_line *line,
    enum ir_verdict verdict, const char *what)
{
	if (!m->broken)
		ir_fault(m->faults, verdict, m->file, "line %llu: %s",
		    (unsigned long long)line->seq + 1, what);
	m->broken = true;
}

/* "ssh-ed25519 AAAA..." and nothing else. */
static int
parse_key(struct ir_marks *m, const struct ir_journal_line *line,
    const char *field, struct ir_buf *key, struct ir_err *err)
{
	static const char kind[] = IR_ED25519 " ";
	const char *text = ir_json_str(line->doc, field);
	struct ir_wire wire;
	const uint8_t *pub;

	ir_buf_free(key);
	if (strlen(text) == strlen(kind) + 4 * IR_ED25519_BLOB / 3 &&
	    ir_starts(text, kind) &&
	    ir_base64_decode(
		key, text + strlen(kind), strlen(text) - strlen(kind)) == 0) {
		wire = (struct ir_wire){(const uint8_t *)key->p, key->len};
		if (ir_wire_ed25519(wire.p, wire.len, &pub) &&
		    ir_pubkey_check(wire, err) == 0)
			return 0;
	}
	if (ir_buf_ok(key, err) == -1)
		return -1;
	spoil(m, line, m->malformed, "names no proper key for the session");
	return 0;
}

int
ir_marks_begin(
    struct ir_marks *m, const struct ir_journal_line *run, struct ir_err *err)
{
	if (ir_json_at(run->doc, "session_key") == NULL)
		return 0;
	return parse_key(m, run, "session_key", &m->key, err);
}

/* The next line must be the signature over this one. */
static int
expect(struct ir_marks *m, const struct ir_journal_line *line, bool end,
    struct ir_err *err)
{
	m->due = line->text;
	m->len = line->len;
	if (!end)
		return parse_key(m, line, "next_key", &m->next, err);
	ir_buf_free(&m->next);
	return 0;
}

/* 1 if it is good. */
static int
check(
    struct ir_marks *m, const struct ir_journal_line *line, struct ir_err *err)
{
	const char *sig = ir_json_str(line->doc, "sig");
	struct ir_sshsig by;
	bool same;

	if (ir_sshsig_verify(sig, strlen(sig), IR_NS_JOURNAL, m->due, m->len,
		&by, err) == -1) {
		if (err->code != IR_EFORMAT)
			return -1;
		spoil(m, line, IR_SIGNATURE, err->msg);
		return 0;
	}
	same = by.len == m->key.len && memcmp(by.blob, m->key.p, by.len) == 0;
	ir_sshsig_free(&by);
	if (!same)
		spoil(m, line, IR_SIGNATURE,
		    "was signed by another key than that of the session");
	return same;
}

static int
take_sig(
    struct ir_marks *m, const struct ir_journal_line *line, struct ir_err *err)
{
	int rc;

	if (m->due == NULL) {
		spoil(m, line, IR_CHAIN, "a signature where none is due");
		return 0;
	}
	rc = m->broken ? 0 : check(m, line, err);
	m->due = NULL;
	ir_buf_free(&m->key);
	m->key = m->next;
	m->next = (struct ir_buf)IR_BUF_INIT;
	return rc;
}

int
ir_marks_take(
    struct ir_marks *m, const struct ir_journal_line *line, struct ir_err *err)
{
	bool end = strcmp(line->ev, "end") == 0;

	if (strcmp(line->ev, "sig") == 0)
		return take_sig(m, line, err);
	if (m->due != NULL) {
		spoil(m, line, IR_CHAIN,
		    "follows a line that must be signed, where its signature "
		    "is due");
		m->due = NULL;
	}
	if (strcmp(line->ev, "mark") != 0 && (!end || m->key.len == 0))
		return 0;
	if (m->key.len == 0) {
		spoil(m, line, IR_CHAIN,
		    "a mark in a run that has no key of its own");
		return 0;
	}
	return expect(m, line, end, err);
}

void
ir_marks_free(struct ir_marks *m)
{
	ir_buf_free(&m->key);
	ir_buf_free(&m->next);
}
