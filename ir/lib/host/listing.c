/* SPDX-License-Identifier: ISC
 *
 * A table as nft lists it: see listing.h, and libnftables-json(5).
 */
#include "host/listing.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/limits.h"
#include "host/cgroup.h"
#include "json/json.h"

/* nft shows a cgroup by a path if it finds one with its number, which on a host
 * with both versions can be one of the other; so the number decides. */
static bool
same_cgroup(const json_t *shown, const char *path)
{
	char full[IR_MAX_PATH];
	struct stat want, st;

	snprintf(full, sizeof(full), IR_HOST_CGROUPS "/%s", path);
	if (stat(full, &want) == -1)
		return false;
	if (json_is_integer(shown))
		return json_integer_value(shown) == (json_int_t)want.st_ino;
	snprintf(full, sizeof(full), IR_HOST_CGROUPS "/%s",
	    json_string_value(shown));
	return json_is_string(shown) && stat(full, &st) == 0 &&
	       st.st_ino == want.st_ino;
}

/* Whether a rule is about the container's processes as they are now. */
static bool
is_own(const json_t *expr, const struct ir_host_by *by)
{
	const json_t *e;
	size_t i;

	json_array_foreach (expr, i, e) {
		const json_t *right = ir_json_at(e, "match.right");

		if (strcmp(ir_json_str(e, "match.left.meta.key"), "cgroup") ==
		    0)
			return by != NULL && *by->path == '\0' &&
			       json_integer_value(right) == by->classid;
		if (strcmp(ir_json_str(e, "match.left.socket.key"),
			"cgroupv2") == 0)
			return by != NULL && *by->path != '\0' &&
			       same_cgroup(right, by->path);
	}
	return false;
}

static const char *
verdict(const json_t *expr)
{
	static const char *const words[] = {"accept", "drop", "goto"};
	const json_t *last = json_array_get(expr, json_array_size(expr) - 1);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (json_object_get(last, words[i]) != NULL)
			return words[i];
	return "-";
}

static const char *
or_dash(const char *s)
{
	return *s != '\0' ? s : "-";
}

bool
ir_host_listing_is(const json_t *listing, const struct ir_host_ruleset *r,
    const struct ir_host_by *by)
{
	ir_auto_buf struct ir_buf chains = IR_BUF_INIT, rules = IR_BUF_INIT;
	const json_t *item, *c, *u;
	size_t i;

	json_array_foreach (listing, i, item) {
		if ((c = json_object_get(item, "chain")) != NULL)
			ir_buf_printf(&chains, "%s %s %s\n",
			    ir_json_str(c, "name"),
			    or_dash(ir_json_str(c, "hook")),
			    or_dash(ir_json_str(c, "policy")));
		if ((u = json_object_get(item, "rule")) == NULL)
			continue;
		const json_t *expr = json_object_get(u, "expr");
		ir_buf_printf(&rules, "%s %s %s %s\n", ir_json_str(u, "chain"),
		    verdict(expr), is_own(expr, by) ? "own" : "-",
		    ir_json_str(u, "comment"));
	}
	return chains.p != NULL && rules.p != NULL && !chains.failed &&
	       !rules.failed && strcmp(chains.p, r->chains.p) == 0 &&
	       strcmp(rules.p, r->rules.p) == 0;
}

json_t *
ir_host_listing_kept(const json_t *listing)
{
	json_t *kept = json_array();
	const json_t *item, *set;
	size_t i;

	json_array_foreach (listing, i, item)
		if ((set = json_object_get(item, "set")) != NULL &&
		    strncmp(ir_json_str(set, "name"), "keep", 4) == 0)
			json_array_extend(kept, json_object_get(set, "elem"));
	return kept;
}

json_int_t
ir_host_listing_dropped(const json_t *listing)
{
	const json_t *item, *e;
	json_int_t sum = 0;
	size_t i, k;

	json_array_foreach (listing, i, item) {
		if (strcmp(ir_json_str(item, "rule.comment"), "dropped") != 0)
			continue;
		json_array_foreach (ir_json_at(item, "rule.expr"), k, e)
			sum += ir_json_int(e, "counter.packets");
	}
	return sum;
}
