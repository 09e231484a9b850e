/* SPDX-License-Identifier: ISC
 *
 * The custody entries of a bundle: see chain.h.
 */
#include "bundle/chain.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "json/json.h"

#define CUSTODY "custody"

/* Remembers the entry by its name, or a signature that has none. */
static int
take(struct ir_chain *c, int fd, const char *name, struct ir_err *err)
{
	ir_auto_free char *entry = NULL;
	struct ir_link *v;
	unsigned seq;

	if (!ir_custody_name_ok(name, &seq))
		return 0;
	if (ir_ends(name, ".sig")) {
		entry = strndup(name, strlen(name) - strlen(".sig"));
		if (entry != NULL && c->stray == NULL && !ir_exists(fd, entry))
			c->stray = ir_asprintf(err, CUSTODY "/%s", name);
		return 0;
	}
	if (!ir_ends(name, ".json"))
		return 0;
	if (c->n == IR_MAX_ACTS)
		return ir_fail(err, IR_EFORMAT,
		    CUSTODY ": holds more than %u acts", IR_MAX_ACTS);
	if ((v = reallocarray(c->v, c->n + 1, sizeof(*v))) == NULL)
		return ir_fail_mem(err);
	c->v = v;
	v[c->n] = (struct ir_link){.seq = seq};
	v[c->n].path = ir_asprintf(err, CUSTODY "/%s", name);
	return v[c->n].path != NULL && ++c->n > 0 ? 0 : -1;
}

static int
list(int bundle, struct ir_chain *c, struct ir_err *err)
{
	DIR *d = ir_open_dir(bundle, CUSTODY, err);
	struct dirent *e;
	int rc = 0;

	if (d == NULL)
		return -1;
	errno = 0;
	while (rc == 0 && (e = readdir(d)) != NULL) {
		rc = take(c, dirfd(d), e->d_name, err);
		errno = 0;
	}
	if (rc == 0 && errno != 0)
		rc = ir_fail_errno(err, CUSTODY);
	closedir(d);
	return rc;
}

static int
by_path(const void *a, const void *b)
{
	const struct ir_link *x = a, *y = b;

	return strcmp(x->path, y->path);
}

int
ir_chain_read(int dirfd, struct ir_chain *c, struct ir_err *err)
{
	size_t total = 0;

	*c = (struct ir_chain){0};
	if (list(dirfd, c, err) == -1)
		return -1;
	if (c->n > 0)
		qsort(c->v, c->n, sizeof(*c->v), by_path);
	for (size_t i = 0; i < c->n; i++) {
		struct ir_link *l = &c->v[i];

		if (ir_custody_read(dirfd, l->path, &l->e, err) == -1)
			return -1;
		total += l->e.len + l->e.siglen;
		if (total > IR_MAX_JSON)
			return ir_fail(err, IR_EFORMAT,
			    CUSTODY ": holds more than %u bytes", IR_MAX_JSON);
		if ((l->doc = ir_custody_parse(&l->e, l->path, err)) == NULL)
			return -1;
		l->turn =
		    ir_holder_turn(&c->holder, ir_json_str(l->doc, "type"),
			ir_json_str(l->doc, "actor.id"));
		if (l->turn == IR_TURN_OK &&
		    ir_holder_take(&c->holder, l->doc, err) == -1)
			return ir_wrap(err, "%s", l->path);
	}
	return 0;
}

void
ir_chain_free(struct ir_chain *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->v[i].path);
		ir_custody_free(&c->v[i].e);
		json_decref(c->v[i].doc);
	}
	free(c->v);
	free(c->stray);
	ir_holder_free(&c->holder);
	*c = (struct ir_chain){0};
}

const struct ir_link *
ir_chain_last(const struct ir_chain *c)
{
	return c->n > 0 ? &c->v[c->n - 1] : NULL;
}

/* Whether l follows b, which is NULL for the first. */
static int
check_link(const struct ir_link *b, const struct ir_link *l, const char *uuid,
    struct ir_err *err)
{
	const char *type = ir_json_str(l->doc, "type");
	size_t n = strlen(type);

	if (ir_json_int(l->doc, "seq") != (json_int_t)l->seq ||
	    !ir_starts(l->path + strlen("custody/0000-"), type) ||
	    strcmp(l->path + strlen("custody/0000-") + n, ".json") != 0)
		return ir_fail(err, IR_EFORMAT,
		    "%s: says that it is another act", l->path);
	if (strcmp(ir_json_str(l->doc, "bundle"), uuid) != 0)
		return ir_fail(
		    err, IR_EFORMAT, "%s: belongs to another bundle", l->path);
	if (!ir_custody_follows(l->doc, "prev", b != NULL ? b->e.hash : NULL) ||
	    !ir_custody_follows(
		l->doc, "prev_sig", b != NULL ? b->e.sig_hash : NULL))
		return ir_fail(err, IR_EFORMAT,
		    "%s: does not follow the act before it", l->path);
	if (l->e.sig == NULL)
		return ir_fail(err, IR_EFORMAT,
		    "%s: is not signed: its program was killed, or somebody "
		    "put it there, and it counts for nothing: look at it, "
		    "remove it, and do the act again",
		    l->path);
	return 0;
}

int
ir_chain_check(const struct ir_chain *c, struct ir_err *err)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct ir_link *l = &c->v[i];

		if (i + 1 < c->n && l->seq == l[1].seq)
			return ir_fail(err, IR_EFORMAT,
			    "fork: %s and %s have the same number: two people "
			    "have each added to a copy of their own",
			    l->path, l[1].path);
		if (l->seq != i)
			return ir_fail(
			    err, IR_EFORMAT, "act number %zu is missing", i);
		if (check_link(i > 0 ? l - 1 : NULL, l,
			ir_json_str(c->v[0].doc, "bundle"), err) == -1)
			return -1;
	}
	if (c->n == 0)
		return ir_fail(err, IR_EFORMAT, IR_CUSTODY_OPEN ": is missing");
	if (c->stray != NULL)
		return ir_fail(err, IR_EFORMAT,
		    "%s: the act that it signs is missing", c->stray);
	return 0;
}
