/* SPDX-License-Identifier: ISC
 *
 * Stopping every process of a container by signal: see processes.h.
 *
 * A process is looked at and hit through one pidfd, and is only hit when it is
 * the container's (own.h): a number that was given to somebody
 * else between two looks at it hits nobody.
 */
#include "host/processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/time.h"
#include "host/inside.h"
#include "host/own.h"
#include "host/stat.h"
#include "json/json.h"

/* A container of some thousand processes takes two rounds of 50 ms.  Who forks
 * for longer than this will not be caught. */
#define PATIENCE_MS 10000

/* Looks without finding one that runs, while some end: a second one is enough
 * for those that a parent, which is stopped, has not reaped. */
#define LOOKS 3

enum life {
	GONE,
	RUNS,
	STOPPED
};

/* A process as it was when it was looked at. */
struct process {
	int fd;
	pid_t pid;
	struct ir_host_stat stat; /* of its first thread */
	enum life life;           /* of all its threads */
	bool guest;
};

static enum life
life_of(const struct ir_host_stat *s)
{
	if (ir_host_ended(s))
		return GONE;
	return strchr("Tt", s->state) != NULL ? STOPPED : RUNS;
}

/* A process whose first thread has ended or stopped goes on in the others. */
static enum life
life_of_threads(int proc, enum life first)
{
	int fd = openat(proc, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd != -1 ? fdopendir(fd) : NULL;
	enum life all = first;
	struct dirent *e;

	if (d == NULL) {
		if (fd != -1)
			close(fd);
		return GONE;
	}
	while (all != RUNS && (e = readdir(d)) != NULL) {
		ir_auto_free char *path = NULL;
		struct ir_host_stat s;

		if (e->d_name[0] == '.' ||
		    asprintf(&path, "%s/stat", e->d_name) == -1)
			continue;
		if (ir_host_stat(fd, path, &s) == 0 && !ir_host_ended(&s))
			all = life_of(&s);
	}
	closedir(d);
	return all;
}

/* 1 and *p, whose fd the caller closes; 0 if there is no such process of the
 * container any more. */
static int
look(const struct ir_host *h, pid_t pid, struct process *p, struct ir_err *err)
{
	char path[32];
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd == -1 && errno != ESRCH && errno != EINVAL)
		return ir_fail_errno(err, "process %d", (int)pid);
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	ir_auto_close int proc =
	    fd != -1 ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	*p = (struct process){.fd = fd, .pid = pid};
	if (proc != -1 && ir_host_owns(h, proc) &&
	    ir_host_stat(proc, "stat", &p->stat) == 0) {
		p->guest = ir_host_is_guest(h, proc);
		p->life = life_of(&p->stat);
		if (p->life != RUNS)
			p->life = life_of_threads(proc, p->life);
		return 1;
	}
	if (fd != -1)
		close(fd);
	return 0;
}

/* One that has ended meanwhile is no error. */
static int
hit(const struct process *p, int sig, struct ir_err *err)
{
	if (syscall(SYS_pidfd_send_signal, p->fd, sig, NULL, 0) == 0 ||
	    errno == ESRCH)
		return 0;
	return ir_fail_errno(err, "signal %d to process %d", sig, (int)p->pid);
}

/* A round through all processes. */
struct round {
	const struct ir_host *h;
	json_t *list; /* as the header says; NULL to look only */
	json_t *idle; /* the same of those that were stopped before, or NULL */
	json_t *seen; /* who was hit or dead, as keys of an object */
	int running;  /* that were found running in this round */
	int fresh;    /* that were hit or dead for the first time */
	pid_t deep;   /* one of those running that waits in the kernel */
};

/* 1 if it had not been seen, 0 if it had. */
static int
see(struct round *r, const struct process *p, struct ir_err *err)
{
	char key[64];

	snprintf(key, sizeof(key), "%d %lld", (int)p->pid, p->stat.start);
	if (json_object_get(r->seen, key) != NULL)
		return 0;
	r->fresh++;
	if (json_object_set_new(r->seen, key, json_true()) == -1)
		return ir_fail_mem(err);
	return 1;
}

static int
note(json_t *list, const struct process *p, bool guest, struct ir_err *err)
{
	json_t *j = json_pack("{s:i, s:I, s:o*}", "pid", (int)p->pid, "start",
	    (json_int_t)p->stat.start, "guest", guest ? json_true() : NULL);

	return json_array_append_new(list, j) == 0 ? 0 : ir_fail_mem(err);
}

static int
stop(struct round *r, const struct process *p, struct ir_err *err)
{
	int rc = hit(p, SIGSTOP, err) == 0 ? see(r, p, err) : -1;

	return rc == 1 ? note(r->list, p, p->guest, err) : rc;
}

/* Who has ended since the list of processes was read may have started another
 * before, which is not in that list. */
static int
pass(struct round *r, pid_t pid, struct ir_err *err)
{
	struct process p;
	int rc = look(r->h, pid, &p, err);

	if (rc != 1) {
		r->fresh += rc == 0;
		return rc;
	}
	if (p.life == RUNS) {
		r->running++;
		if (p.stat.state == 'D')
			r->deep = pid;
		if (r->list != NULL)
			rc = stop(r, &p, err);
	} else if (p.life == GONE) {
		rc = see(r, &p, err);
	} else if (r->idle != NULL) {
		rc = note(r->idle, &p, false, err);
	}
	close(p.fd);
	return rc;
}

