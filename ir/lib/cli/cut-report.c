/* SPDX-License-Identifier: ISC
 *
 * What people and programs are told of a cut, and of its undo: see cut.h.
 */
#include "cli/cut.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "docker/container.h"
#include "docker/networks.h"
#include "docker/sharing.h"
#include "json/json.h"

/* "front, www" without what is no string. */
static void
add_list(struct ir_buf *b, const char *what, const json_t *list)
{
	size_t i;
	const json_t *v;

	json_array_foreach (list, i, v)
		if (json_is_string(v))
			ir_buf_printf(b, "%s%s", i == 0 ? what : ", ",
			    json_string_value(v));
}

static void
print_endpoints(const json_t *record)
{
	char short_id[13] = "";
	size_t i;
	const json_t *e;

	strncat(short_id, ir_json_str(record, "container"), 12);
	json_array_foreach (json_object_get(record, "endpoints"), i, e) {
		ir_auto_buf struct ir_buf b = IR_BUF_INIT;
		const char *six = ir_json_str(e, "endpoint.GlobalIPv6Address");
		json_auto_t *settings = ir_docker_endpoint_settings(
		    json_object_get(e, "endpoint"), short_id);

		ir_buf_printf(&b, "%s%s%s",
		    ir_json_str(e, "endpoint.IPAddress"),
		    *six != '\0' ? " " : "", six);
		add_list(
		    &b, "  aliases ", json_object_get(settings, "Aliases"));
		add_list(&b, "  links ", json_object_get(settings, "Links"));
		ir_out(IR_PLAIN, "  %-20s %s", ir_json_str(e, "name"),
		    b.p != NULL ? b.p : "");
	}
}

/* What a cut network leaves open. */
static void
warn_resolver(const struct ir_cli *cli, const json_t *inspect, int leaks)
{
	const char *name = ir_docker_name(inspect);

	if (leaks == 0 || !ir_docker_resolves_for_all(cli->engine, inspect))
		return;
	ir_warn("names can still be resolved from inside, through the engine's "
		"own resolver%s: data can leak so; pause it too (ir pause %s)",
	    leaks == 1 ? "" : ", if the host's resolver is on loopback", name);
}

/* Those that live in its network namespace lost their networks with it. */
static json_t *
warn_sharers(const struct ir_cli *cli, const json_t *inspect)
{
	struct ir_err err;
	json_t *also = ir_docker_sharing_network(cli->engine, inspect, &err);
	size_t i;
	const json_t *v;

	if (also == NULL) {
		ir_warn("who else is cut off is not known: %s", err.msg);
		return json_null();
	}
	json_array_foreach (also, i, v)
		ir_warn("%s uses its network namespace and is cut off with it",
		    json_string_value(v));
	return also;
}

static json_t *
result(const char *action, const json_t *inspect, const json_t *record,
    const char *where)
{
	return json_pack("{s:s, s:s, s:o, s:O?, s:o}", "action", action,
	    "container", ir_json_str(inspect, "Id"), "name",
	    ir_json_text(ir_docker_name(inspect)), "networks",
	    json_object_get(record, "endpoints"), "record",
	    where != NULL ? ir_json_text(where) : json_null());
}

static size_t
count_links(const json_t *record)
{
	size_t i, n = 0;
	const json_t *l;

	json_array_foreach (json_object_get(record, "links"), i, l)
		n += ir_json_true(l, "outward");
	return n;
}

static const char *
plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* How it is cut off, and how that is known; whom it does not keep out. */
static void
describe(const struct ir_cut *c, struct ir_buf *b)
{
	size_t links = count_links(c->record);
	size_t n = json_array_size(json_object_get(c->record, "endpoints"));

	if (strcmp(c->method, "link") == 0 && links == 0)
		ir_buf_puts(b, "no link leads out of it, seen on the host");
	else if (strcmp(c->method, "link") == 0)
		ir_buf_printf(b,
		    "%zu link%s down on the host, seen there; its addresses, "
		    "ports and connections stay",
		    links, plural(links));
	else if (strcmp(c->method, "filter") == 0)
		ir_buf_printf(b,
		    "a packet filter on the host's end of %zu link%s drops all",
		    links, plural(links));
	else if (strcmp(c->method, "cgroup") == 0)
		ir_buf_puts(b, "a packet filter on the host drops all that its "
			       "processes send and receive");
	else
		ir_buf_printf(b, "cut off %zu network%s; the engine %s", n,
		    plural(n),
		    c->seen ? "and its own network namespace both show none"
			    : "shows none");
	add_list(b, " but for ", json_object_get(c->record, "keep"));
}

