/* SPDX-License-Identifier: ISC
 *
 * JSON in pieces: see jsonl.h.
 */
#include "collectors/jsonl.h"

#include "json/json.h"

/* So much is written at once. */
#define PIECE (128u << 10)

static void
put(struct ir_jsonl *j, json_t *v)
{
	struct ir_err err;
	ir_auto_free char *text = v != NULL ? ir_json_line(v, &err) : NULL;

	if (text == NULL)
		j->b.failed = true;
	else
		ir_buf_puts(&j->b, text);
	json_decref(v);
}

void
ir_jsonl_open(struct ir_jsonl *j, json_t *v)
{
	put(j, v);
	if (!j->b.failed)
		j->b.p[--j->b.len] = '\0'; /* the brace */
}

void
ir_jsonl_list(struct ir_jsonl *j, const char *name)
{
	ir_buf_printf(&j->b, ",\"%s\":[", name);
	j->first = true;
}

int
ir_jsonl_add(struct ir_jsonl *j, json_t *v, struct ir_err *err)
{
	if (!j->first)
		ir_buf_puts(&j->b, ",");
	j->first = false;
	put(j, v);
	return j->b.len < PIECE ? 0 : ir_jsonl_flush(j, err);
}

void
ir_jsonl_list_end(struct ir_jsonl *j)
{
	ir_buf_puts(&j->b, "]");
}

void
ir_jsonl_member(struct ir_jsonl *j, const char *name, json_t *v)
{
	ir_buf_printf(&j->b, ",\"%s\":", name);
	put(j, v);
}

int
ir_jsonl_end(struct ir_jsonl *j, struct ir_err *err)
{
	ir_buf_puts(&j->b, "}\n");
	return j->b.len < PIECE && j->failed.code == IR_OK
		   ? 0
		   : ir_jsonl_flush(j, err);
}

int
ir_jsonl_flush(struct ir_jsonl *j, struct ir_err *err)
{
	if (j->failed.code == IR_OK && ir_buf_ok(&j->b, &j->failed) == 0 &&
	    j->b.len > 0)
		j->out->write(j->out, j->b.p, j->b.len, &j->failed);
	ir_buf_free(&j->b);
	if (j->failed.code == IR_OK)
		return 0;
	*err = j->failed;
	return -1;
}
