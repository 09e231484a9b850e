/* SPDX-License-Identifier: ISC
 *
 * What a capture is asked for: see capture.h.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/capture.h"

/* Containers at a time, at most: each has a connection and a pause window. */
#define MAX_JOBS 32

static struct {
	bool estimate, live, commit, drop_image, fresh, memory;
	const char *profile, *only, *skip, *since, *volume_limit, *deadline,
	    *jobs, *method;
} opt;

const struct ir_option ir_capture_options[] = {
    {'p', "profile", "NAME",
	"triage (what is volatile, in seconds), standard, or full", NULL,
	&opt.profile},
    {0, "only", "LIST", "these collectors: names, with commas between", NULL,
	&opt.only},
    {0, "skip", "LIST", "all but these collectors", NULL, &opt.skip},
    {0, "memory", NULL, "also the memory of its processes", &opt.memory, NULL},
    {0, "since", "TIME",
	"of logs and events only what is younger: RFC 3339, or 10m, 2h, 3d",
	NULL, &opt.since},
    {0, "volume-limit", "SIZE", "of each volume only so much: 500M, 10G", NULL,
	&opt.volume_limit},
    {0, "deadline", "SECONDS", "for each collector, instead of its own", NULL,
	&opt.deadline},
    {'j', "jobs", "N",
	"containers at a time; the number of processors if not "
	"given",
	NULL, &opt.jobs},
    {0, "estimate", NULL, "only say how much it would be, and how long",
	&opt.estimate, NULL},
    {'c', "commit", NULL,
	"also leave an image ir-evidence/CASE:NAME on the engine", &opt.commit,
	NULL},
    {0, "no-keep-image", NULL, "with --commit: remove that image at the end",
	&opt.drop_image, NULL},
    {0, "fresh", NULL, "take everything anew, even if a capture was cut off",
	&opt.fresh, NULL},
    {0, "live", NULL, "do not pause a running container (its tree may tear)",
	&opt.live, NULL},
    {0, "method", "HOW",
	"whence files come: auto (the engine's disk if it can be), or api",
	NULL, &opt.method},
    IR_OPTION_END,
};

static const struct {
	const char *name;
	enum ir_profile profile;
	const char *left_out; /* why a collector is, that is not in it */
} profiles[] = {
    {"triage", IR_TRIAGE, "not in the profile triage"},
    {"standard", IR_STANDARD, "not in the profile standard"},
    {"full", IR_FULL, "not in the profile full"},
};
#define N_PROFILES (sizeof(profiles) / sizeof(profiles[0]))

static char scope[128];

static bool
is_listed(const char *list, const char *name)
{
	size_t n = strlen(name);

	while (list != NULL && *list != '\0') {
		if (strcspn(list, ",") == n && strncmp(list, name, n) == 0)
			return true;
		list += strcspn(list, ",");
		list += *list == ',';
	}
	return false;
}

static bool
is_known(const char *name, size_t n)
{
	for (size_t i = 0; ir_collectors[i] != NULL; i++)
		if (strlen(ir_collectors[i]->name) == n &&
		    strncmp(ir_collectors[i]->name, name, n) == 0)
			return true;
	return false;
}

static int
check_list(const char *option, const char *list, struct ir_err *err)
{
	ir_auto_buf struct ir_buf all = IR_BUF_INIT;

	for (size_t i = 0; ir_collectors[i] != NULL; i++)
		ir_buf_printf(&all, " %s", ir_collectors[i]->name);
	if (ir_buf_ok(&all, err) == -1)
		return -1;
	for (const char *p = list; p != NULL;) {
		size_t n = strcspn(p, ",");

		if (!is_known(p, n))
			return ir_fail(err, IR_EUSAGE,
			    "%s: there is no collector %.*s; there are:%s",
			    option, (int)n, p, all.p);
		p = p[n] == ',' ? p + n + 1 : NULL;
	}
	return 0;
}

/* A number and one of the letters in units, which is worth the number that
 * stands at its place in worth; -1 if s is no such thing. */
static int
quantity(const char *s, const char *units, const uint64_t *worth, uint64_t *out)
{
	unsigned long long n;
	const char *unit;
	char *end;

	if (*s < '0' || *s > '9')
		return -1;
	errno = 0;
	n = strtoull(s, &end, 10);
	unit = *end != '\0' ? strchr(units, *end) : units;
	if (errno != 0 || unit == NULL || (*end != '\0' && end[1] != '\0') ||
	    __builtin_mul_overflow(
		n, *end != '\0' ? worth[unit - units] : 1, out))
		return -1;
	return 0;
}

static int
take_since(struct ir_capture_wish *w, struct ir_err *err)
{
	static const uint64_t worth[] = {1, 60, 3600, 86400};
	size_t n = strlen(opt.since);
	uint64_t ago;

	if (ir_time_parse(opt.since, &w->since) == 0 && w->since > 0)
		return 0;
	if (n > 1 && strchr("smhd", opt.since[n - 1]) != NULL &&
	    quantity(opt.since, "smhd", worth, &ago) == 0 && ago > 0 &&
	    ago < (uint64_t)time(NULL)) {
		w->since = (int64_t)time(NULL) - (int64_t)ago;
		return 0;
	}
	return ir_fail(err, IR_EUSAGE,
	    "--since: %s is neither a time like 2026-11-22T14:00:00Z nor a "
	    "duration like 10m, 2h or 3d",
	    opt.since);
}