/* Goes on after a failure, for the others' sake, and reports the first. */
static int
pass_all(struct round *r, struct ir_err *err)
{
	ir_auto_free pid_t *pids = NULL;
	ssize_t n = ir_host_own_pids(r->h, &pids, err);
	struct ir_err other;
	int rc = 0;

	r->running = r->fresh = 0;
	r->deep = 0;
	if (n == 0)
		return ir_fail(
		    err, IR_ENOENT, "container %.12s has ended", r->h->id);
	for (ssize_t i = 0; i < n; i++)
		if (pass(r, pids[i], rc == 0 ? err : &other) == -1)
			rc = -1;
	return n == -1 ? -1 : rc;
}

static int
stop_rounds(struct round *r, struct ir_err *err)
{
	const struct timespec moment = {0, 1000000};
	uint64_t end = ir_mono_ns() + PATIENCE_MS * 1000000ull;

	for (;;) {
		if (pass_all(r, err) == -1)
			return -1;
		if (r->running == 0 && r->fresh == 0)
			return 0;
		if (ir_mono_ns() > end)
			break;
		/* They have been told; it takes effect when they run next. */
		if (r->fresh == 0)
			nanosleep(&moment, NULL);
	}
	if (r->deep != 0 && r->fresh == 0)
		return ir_fail(err, IR_ETIMEOUT,
		    "process %d of container %.12s waits in the kernel and "
		    "stops only when that ends: look again later",
		    (int)r->deep, r->h->id);
	return ir_fail(err, IR_ETIMEOUT,
	    "container %.12s starts processes faster than they can be "
	    "stopped: %d still ran after %d s; kill it",
	    r->h->id, r->running, PATIENCE_MS / 1000);
}

int
ir_host_stop(struct ir_host *h, json_t **stopped, struct ir_err *err)
{
	json_auto_t *seen = json_object();
	struct round r = {.h = h, .list = json_array(), .seen = seen};

	*stopped = r.list;
	if (r.list == NULL || seen == NULL)
		return ir_fail_mem(err);
	return stop_rounds(&r, err);
}

int
ir_host_stopped(struct ir_host *h, int *running, struct ir_err *err)
{
	json_auto_t *seen = json_object();
	struct round r = {.h = h, .seen = seen};

	*running = 0;
	if (seen == NULL)
		return ir_fail_mem(err);
	for (int i = 0; i < LOOKS; i++) {
		if (pass_all(&r, err) == -1)
			return -1;
		if (r.running != 0 || r.fresh == 0)
			break;
	}
	*running = r.running != 0 ? r.running : r.fresh;
	return *running == 0;
}

int
ir_host_stopped_now(struct ir_host *h, json_t **list, struct ir_err *err)
{
	json_auto_t *seen = json_object();
	struct round r = {.h = h, .seen = seen, .idle = json_array()};

	*list = r.idle;
	if (r.idle == NULL || seen == NULL)
		return ir_fail_mem(err);
	return pass_all(&r, err);
}

/* Who started later comes first, so that a child goes before its parent; its
 * number decides within one tick of the clock. */
static int
later_first(const void *a, const void *b)
{
	const struct process *x = a, *y = b;

	if (x->stat.start != y->stat.start)
		return x->stat.start > y->stat.start ? -1 : 1;
	return x->pid > y->pid ? -1 : x->pid < y->pid;
}

static int
read_list(const json_t *list, struct process *v, struct ir_err *err)
{
	const json_t *j;
	size_t i;

	json_array_foreach (list, i, j) {
		json_int_t pid, start;

		if (ir_json_need_int(
			j, "pid", &pid, "stopped processes", err) == -1 ||
		    ir_json_need_int(
			j, "start", &start, "stopped processes", err) == -1)
			return -1;
		if (pid <= 0 || pid > IR_MAX_PIDS)
			return ir_fail(err, IR_EFORMAT,
			    "stopped processes: %lld is no process",
			    (long long)pid);
		v[i] = (struct process){.pid = (pid_t)pid, .stat.start = start};
	}
	return 0;
}

static int
continue_one(
    const struct ir_host *h, const struct process *was, struct ir_err *err)
{
	struct process p;
	int rc = look(h, was->pid, &p, err);

	if (rc != 1)
		return rc;
	rc = p.life == STOPPED && p.stat.start == was->stat.start
		 ? hit(&p, SIGCONT, err)
		 : 0;
	close(p.fd);
	return rc;
}

int
ir_host_continue(struct ir_host *h, const json_t *stopped, struct ir_err *err)
{
	size_t n = json_array_size(stopped);
	ir_auto_free struct process *v = calloc(n + 1, sizeof(*v));
	struct ir_err other;
	int rc = 0;

	if (v == NULL)
		return ir_fail_mem(err);
	if (read_list(stopped, v, err) == -1)
		return -1;
	qsort(v, n, sizeof(*v), later_first);
	for (size_t i = 0; i < n; i++)
		if (continue_one(h, &v[i], rc == 0 ? err : &other) == -1)
			rc = -1;
	return rc;
}
