/* SPDX-License-Identifier: ISC
 *
 * The engine's host, where that is this one: what explains the engine's doings,
 * the container's way out and the times in all the rest.  Nothing is changed,
 * and each part can be missing: host.json says which, and why.
 */
#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/aside.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/text.h"
#include "base/time.h"
#include "collectors/copy.h"
#include "collectors/local.h"
#include "json/json.h"

/* Of one file, or one program's words: a host with 100,000 sockets has 15 MiB
 * of them. */
#define MOST (16u << 20)

/* A program that hangs. */
#define PROGRAM_MS 20000

/* Lines of the system's journal, the newest, at some 700 bytes each. */
#define JOURNAL_LINES "20000"

static const struct {
	const char *path, *file;
} copies[] = {
    {"/proc/cmdline", "cmdline"},
    {"/proc/version", "version"},
    {"/proc/uptime", "uptime"},
    {"/proc/loadavg", "loadavg"},
    {"/proc/meminfo", "meminfo"},
    {"/proc/modules", "modules"},
    {"/proc/1/mountinfo", "mountinfo"},
    {"/proc/1/net/tcp", "tcp"},
    {"/proc/1/net/tcp6", "tcp6"},
    {"/proc/1/net/udp", "udp"},
    {"/proc/1/net/udp6", "udp6"},
    {"/etc/os-release", "os-release"},
    {"/etc/docker/daemon.json", "daemon.json"},
    {"/run/utmp", "utmp"},
};

/* Whose presence tells how the clock is kept, and who runs containers; as
 * /proc/PID/comm has them, which is 15 bytes long at most. */
static const char *const daemons[] = {"dockerd", "containerd", "podman",
    "chronyd", "ntpd", "systemd-timesyn", "ptp4l", "phc2sys", "systemd-journal",
    "rsyslogd", "auditd", "falco"};

struct host_run {
	const struct ir_target *t;
	struct ir_sink *sink;
	json_t *missing;
	char *names; /* of what is missing, for the ledger */
};

static void
lacks(struct host_run *h, const char *what, const char *why)
{
	struct ir_err ignored;
	char *names =
	    ir_asprintf(&ignored, "%s%s%s", h->names != NULL ? h->names : "",
		h->names != NULL ? ", " : "", what);

	json_array_append_new(h->missing,
	    json_pack("{s:s, s:o}", "what", what, "why", ir_json_text(why)));
	free(h->names);
	h->names = names;
}

static char *
path_of(const struct host_run *h, const char *file, struct ir_err *err)
{
	return ir_asprintf(err, "%s/host/%s", h->t->engine_dir, file);
}

static int
put(struct host_run *h, const char *file, const char *p, size_t n,
    struct ir_err *err)
{
	ir_auto_free char *path = path_of(h, file, err);

	if (path == NULL)
		return -1;
	return h->sink->has(h->sink, path)
		   ? 0
		   : ir_sink_put(h->sink, path, p, n, err);
}

static int
copy_all(struct host_run *h, struct ir_err *err)
{
	for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++) {
		struct ir_err why;
		size_t n;
		ir_auto_free char *p =
		    ir_read_file(copies[i].path, MOST, &n, &why);

		if (p == NULL)
			lacks(h, copies[i].file, why.msg);
		else if (put(h, copies[i].file, p, n, err) == -1)
			return -1;
	}
	return 0;
}

struct words {
	char *const *argv;
	char *path;
};

static int
take_words(void *arg, struct ir_sink *sink, struct ir_err *err)
{
	const struct words *w = arg;
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	int rc = ir_proc_run(w->argv, NULL, 0, &b, MOST, err);

	if (rc == -1)
		return -1;
	if (rc != 0)
		return ir_fail(err, IR_EIO, "%s ended with %d", w->argv[0], rc);
	return ir_sink_put(sink, w->path, b.p, b.len, err);
}

static int
ask(struct host_run *h, const char *file, char *const argv[],
    struct ir_err *err)
{
	ir_auto_free char *path = path_of(h, file, err);
	struct words w = {argv, path};
	struct ir_err why;

	if (path == NULL)
		return -1;
	if (!h->sink->has(h->sink, path) &&
	    ir_aside(h->sink, PROGRAM_MS, take_words, &w, &why) == -1)
		lacks(h, file, why.msg);
	return 0;
}

