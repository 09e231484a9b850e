/* SPDX-License-Identifier: ISC
 *
 * A change between two trees, in words: see describe.h.
 */
#include "tree/describe.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/time.h"
#include "json/json.h"

/* Where the lines go; a failed allocation is remembered. */
struct lines {
	ir_describe_fn fn;
	void *arg;
	bool failed;
};

__attribute__((format(printf, 2, 3))) static void
line(struct lines *l, const char *fmt, ...)
{
	ir_auto_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) == -1) {
		text = NULL;
		l->failed = true;
	} else
		l->fn(l->arg, text);
	va_end(ap);
}

static const char *
type_name(char type)
{
	switch (type) {
	case '-':
		return "file";
	case 'd':
		return "directory";
	case 'l':
		return "symlink";
	case 'c':
		return "character device";
	case 'b':
		return "block device";
	default:
		return "fifo";
	}
}

static void
time_of(char out[IR_TIME_SIZE], const struct ir_node *n)
{
	ir_time_format(
	    out, (struct timespec){.tv_sec = n->mtime, .tv_nsec = n->mtime_ns});
}

/* What of the mode gives whoever runs it more than he has. */
static const char *
privilege(const struct ir_node *n)
{
	if (n->type != '-')
		return "";
	return (n->mode & 06000) == 06000 ? " set-user-ID set-group-ID"
	       : n->mode & 04000          ? " set-user-ID"
	       : n->mode & 02000          ? " set-group-ID"
					  : "";
}

static void
digest_line(struct lines *l, const char *what, const struct ir_node *n)
{
	char hex[65];

	ir_hex(hex, n->sha256, sizeof(n->sha256));
	if (n->unknown)
		line(l, "%-7s not known: its file is not in the tar", what);
	else
		line(l, "%-7s %s%s", what, hex,
		    n->sparse ? " (of its pieces: it is sparse)" : "");
}

/* All of one node. */
static void
whole(struct lines *l, const struct ir_node *n, const char *was)
{
	char mtime[IR_TIME_SIZE];

	time_of(mtime, n);
	line(l, "%s%s mode %04o%s owner %" PRIu32 ":%" PRIu32 " mtime %s", was,
	    type_name(n->type), n->mode, privilege(n), n->uid, n->gid, mtime);
	if (n->hardlink != NULL)
		line(l, "linked  to %s", n->hardlink);
	if (n->type == 'l')
		line(l, "link    %s", n->link);
	if (n->type == 'c' || n->type == 'b')
		line(l, "device  %" PRIu32 ":%" PRIu32, n->major, n->minor);
	if (n->type == '-') {
		if (!n->unknown)
			line(l, "size    %" PRIu64, n->size);
		digest_line(l, "sha256", n);
	}
}

static void
differing(struct lines *l, const struct ir_change *c)
{
	const struct ir_node *a = c->before, *b = c->after;
	char was[IR_TIME_SIZE], is[IR_TIME_SIZE];

	if (c->fields & IR_DIFF_TYPE) {
		whole(l, a, "was a ");
		whole(l, b, "now a ");
		return;
	}
	if (c->fields & IR_DIFF_CONTENT) {
		line(l, "size    %" PRIu64 " -> %" PRIu64, a->size, b->size);
		digest_line(l, "sha256", a);
		digest_line(l, "     ->", b);
	}
	if (c->fields & IR_DIFF_MODE)
		line(l, "mode    %04o -> %04o%s", a->mode, b->mode,
		    privilege(b));
	if (c->fields & (IR_DIFF_UID | IR_DIFF_GID))
		line(l,
		    "owner   %" PRIu32 ":%" PRIu32 " -> %" PRIu32 ":%" PRIu32,
		    a->uid, a->gid, b->uid, b->gid);
	if (c->fields & IR_DIFF_LINK)
		line(l, "link    %s -> %s", a->link, b->link);
	if (c->fields & IR_DIFF_DEVICE)
		line(l,
		    "device  %" PRIu32 ":%" PRIu32 " -> %" PRIu32 ":%" PRIu32,
		    a->major, a->minor, b->major, b->minor);
	if (c->fields & IR_DIFF_MTIME) {
		time_of(was, a);
		time_of(is, b);
		line(l, "mtime   %s -> %s", was, is);
	}
}

