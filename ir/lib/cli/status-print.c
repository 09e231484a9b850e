/* SPDX-License-Identifier: ISC
 *
 * Contained containers as they are now, for people: see status.h.
 */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/status.h"
#include "cli/statusparts.h"
#include "json/json.h"

/* Of most terminals. */
#define WIDTH 80

/* The widest column for names. */
#define MAX_COLUMN 24

static const struct {
	const char *verdict, *shown;
	enum ir_style style;
} verdicts[] = {
    {"holds", "holds", IR_GOOD},
    {"broken", "BROKEN", IR_BAD},
    {"gone", "GONE", IR_BAD},
    {"unknown", "unknown", IR_WARN},
    {"none", "-", IR_DIM},
};

/* What was done to it, in words that time can follow. */
static const char *
done(const json_t *left)
{
	static const struct {
		const char *how, *says;
	} all[] = {
	    {"link", "isolated by its link"},
	    {"filter", "isolated by a packet filter"},
	    {"cgroup", "isolated by its cgroup"},
	    {"api", "isolated by the engine"},
	    {"engine", "paused"},
	    {"signal", "stopped by signal"},
	    {"kill", "killed"},
	};
	const char *how = ir_json_str(left, "how");

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(how, all[i].how) == 0)
			return all[i].says;
	return ir_json_str(left, "what");
}

/* "14 min ago" */
static void
ago(const char *time, char out[32])
{
	int64_t t = ir_status_time(time);
	long long s = (long long)((ir_status_now() - t) / IR_SECOND);

	if (t == 0)
		snprintf(out, 32, "at an unknown time");
	else if (s < 0)
		snprintf(out, 32, "in the future");
	else if (s < 120)
		snprintf(out, 32, "%lld s ago", s);
	else if (s < 120 * 60)
		snprintf(out, 32, "%lld min ago", s / 60);
	else if (s < 48 * 3600)
		snprintf(out, 32, "%lld h ago", s / 3600);
	else
		snprintf(out, 32, "%lld days ago", s / 86400);
}

static void
add_keep(struct ir_buf *b, const json_t *keep)
{
	const char *s;

	for (size_t i = 0; i < json_array_size(keep) && i < 4; i++)
		if ((s = json_string_value(json_array_get(keep, i))) != NULL)
			ir_buf_printf(
			    b, "%s%.64s", i == 0 ? " but for " : ", ", s);
}

/* Whether a later action of the same kind took the place of this one. */
static bool
is_over(const json_t *left, size_t i)
{
	const char *what = ir_json_str(json_array_get(left, i), "what");

	while (++i < json_array_size(left))
		if (strcmp(ir_json_str(json_array_get(left, i), "what"),
			what) == 0)
			return true;
	return false;
}

char *
ir_status_left(const json_t *o, struct ir_err *err)
{
	struct ir_buf b = IR_BUF_INIT;
	const json_t *l;
	char when[32];
	size_t i;

	json_array_foreach (json_object_get(o, "left"), i, l) {
		if (is_over(json_object_get(o, "left"), i))
			continue;
		ago(ir_json_str(l, "time"), when);
		ir_buf_printf(&b, "%s%s", b.len > 0 ? ", " : "", done(l));
		add_keep(&b, json_object_get(l, "keep"));
		ir_buf_printf(&b, " %s", when);
	}
	return ir_buf_take(&b, err);
}

/* One that is not on record: what it is. */
static char *
described(const json_t *o, struct ir_err *err)
{
	struct ir_buf b = IR_BUF_INIT;
	const json_t *n;
	size_t i;

	if (*ir_json_str(o, "why") != '\0' &&
	    json_array_size(json_object_get(o, "left")) == 0)
		return ir_asprintf(err, "%s", ir_json_str(o, "why"));
	if (strcmp(ir_json_str(o, "verdict"), "none") != 0)
		return ir_status_left(o, err);
	ir_buf_printf(&b, "nothing on record; %s", ir_json_str(o, "now.state"));
	json_array_foreach (ir_json_at(o, "now.networks"), i, n)
		ir_buf_printf(&b, "%s%s", i == 0 ? ", on network " : ", ",
		    json_string_value(n));
	return ir_buf_take(&b, err);
}

/* Of the terminal that reads along; a file gets what most people have. */
static size_t
width(void)
{
	struct winsize w;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 40
		   ? w.ws_col
		   : WIDTH;
}

/* A text in lines that are no wider, cut at spaces; after the first they are
 * indented by more. */