static void
report(const json_t *inspect, const struct ir_cut *c, json_t *also)
{
	const char *name = ir_docker_name(inspect);
	json_t *j = result("isolate", inspect, c->record, c->where);
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	const char *how;

	describe(c, &b);
	how = b.p != NULL ? b.p : "";
	if (c->by_record) {
		ir_out(IR_WARN,
		    "%s is already isolated, as far as is on record: by its %s",
		    name, c->method);
	} else if (c->already) {
		ir_out(IR_GOOD, "%s is already isolated: %s", name, how);
	} else {
		ir_out(
		    IR_GOOD, "%s is isolated: %s (%.0f ms)", name, how, c->ms);
		print_endpoints(c->record);
		ir_say("recorded in %s; ir isolate --undo %s puts it back",
		    c->where, name);
	}
	json_object_set_new(j, "method", json_string(c->method));
	json_object_set_new(j, "already", json_boolean(c->already));
	json_object_set_new(j, "seen_from_host", json_boolean(c->seen));
	json_object_set_new(j, "us", json_integer((json_int_t)(c->ms * 1000)));
	json_object_set(j, "links", json_object_get(c->record, "links"));
	json_object_set(j, "keep", json_object_get(c->record, "keep"));
	json_object_set(j, "state", json_object_get(c->record, "state"));
	json_object_set_new(j, "also_cut", also);
	ir_result(j);
}

/* A network that people may have taken for an isolation. */
static void
say_internal(const json_t *record)
{
	size_t i;
	const json_t *e;

	json_array_foreach (json_object_get(record, "endpoints"), i, e)
		if (ir_json_true(e, "inspect.Internal"))
			ir_say("network %s is internal, which kept it from "
			       "other networks, not from its host: by the "
			       "gateway it reached that until now",
			    ir_json_str(e, "name"));
}

void
ir_cut_report(struct ir_cli *cli, const json_t *inspect, const struct ir_cut *c)
{
	report(inspect, c, warn_sharers(cli, inspect));
	say_internal(c->record);
	warn_resolver(cli, inspect, c->leaks);
}

static void
print_difference(const json_t *d)
{
	struct ir_err err;
	ir_auto_free char *before =
	    ir_json_line(json_object_get(d, "before"), &err);
	ir_auto_free char *now = ir_json_line(json_object_get(d, "now"), &err);
	bool matters = ir_json_true(d, "matters");

	ir_out(matters ? IR_BAD : IR_DIM, "  %s  %s %s: %s, was %s",
	    matters ? "DIFFERENT" : "new      ", ir_json_str(d, "network"),
	    ir_json_str(d, "field"), now != NULL ? now : "?",
	    before != NULL ? before : "?");
}

/* True if one of them matters.  The ids of endpoints, new each time, take one
 * line. */
static bool
print_differences(const json_t *list)
{
	size_t i, ids = 0;
	bool matters = false;
	const json_t *d;

	json_array_foreach (list, i, d) {
		matters |= ir_json_true(d, "matters");
		if (strcmp(ir_json_str(d, "field"), "EndpointID") == 0)
			ids++;
		else
			print_difference(d);
	}
	if (ids > 0)
		ir_out(IR_DIM, "  new        endpoint id on %zu network%s", ids,
		    ids == 1 ? "" : "s");
	return matters;
}

bool
ir_cut_report_undo(
    const json_t *inspect, const struct ir_isolation *i, const json_t *diff)
{
	json_t *j = result("undo", inspect, i->record, i->actions.where);
	bool matters;

	ir_out(IR_GOOD, "%s is connected again, by %s", ir_docker_name(inspect),
	    i->actions.where);
	print_endpoints(i->record);
	matters = print_differences(diff);
	json_object_set(j, "differences", (json_t *)(uintptr_t)diff);
	ir_result(j);
	if (ir_json_true(inspect, "State.Running"))
		ir_say("connections that were open before the cut may go on: "
		       "look at them");
	return matters;
}