static bool
has_xattrs(const struct ir_node *n)
{
	static const uint8_t none[sizeof(n->xattrs)];

	return n != NULL && memcmp(n->xattrs, none, sizeof(none)) != 0;
}

int
ir_change_describe(
    const struct ir_change *c, ir_describe_fn fn, void *arg, struct ir_err *err)
{
	struct lines l = {fn, arg, false};
	bool had = has_xattrs(c->before), has = has_xattrs(c->after);

	if (c->kind == 'A')
		whole(&l, c->after, "");
	else if (c->kind == 'D')
		whole(&l, c->before, "was a ");
	else if ((c->fields & ~(unsigned)IR_DIFF_MTIME) != 0 ||
		 c->after->type != 'd')
		differing(&l, c);
	if (c->inside > 0)
		line(&l, "with    %zu in it, all gone", c->inside);
	if (c->kind != 'C' ? had || has : (c->fields & IR_DIFF_XATTRS) != 0)
		line(&l, "xattrs  %s",
		    c->kind != 'C' ? "yes"
		    : !had         ? "new"
		    : !has         ? "gone"
				   : "changed");
	return l.failed ? ir_fail_mem(err) : 0;
}

static int
set_hex(json_t *o, const char *key, const uint8_t *digest)
{
	char hex[65];

	ir_hex(hex, digest, 32);
	return json_object_set_new(o, key, json_string(hex));
}

static json_t *
node_json(const struct ir_node *n)
{
	char mode[8], mtime[IR_TIME_SIZE];
	json_t *o;
	int rc = 0;

	if (n == NULL)
		return json_null();
	snprintf(mode, sizeof(mode), "%04o", n->mode);
	time_of(mtime, n);
	o = json_pack("{s:s, s:s, s:I, s:I, s:s}", "type", type_name(n->type),
	    "mode", mode, "uid", (json_int_t)n->uid, "gid", (json_int_t)n->gid,
	    "mtime", mtime);
	if (n->type == '-' && !n->unknown) {
		rc |= json_object_set_new(
		    o, "size", json_integer((json_int_t)n->size));
		rc |= set_hex(
		    o, n->sparse ? "sparse_sha256" : "sha256", n->sha256);
	}
	if (n->link != NULL)
		rc |= json_object_set_new(o, "link", ir_json_text(n->link));
	if (n->hardlink != NULL)
		rc |= json_object_set_new(
		    o, "hardlink", ir_json_text(n->hardlink));
	if (n->type == 'c' || n->type == 'b') {
		rc |= json_object_set_new(o, "major", json_integer(n->major));
		rc |= json_object_set_new(o, "minor", json_integer(n->minor));
	}
	if (has_xattrs(n))
		rc |= set_hex(o, "xattrs_sha256", n->xattrs);
	if (rc == 0)
		return o;
	json_decref(o);
	return NULL;
}

json_t *
ir_change_json(const struct ir_change *c)
{
	char kind[2] = {c->kind, '\0'};
	json_t *fields = json_array();

	for (unsigned bit = 1; bit <= c->fields; bit <<= 1)
		if (c->fields & bit &&
		    json_array_append_new(
			fields, json_string(ir_diff_field(bit))) == -1) {
			json_decref(fields);
			return NULL;
		}
	return json_pack("{s:s, s:o, s:b, s:o, s:I, s:o, s:o}", "kind", kind,
	    "path", ir_json_text(c->path), "hidden", c->hidden, "fields",
	    fields, "inside", (json_int_t)c->inside, "before",
	    node_json(c->before), "after", node_json(c->after));
}