static int
take_numbers(struct ir_capture_wish *w, struct ir_err *err)
{
	static const uint64_t worth[] = {
	    1ull << 10, 1ull << 20, 1ull << 30, 1ull << 40};
	static const uint64_t one[] = {1};
	uint64_t n;

	if (opt.volume_limit != NULL && (quantity(opt.volume_limit, "KMGT",
					     worth, &w->volume_limit) == -1 ||
					    w->volume_limit == 0))
		return ir_fail(err, IR_EUSAGE,
		    "--volume-limit: %s is no size like 500M or 10G",
		    opt.volume_limit);
	if (opt.deadline != NULL) {
		if (quantity(opt.deadline, "s", one, &n) == -1 || n == 0 ||
		    n > INT_MAX / 1000)
			return ir_fail(err, IR_EUSAGE,
			    "--deadline: %s is no number of seconds",
			    opt.deadline);
		w->deadline_ms = (long)n * 1000;
	}
	if (opt.jobs != NULL) {
		if (quantity(opt.jobs, "", one, &n) == -1 || n == 0 ||
		    n > MAX_JOBS)
			return ir_fail(err, IR_EUSAGE,
			    "--jobs: %s is not a number from 1 to %d", opt.jobs,
			    MAX_JOBS);
		w->jobs = (unsigned)n;
	}
	return 0;
}

static int
take_profile(struct ir_capture_wish *w, struct ir_err *err)
{
	for (size_t i = 0; i < N_PROFILES; i++)
		if (opt.profile == NULL ||
		    strcmp(opt.profile, profiles[i].name) == 0) {
			w->profile = opt.profile == NULL ? IR_STANDARD
							 : profiles[i].profile;
			return 0;
		}
	return ir_fail(err, IR_EUSAGE,
	    "--profile: %s is none of triage, standard, full", opt.profile);
}

static int
take_method(struct ir_capture_wish *w, struct ir_err *err)
{
	w->by_engine = opt.method != NULL && strcmp(opt.method, "api") == 0;
	if (opt.method == NULL || w->by_engine ||
	    strcmp(opt.method, "auto") == 0)
		return 0;
	return ir_fail(
	    err, IR_EUSAGE, "--method: %s is neither auto nor api", opt.method);
}

int
ir_capture_wishes(struct ir_capture_wish *w, struct ir_err *err)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	*w = (struct ir_capture_wish){
	    .estimate = opt.estimate,
	    .live = opt.live,
	    .commit = opt.commit || is_listed(opt.only, "commit"),
	    .drop_image = opt.drop_image,
	    .fresh = opt.fresh,
	    .memory = opt.memory,
	    .scope = scope,
	    .only = opt.only,
	    .skip = opt.skip,
	    .jobs = processors < 1          ? 1
		    : processors > MAX_JOBS ? MAX_JOBS
					    : (unsigned)processors,
	};
	snprintf(scope, sizeof(scope), "%s%s%s%s%s",
	    opt.profile != NULL ? opt.profile : "standard",
	    opt.since != NULL ? " since " : "",
	    opt.since != NULL ? opt.since : "",
	    opt.volume_limit != NULL ? " volumes " : "",
	    opt.volume_limit != NULL ? opt.volume_limit : "");
	if (opt.drop_image && !w->commit)
		return ir_fail(err, IR_EUSAGE,
		    "--no-keep-image: there is an image only with --commit");
	if (opt.memory && check_list("--memory", "memory", err) == -1)
		return -1;
	if (take_profile(w, err) == -1 || take_method(w, err) == -1 ||
	    check_list("--only", opt.only, err) == -1 ||
	    check_list("--skip", opt.skip, err) == -1)
		return -1;
	if (opt.since != NULL && take_since(w, err) == -1)
		return -1;
	return take_numbers(w, err);
}

static const char *
not_in(enum ir_profile profile)
{
	for (size_t i = 0; i < N_PROFILES; i++)
		if (profiles[i].profile == profile)
			return profiles[i].left_out;
	return "";
}

enum ir_choice
ir_capture_choice(const struct ir_capture_wish *w, const struct ir_collector *k,
    const char **why)
{
	if (is_listed(w->skip, k->name)) {
		*why = "left out by --skip";
		return IR_LEFT_OUT;
	}
	if (is_listed(w->only, k->name) ||
	    (w->memory && strcmp(k->name, "memory") == 0) ||
	    (w->commit && k->on_request))
		return IR_NAMED;
	if (w->only != NULL) {
		*why = "not in --only";
		return IR_LEFT_OUT;
	}
	if (k->on_request) {
		*why = "not asked for (--commit)";
		return IR_LEFT_OUT;
	}
	if ((k->profiles & (unsigned)w->profile) == 0) {
		*why = not_in(w->profile);
		return IR_LEFT_OUT;
	}
	return IR_CHOSEN;
}
