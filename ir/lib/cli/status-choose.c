/* SPDX-License-Identifier: ISC
 *
 * Which containers are looked at: see statusparts.h.
 */
#include <string.h>

#include "base/text.h"
#include "cli/statusparts.h"
#include "docker/container.h"
#include "json/json.h"

static bool
is_named(const char *name, const char *its, const char *id)
{
	return strcmp(its, name) == 0 ||
	       (*name != '\0' && strncmp(id, name, strlen(name)) == 0);
}

/* The ids of those who are meant, as keys: those on record under that name,
 * whoever has it now; else the engine's. */
static void
choose(const struct ir_status *s, const json_t *records, const char *name,
    json_t *ids)
{
	size_t before = json_object_size(ids), i;
	const json_t *r, *c;

	name += *name == '/';
	json_array_foreach (records, i, r) {
		const char *id = ir_json_str(r, "record.container");

		if (is_named(name, ir_json_str(r, "record.name"), id))
			json_object_set_new(ids, id, json_true());
	}
	/* By its new name. */
	json_array_foreach (s->list, i, c)
		if (is_named(
			name, ir_docker_listed_name(c), ir_json_str(c, "Id")) &&
		    (json_object_size(ids) == before ||
			json_object_get(ids, ir_json_str(c, "Id")) != NULL))
			json_object_set_new(
			    ids, ir_json_str(c, "Id"), json_true());
}

/* One that is named, and that nobody knows. */
static json_t *
nobody(const struct ir_status *s, const char *name)
{
	struct ir_err err = s->engine;

	if (err.code == IR_OK)
		ir_fail(&err, IR_ENOENT,
		    "no such container, neither on record nor at the engine; "
		    "see docker ps -a");
	return json_pack("{s:n, s:o, s:s, s:[], s:{}, s:[], s:o, s:i}",
	    "container", "name", ir_json_text(name), "verdict", "unknown",
	    "left", "now", "deviations", "why", ir_json_text(err.msg), "code",
	    (int)err.code);
}

/* A record that cannot be read, and may be of one that is meant. */
static void
unreadable(const json_t *entry, char **names, int n, json_t *out)
{
	const char *digits = ir_json_str(entry, "digits");
	bool meant = n == 0;

	for (int k = 0; k < n; k++)
		meant |= strncmp(names[k], digits, strlen(digits)) == 0 ||
			 (*names[k] != '\0' && ir_starts(digits, names[k]));
	if (*digits != '\0' && meant)
		json_array_append_new(out,
		    json_pack("{s:n, s:s, s:s, s:[], s:{}, s:[], s:O, s:i}",
			"container", "name", digits, "verdict", "unknown",
			"left", "now", "deviations", "why",
			json_object_get(entry, "error"), "code",
			(int)IR_EFORMAT));
}

json_t *
ir_status_chosen(const struct ir_status *s, const json_t *records, char **names,
    int n, json_t *out)
{
	json_t *ids = json_object();
	const json_t *r;
	size_t i;

	json_array_foreach (records, i, r) {
		const char *id = ir_json_str(r, "record.container");

		unreadable(r, names, n, out);
		if (n == 0 && *id != '\0')
			json_object_set_new(ids, id, json_true());
	}
	for (int k = 0; k < n; k++) {
		size_t before = json_object_size(ids);

		choose(s, records, names[k], ids);
		if (json_object_size(ids) == before)
			json_array_append_new(out, nobody(s, names[k]));
	}
	return ids;
}