static void
wrapped(enum ir_style style, size_t indent, size_t more, const char *text)
{
	size_t n = strlen(text), room = width() - indent, len;

	for (; n > 0; text += len, n -= len) {
		for (len = n; len > room || (len < n && text[len] != ' ');)
			if (--len == 0)
				break;
		if (len == 0)
			len = strcspn(text, " ");
		ir_out(style, "%*s%.*s", (int)indent, "", (int)len, text);
		while (len < n && text[len] == ' ')
			len++;
		room -= more;
		indent += more;
		more = 0;
	}
}

void
ir_status_print_line(enum ir_style style, const char *text)
{
	if (isatty(STDOUT_FILENO))
		wrapped(style, 0, 10, text);
	else
		ir_out(style, "%s", text);
}

char *
ir_status_who(const json_t *d, bool when, struct ir_err *err)
{
	struct ir_buf b = IR_BUF_INIT;
	const char *time = ir_json_str(d, "time");
	const char *by = ir_json_str(d, "by");
	char text[32];

	if (ir_json_int(d, "times") > 1)
		ir_buf_printf(&b, "%lld times, the last ",
		    (long long)ir_json_int(d, "times"));
	if (*time != '\0' && when) {
		ago(time, text);
		ir_buf_printf(
		    &b, "%s (%.8sZ)", text, strlen(time) > 18 ? time + 11 : "");
	}
	if (*by != '\0')
		ir_buf_printf(&b, "%sby %s", b.len > 0 && when ? ", " : "", by);
	return ir_buf_take(&b, err);
}

void
ir_status_print_deviation(const json_t *d)
{
	bool past = ir_json_true(d, "ours") || ir_json_true(d, "over");
	struct ir_err err;
	ir_auto_free char *who = ir_status_who(d, true, &err);
	const json_t *e;
	size_t i;

	wrapped(past ? IR_DIM : IR_PLAIN, 8, 2, ir_json_str(d, "detail"));
	if (who != NULL)
		wrapped(past ? IR_DIM : IR_PLAIN, 10, 0, who);
	json_array_foreach (json_object_get(d, "effects"), i, e) {
		ir_auto_free char *so =
		    ir_asprintf(&err, "so now: %s", ir_json_str(e, "detail"));

		if (so != NULL)
			wrapped(IR_PLAIN, 10, 2, so);
	}
	if (*ir_json_str(d, "todo") != '\0')
		ir_out(IR_BOLD, "%10snext: %s", "", ir_json_str(d, "todo"));
}

/* Below the line of an object: what is to be known of it. */
static void
print_more(const json_t *o)
{
	const char *host = ir_json_str(o, "now.host");
	const char *why = ir_json_str(o, "why");
	const json_t *d;
	size_t i;

	json_array_foreach (json_object_get(o, "deviations"), i, d)
		ir_status_print_deviation(d);
	if (json_array_size(json_object_get(o, "left")) == 0)
		return;
	if (*why != '\0')
		wrapped(IR_PLAIN, 8, 2, why);
	if (*host != '\0' && strcmp(host, "seen") != 0 &&
	    strcmp(host, "not running") != 0 && strstr(why, host) == NULL) {
		ir_out(IR_DIM, "%8swhat only its host shows is not seen:", "");
		wrapped(IR_DIM, 10, 0, host);
	}
	if (ir_json_at(o, "now.dropped") != NULL)
		ir_out(IR_DIM, "        %lld packets were dropped so far",
		    (long long)ir_json_int(o, "now.dropped"));
	if (ir_json_at(o, "now.policy") != NULL)
		ir_out(IR_DIM, "%8sonce it ends it is started anew: policy %s",
		    "", ir_json_str(o, "now.policy"));
}

static int
column(const json_t *list)
{
	const json_t *o;
	size_t i, widest = 0;

	json_array_foreach (list, i, o) {
		size_t n = strlen(ir_json_str(o, "name"));

		if (n > widest && n <= MAX_COLUMN)
			widest = n;
	}
	return (int)widest;
}

void
ir_status_print(const json_t *list)
{
	int width = column(list);
	struct ir_err err;
	const json_t *o;
	size_t i, k;

	json_array_foreach (list, i, o) {
		ir_auto_free char *text = described(o, &err);

		for (k = 0; strcmp(verdicts[k].verdict,
				ir_json_str(o, "verdict")) != 0;)
			k++;
		ir_out(verdicts[k].style, "%-7s %-*s %s", verdicts[k].shown,
		    width, ir_json_str(o, "name"), text != NULL ? text : "");
		print_more(o);
	}
}
