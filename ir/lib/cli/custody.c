/* SPDX-License-Identifier: ISC
 *
 * The custody of a sealed bundle: see custody.h.
 */
#include "cli/custody.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "bundle/act.h"
#include "bundle/receipt.h"
#include "cli/stamp.h"
#include "json/json.h"

/* A column of names is as wide as the longest, up to this. */
#define MAX_NAME 40

/* A time to the second, for people. */
struct clock {
	char s[24];
};

static struct clock
seconds(const char *time)
{
	struct clock c;

	snprintf(c.s, sizeof(c.s), "%.19sZ", time);
	return c;
}

static int
width(const struct ir_chain *c)
{
	size_t w = strlen("held by");

	for (size_t i = 0; i < c->n; i++) {
		size_t n = strlen(ir_json_str(c->v[i].doc, "actor.id"));
		size_t m = strlen(ir_json_str(c->v[i].doc, "to"));

		if (strcmp(ir_json_str(c->v[i].doc, "type"), "release") == 0 &&
		    m + 3 > n)
			n = m + 3;
		w = n > w ? n : w;
	}
	return (int)(w < MAX_NAME ? w : MAX_NAME);
}

static void
print_holder(const struct ir_chain *c)
{
	const struct ir_holder *h = &c->holder;

	if (h->disposed)
		ir_out(IR_BOLD, "holder    nobody: it was disposed of");
	else if (h->to != NULL)
		ir_out(IR_WARN, "holder    %s: in transit to %s",
		    ir_holder_name(h), ir_holder_to(h));
	else
		ir_out(IR_BOLD, "holder    %s", ir_holder_name(h));
}

static void
print_held(const struct ir_chain *c, int w)
{
	const json_t *p;
	size_t i;

	ir_out(IR_BOLD, "%-*s  %-20s  %-20s  %s", w, "held by", "from", "to",
	    "condition");
	json_array_foreach (c->holder.held, i, p) {
		bool transit = ir_json_true(p, "in_transit");
		ir_auto_buf struct ir_buf name = IR_BUF_INIT;
		ir_auto_buf struct ir_buf state = IR_BUF_INIT;
		const char *to = ir_json_str(p, "to");
		const char *verdict = ir_json_str(p, "verdict");

		ir_buf_printf(
		    &name, "%s%s", transit ? "-> " : "", ir_json_str(p, "who"));
		ir_buf_printf(&state, "%s%s",
		    transit ? "in transit" : ir_json_str(p, "condition"),
		    *verdict != '\0' && ir_json_str(p, "condition")[0] != '\0'
			? "; "
			: "");
		if (*verdict != '\0')
			ir_buf_printf(&state, "verified %s", verdict);
		if (name.failed || state.failed)
			return;
		ir_out(transit ? IR_WARN : IR_PLAIN, "%-*s  %-20s  %-*s%s%s", w,
		    name.p, seconds(ir_json_str(p, "from")).s,
		    state.len > 0 ? 20 : 0, *to != '\0' ? seconds(to).s : "now",
		    state.len > 0 ? "  " : "", state.p != NULL ? state.p : "");
	}
}

/* What is special about an act, in words. */
static void
tell(const struct ir_link *l, struct ir_buf *b)
{
	static const struct {
		const char *field, *before;
	} told[] = {{"to", "to "}, {"media", "on "}, {"file.name", "file "},
	    {"file.sha256", "sha256 "}, {"condition", "condition: "},
	    {"verified.verdict", "verified "}, {"method", "how: "},
	    {"key.fingerprint", "key "}, {"key.of", "of "},
	    {"key.since", "not to be trusted from "}, {"why", "why: "},
	    {"remarks", "remarks: "}};

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		const char *v = ir_json_str(l->doc, told[i].field);

		if (*v != '\0')
			ir_buf_printf(b, "%s%s%s", b->len > 0 ? "; " : "",
			    told[i].before, v);
	}
	if (l->turn != IR_TURN_OK)
		ir_buf_printf(b, "%sOUT OF TURN", b->len > 0 ? "; " : "");
	if (l->e.sig == NULL)
		ir_buf_printf(b, "%sNOT SIGNED", b->len > 0 ? "; " : "");
}

static void
print_acts(const struct ir_chain *c, int w)
{
	ir_out(IR_BOLD, "act   %-20s  %-14s  by", "time", "what");
	for (size_t i = 0; i < c->n; i++) {
		const struct ir_link *l = &c->v[i];
		ir_auto_buf struct ir_buf more = IR_BUF_INIT;

		tell(l, &more);
		ir_out(l->turn != IR_TURN_OK || l->e.sig == NULL ? IR_BAD
								 : IR_PLAIN,
		    "%04u  %-20s  %-14s  %-*s%s%s", l->seq,
		    seconds(ir_json_str(l->doc, "time")).s,
		    ir_json_str(l->doc, "type"), more.len > 0 ? w : 0,
		    ir_json_str(l->doc, "actor.id"), more.len > 0 ? "  " : "",
		    more.p != NULL ? more.p : "");
	}
}

