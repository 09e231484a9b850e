/* SPDX-License-Identifier: ISC
 *
 * Whether a packet filter is there, and still holds: see filter.h.
 */
#include <stdio.h>
#include <string.h>

#include "host/by.h"
#include "host/filter.h"
#include "host/inside.h"
#include "host/listing.h"
#include "host/nft.h"
#include "host/ruleset.h"
#include "host/spaces.h"
#include "json/json.h"

/* What there is, over all namespaces. */
struct finding {
	const struct ir_host *h;
	char table[IR_HOST_TABLE_SIZE];
	const struct ir_host_end *ends;
	int n;
	json_t *found; /* NULL if nothing was */
	bool holds;
};

static int
report(struct finding *f, const char *family, const json_t *listing,
    json_t *kept, struct ir_err *err)
{
	json_int_t dropped = ir_host_listing_dropped(listing);

	if (f->found == NULL)
		f->found = json_pack("{s:s,s:s,s:O,s:I}", "family", family,
		    "table", f->table, "keep", kept, "dropped", dropped);
	else
		json_object_set_new(f->found, "dropped",
		    json_integer(dropped + ir_json_int(f->found, "dropped")));
	return f->found != NULL ? 0 : ir_fail_mem(err);
}

/* Whether an end of the container is in that namespace. */
static bool
is_due(const struct finding *f, int netns)
{
	for (int i = 0; i < f->n; i++)
		if (ir_host_same(f->ends[i].netns, netns))
			return true;
	return false;
}

static int
look_links(struct finding *f, int netns, struct ir_err *err)
{
	int rc = ir_host_nft_has(netns, "netdev", f->table, err);
	bool due = is_due(f, netns);

	if (rc != 1) {
		f->holds = f->holds && !due;
		return rc;
	}
	json_auto_t *listing = ir_host_nft_list(netns, "netdev", f->table, err);
	if (listing == NULL)
		return -1;
	json_auto_t *kept = ir_host_listing_kept(listing);
	if (due) {
		struct ir_host_ruleset r = IR_HOST_RULESET_INIT;

		f->holds = ir_host_ruleset_links(&r, f->h->id, f->ends, f->n,
			       netns, kept, err) == 0 &&
			   ir_host_listing_is(listing, &r, NULL) && f->holds;
		ir_host_ruleset_free(&r);
	}
	return report(f, "netdev", listing, kept, err);
}

/* Whether it is what one of the ways of telling processes would be now. */
static bool
is_by_now(const struct finding *f, const json_t *listing, const json_t *kept)
{
	struct ir_host_by by[IR_HOST_BYS];
	struct ir_err err;
	bool is = false;
	int n = ir_host_by_find(f->h, by, &err);

	for (int i = 0; i < n && !is; i++) {
		struct ir_host_ruleset r = IR_HOST_RULESET_INIT;

		is =
		    ir_host_ruleset_by(&r, f->h->id, &by[i], kept, &err) == 0 &&
		    ir_host_listing_is(listing, &r, &by[i]);
		ir_host_ruleset_free(&r);
	}
	return is;
}

static int
look_by(struct finding *f, struct ir_err *err)
{
	int rc = ir_host_nft_has(f->h->netns, "inet", f->table, err);

	if (rc != 1)
		return rc;
	json_auto_t *listing =
	    ir_host_nft_list(f->h->netns, "inet", f->table, err);
	if (listing == NULL)
		return -1;
	json_auto_t *kept = ir_host_listing_kept(listing);
	f->holds = is_by_now(f, listing, kept);
	return report(f, "inet", listing, kept, err);
}

/* In the engine's namespaces, where one can be left that has no end any more,
 * and in those where the ends are. */
static int
look_all(struct finding *f, struct ir_host_spaces *spaces, struct ir_err *err)
{
	struct ir_host_space *s;

	for (size_t i = 0; (s = ir_host_spaces_at(spaces, i)) != NULL; i++) {
		if (!s->engines && !is_due(f, s->fd))
			continue;
		if (look_links(f, s->fd, err) == -1)
			return -1;
	}
	return 0;
}

static int
look_in(struct finding *f, struct ir_host *h, struct ir_err *err)
{
	struct ir_host_spaces *spaces = ir_host_spaces_new(h, err);
	struct ir_host_end *ends = NULL;
	struct ir_err no_ends;
	int rc;

	if (spaces == NULL)
		return -1;
	if (ir_host_spaces_engines(spaces, h->netns)) {
		rc = look_by(f, err);
	} else {
		f->n = ir_host_ends(h, &ends, &no_ends);
		f->ends = ends;
		f->holds = f->n > 0;
		rc = look_all(f, spaces, err);
		ir_host_ends_free(ends, f->n);
	}
	ir_host_spaces_free(spaces);
	return rc;
}

int
ir_host_filter_look(struct ir_host *h, json_t **found, struct ir_err *err)
{
	struct finding f = {.h = h};

	ir_host_ruleset_table(f.table, h->id);
	*found = NULL;
	if (look_in(&f, h, err) == -1) {
		json_decref(f.found);
		return -1;
	}
	if (f.found != NULL && json_object_set_new(f.found, "holds",
				   json_boolean(f.holds)) == -1) {
		json_decref(f.found);
		return ir_fail_mem(err);
	}
	*found = f.found;
	return 0;
}
