/* SPDX-License-Identifier: ISC
 *
 * A packet filter around one container, made and taken away: see filter.h.
 */
#include "host/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "host/by.h"
#include "host/inside.h"
#include "host/nft.h"
#include "host/ruleset.h"
#include "host/spaces.h"

static int
alive(const struct ir_host *h, struct ir_err *err)
{
	return ir_host_alive(h)
		   ? 0
		   : ir_fail(err, IR_ENOENT,
			 "container %.12s has ended: look at it anew", h->id);
}

/* Whether none of the ends before the i'th is in the same namespace. */
static bool
is_first(const struct ir_host_end *ends, int i)
{
	for (int k = 0; k < i; k++)
		if (ir_host_same(ends[k].netns, ends[i].netns))
			return false;
	return true;
}

static int
filter_ends(struct ir_host *h, const struct ir_host_end *ends, int n,
    const json_t *keep, struct ir_err *err)
{
	for (int i = 0; i < n; i++) {
		struct ir_host_ruleset r = IR_HOST_RULESET_INIT;
		int rc;

		if (!is_first(ends, i))
			continue;
		rc = ir_host_ruleset_links(
		    &r, h->id, ends, n, ends[i].netns, keep, err);
		if (rc == 0 &&
		    ir_host_nft_apply(ends[i].netns, r.script.p, err) == -1)
			rc = ir_wrap(err,
			    "filtering %s, which takes Linux 5.16 or later",
			    ends[i].name);
		ir_host_ruleset_free(&r);
		if (rc == -1)
			return -1;
	}
	return alive(h, err);
}

int
ir_host_filter_links(struct ir_host *h, const json_t *keep, struct ir_err *err)
{
	struct ir_host_end *ends;
	int n = ir_host_ends(h, &ends, err), rc;

	if (n == -1)
		return -1;
	rc = n > 0 ? filter_ends(h, ends, n, keep, err)
		   : ir_fail(err, IR_EPROTO,
			 "container %.12s has no link to the outside", h->id);
	ir_host_ends_free(ends, n);
	return rc;
}

static int
filter_by(struct ir_host *h, const struct ir_host_by *by, const json_t *keep,
    struct ir_err *err)
{
	struct ir_host_ruleset r = IR_HOST_RULESET_INIT;
	int rc = ir_host_ruleset_by(&r, h->id, by, keep, err);

	if (rc == 0)
		rc = ir_host_nft_apply(h->netns, r.script.p, err);
	ir_host_ruleset_free(&r);
	return rc == 0 ? ir_host_by_begin(h, by, err) : -1;
}

static int
in_engines(struct ir_host *h, struct ir_err *err)
{
	struct ir_host_spaces *s = ir_host_spaces_new(h, err);
	int rc;

	if (s == NULL)
		return -1;
	rc = ir_host_spaces_engines(s, h->netns);
	ir_host_spaces_free(s);
	return rc;
}

int
ir_host_filter_cgroup(struct ir_host *h, const json_t *keep, struct ir_err *err)
{
	struct ir_host_by by[IR_HOST_BYS];
	struct ir_err other;
	int n, rc = in_engines(h, err);

	if (rc == 0)
		return ir_fail(err, IR_EPROTO,
		    "container %.12s has a network of its own: filter its "
		    "links",
		    h->id);
	if (rc == -1 || (n = ir_host_by_find(h, by, err)) == -1)
		return -1;
	rc = filter_by(h, &by[0], keep, err);
	if (rc == -1 && err->code == IR_EPROTO && n > 1)
		rc = filter_by(h, &by[1], keep, &other);
	return rc == 0 ? alive(h, err) : -1;
}

static int
remove_from(
    int netns, const char *family, const char *table, struct ir_err *err)
{
	char script[128];
	int rc = ir_host_nft_has(netns, family, table, err);

	if (rc != 1)
		return rc;
	/* Also if it is gone by now. */
	snprintf(script, sizeof(script),
	    "add table %s %s\ndelete table %s %s\n", family, table, family,
	    table);
	return ir_host_nft_apply(netns, script, err);
}

/* From every namespace of this host: an end of a link may be gone, and with it
 * the word where it was. */
static int
remove_everywhere(const struct ir_host *h, struct ir_err *err)
{
	static const char *const families[] = {"netdev", "inet"};
	struct ir_host_spaces *spaces = ir_host_spaces_new(h, err);
	char table[IR_HOST_TABLE_SIZE];
	struct ir_host_space *s;
	struct ir_err other;
	int rc = 0;

	if (spaces == NULL)
		return -1;
	ir_host_ruleset_table(table, h->id);
	for (size_t i = 0; (s = ir_host_spaces_at(spaces, i)) != NULL; i++)
		for (size_t k = 0; k < 2; k++)
			if (remove_from(s->fd, families[k], table,
				rc == 0 ? err : &other) == -1)
				rc = -1;
	ir_host_spaces_free(spaces);
	return rc;
}

int
ir_host_filter_remove(struct ir_host *h, struct ir_err *err)
{
	struct ir_err other;
	int rc = remove_everywhere(h, err);

	return ir_host_by_end(h, rc == 0 ? err : &other) == 0 ? rc : -1;
}

int
ir_host_filter_remove_id(const char *id, struct ir_err *err)
{
	struct ir_host h = {.proc = -1, .netns = -1};

	if (!ir_is_hex(id, 64))
		return ir_fail(
		    err, IR_EFORMAT, "%s: not the full id of a container", id);
	memcpy(h.id, id, sizeof(h.id));
	return remove_everywhere(&h, err);
}