static json_t *
acts_json(const struct ir_chain *c)
{
	static const char *const fields[] = {"seq", "type", "time", "actor",
	    "to", "condition", "verified", "media", "file", "method", "key",
	    "item", "where", "why", "remarks"};
	json_t *all = json_array();

	for (size_t i = 0; i < c->n; i++) {
		const struct ir_link *l = &c->v[i];
		json_t *act = json_object();

		for (size_t k = 0; k < sizeof(fields) / sizeof(fields[0]); k++)
			if (json_object_get(l->doc, fields[k]) != NULL)
				json_object_set(act, fields[k],
				    json_object_get(l->doc, fields[k]));
		json_object_set_new(act, "head", json_string(l->e.hash));
		json_object_set_new(
		    act, "signed", json_boolean(l->e.sig != NULL));
		json_object_set_new(
		    act, "in_turn", json_boolean(l->turn == IR_TURN_OK));
		json_array_append_new(all, act);
	}
	return all;
}

static void
show(struct ir_cli *cli, const struct ir_chain *c)
{
	const json_t *first = c->n > 0 ? c->v[0].doc : NULL;
	int w = width(c);

	ir_out(IR_PLAIN, "case      %s", ir_json_str(first, "case"));
	ir_out(IR_PLAIN, "bundle    %s", ir_json_str(first, "bundle"));
	print_holder(c);
	ir_out(IR_PLAIN, "%s", "");
	print_held(c, w);
	ir_out(IR_PLAIN, "%s", "");
	print_acts(c, w);
	ir_out(IR_PLAIN, "%s", "");
	ir_out(IR_DIM, "This is what the acts say; ir verify checks them.");
	ir_result(json_pack("{s:o, s:O?, s:O?, s:O?, s:O?, s:b, s:b, s:O?, "
			    "s:o}",
	    "bundle", ir_json_text(cli->bundle_dir), "uuid",
	    json_object_get(first, "bundle"), "case",
	    json_object_get(first, "case"), "holder", c->holder.who,
	    "in_transit", c->holder.to, "disposed", c->holder.disposed,
	    "verified", 0, "held", c->holder.held, "acts", acts_json(c)));
}

int
ir_custody_list(struct ir_cli *cli, struct ir_err *err)
{
	struct ir_chain c;
	int rc = ir_act_read(cli->bundle_dir, &c, err);

	if (rc == 0) {
		show(cli, &c);
		rc = ir_chain_check(&c, err);
	}
	ir_chain_free(&c);
	return rc;
}

/* A new file by a path of the user's. */
static int
put(const char *path, const char *text, struct ir_err *err)
{
	ir_auto_free char *name = NULL;
	ir_auto_close int fd = ir_open_parent(path, &name, err);

	if (fd == -1)
		return -1;
	const struct ir_new_file f = {name, text, strlen(text)};
	return ir_put_files(fd, &f, 1, err);
}

int
ir_custody_receipt(struct ir_cli *cli, const char *path, struct ir_err *err)
{
	ir_auto_free char *text =
	    ir_receipt_make(cli->bundle_dir, &cli->who, err);
	json_auto_t *doc = NULL;
	struct ir_receipt r;

	if (text == NULL)
		return -1;
	ir_receipt_split(text, strlen(text), &r);
	if ((doc = ir_receipt_parse(&r, "receipt", err)) == NULL)
		return -1;
	if (path != NULL && put(path, text, err) == -1)
		return -1;
	if (path == NULL && !cli->json &&
	    ir_write_all(
		STDOUT_FILENO, text, strlen(text), "the receipt", err) == -1)
		return -1;
	ir_say("receipt of act %lld (%s), by %s: keep it where whoever holds "
	       "the bundle cannot change it",
	    (long long)ir_json_int(doc, "seq"), ir_json_str(doc, "type"),
	    ir_json_str(doc, "actor.id"));
	ir_result(json_pack("{s:O, s:s, s:o}", "receipt", doc, "text", text,
	    "file", path != NULL ? ir_json_text(path) : json_null()));
	return IR_OK;
}

int
ir_custody_stamp(struct ir_cli *cli, const char *entry, json_t **stamp)
{
	ir_auto_close int fd =
	    open(cli->bundle_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return ir_cli_stamp(fd, entry, stamp);
}