static int
ask_all(struct host_run *h, struct ir_err *err)
{
	char since[40];
	char nft[] = "nft", list[] = "list", ruleset[] = "ruleset";
	char save[] = "iptables-save", u[] = "-u", docker[] = "docker";
	char containerd[] = "containerd", o[] = "-o", json[] = "json";
	char journal[] = "journalctl", n[] = "-n", lines[] = JOURNAL_LINES;
	char pager[] = "--no-pager", quiet[] = "-q";
	char *const rules[] = {nft, list, ruleset, NULL};
	char *const tables[] = {save, NULL};
	char *const log[] = {journal, pager, quiet, u, docker, u, containerd, o,
	    json, n, lines, since, NULL};
	int64_t from = h->t->since;

	if (from == 0 &&
	    ir_time_parse(ir_json_str(h->t->inspect, "Created"), &from) == -1)
		from = 0;
	snprintf(since, sizeof(since), "--since=@%" PRId64, from);
	if (ask(h, "journal.jsonl", log, err) == -1 ||
	    ask(h, "nft", rules, err) == -1 ||
	    ask(h, "iptables-save", tables, err) == -1)
		return -1;
	return 0;
}

/* The process, if it is one of the daemons. */
static void
look_at(const char *pid, json_t *list)
{
	struct ir_err ignored;
	char path[64];
	size_t n, len;

	snprintf(path, sizeof(path), "/proc/%.16s/comm", pid);
	ir_auto_free char *comm = ir_read_file(path, 64, &n, &ignored);
	snprintf(path, sizeof(path), "/proc/%.16s/cmdline", pid);
	if (comm == NULL || n == 0)
		return;
	comm[n - 1] = '\0';
	for (size_t i = 0; i < sizeof(daemons) / sizeof(daemons[0]); i++) {
		if (strcmp(comm, daemons[i]) != 0)
			continue;
		ir_auto_free char *line =
		    ir_read_file(path, 65536, &len, &ignored);
		for (size_t k = 0; line != NULL && k + 1 < len; k++)
			if (line[k] == '\0')
				line[k] = ' ';
		json_array_append_new(
		    list, json_pack("{s:s, s:o, s:o}", "pid", pid, "name",
			      ir_json_text(comm), "cmdline",
			      ir_json_text(line != NULL ? line : "")));
	}
}

static json_t *
find_daemons(void)
{
	json_t *list = json_array();
	DIR *d = opendir("/proc");
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (isdigit((unsigned char)e->d_name[0]))
			look_at(e->d_name, list);
	if (d != NULL)
		closedir(d);
	return list;
}

/* Last, since it says what is missing of the rest. */
static int
describe(struct host_run *h, struct ir_err *err)
{
	char now[IR_TIME_SIZE];
	struct utsname u;
	int64_t error_us = 0;
	bool synchronised = ir_clock_state(&error_us);

	ir_time_now(now);
	uname(&u);
	json_auto_t *doc = json_pack(
	    "{s:i, s:s, s:o, s:s, s:s, s:s, s:{s:b, s:I}, s:o, s:O}", "v", 1,
	    "time", now, "host", ir_json_text(u.nodename), "kernel", u.release,
	    "build", u.version, "machine", u.machine, "clock", "synchronised",
	    synchronised, "max_error_us", (json_int_t)error_us, "daemons",
	    find_daemons(), "missing", h->missing);
	ir_auto_free char *text = doc != NULL ? ir_json_pretty(doc, err) : NULL;

	if (text == NULL)
		return ir_fail_mem(err);
	return put(h, "host.json", text, strlen(text), err);
}

static enum ir_collected
host_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	struct host_run h = {t, sink, NULL, NULL};
	int rc;

	if ((h.missing = json_array()) == NULL) {
		ir_fail_mem(err);
		return IR_FAIL;
	}
	rc = copy_all(&h, err);
	if (rc == 0)
		rc = ask_all(&h, err);
	if (rc == 0)
		rc = describe(&h, err);
	json_decref(h.missing);
	if (rc == 0)
		ir_note(err, "%s%s", h.names != NULL ? "without " : "",
		    h.names != NULL ? h.names : "");
	free(h.names);
	return rc == 0 ? IR_GOT : IR_FAIL;
}

const struct ir_collector ir_collector_host = {
    .name = "host",
    .what = "the engine's host, if that is this one",
    .changes = "",
    .calls = "",
    .apart = true,
    .of_engine = true,
    .needs_here = true,
    .profiles = IR_EVERY_PROFILE,
    .deadline_s = 120,
    .run = host_run,
};
