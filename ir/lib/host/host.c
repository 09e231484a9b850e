/* SPDX-License-Identifier: ISC
 *
 * A container as this host has it: see host.h and inside.h.
 */
#include "host/host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "host/inside.h"
#include "host/look.h"
#include "host/own.h"
#include "host/spaces.h"
#include "host/stat.h"
#include "json/json.h"

/* Answers come from the kernel itself, at once. */
#define PATIENCE_SECONDS 2

char *
ir_host_read_fd(
    int fd, const char *name, size_t max, size_t *len, struct ir_err *err)
{
	struct ir_buf b = IR_BUF_INIT;
	char chunk[4096];
	ssize_t n = 0;

	while (b.len < max) {
		size_t room = max - b.len;

		n = read(
		    fd, chunk, room < sizeof(chunk) ? room : sizeof(chunk));
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		ir_buf_add(&b, chunk, (size_t)n);
	}
	if (n == -1) {
		ir_fail_errno(err, "%s", name);
		ir_buf_free(&b);
		return NULL;
	}
	*len = b.len;
	return ir_buf_take(&b, err);
}

char *
ir_host_read(
    int dirfd, const char *path, size_t max, size_t *len, struct ir_err *err)
{
	ir_auto_close int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);

	if (fd == -1) {
		ir_fail_errno(err, "%s", path);
		return NULL;
	}
	return ir_host_read_fd(fd, path, max, len, err);
}

static int
open_process(struct ir_host *h, struct ir_err *err)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%lld", h->pid);
	h->proc = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (h->proc == -1 && errno == ENOENT)
		return ir_fail(err, IR_ENOENT,
		    "there is no process %lld here: the engine is on another "
		    "host, or in another PID namespace",
		    h->pid);
	if (h->proc == -1)
		return ir_fail_errno(err, "%s", path);
	if (ir_host_own_find(h, err) == -1)
		return -1;
	h->netns = openat(h->proc, "ns/net", O_RDONLY | O_CLOEXEC);
	if (h->netns != -1)
		return 0;
	if (errno == EACCES || errno == EPERM)
		return ir_fail(err, IR_EPERM,
		    "looking into the namespaces of process %lld takes root",
		    h->pid);
	return ir_fail(
	    err, IR_ENOENT, "its first process, %lld, ended just now", h->pid);
}

struct ir_host *
ir_host_open(const char *id, long long pid, struct ir_err *err)
{
	struct ir_host *h;

	if (!ir_is_hex(id, 64)) {
		ir_fail(
		    err, IR_EFORMAT, "%s: not the full id of a container", id);
		return NULL;
	}
	if (pid <= 0) {
		ir_fail(err, IR_ENOENT, "container %.12s is not running", id);
		return NULL;
	}
	if ((h = calloc(1, sizeof(*h))) == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	memcpy(h->id, id, sizeof(h->id));
	h->pid = pid;
	h->proc = h->netns = h->sandbox = h->pidns = -1;
	if (open_process(h, err) == -1) {
		ir_host_close(h);
		return NULL;
	}
	return h;
}

struct ir_host *
ir_host_of(const json_t *inspect, struct ir_err *err)
{
	const char *key = ir_json_str(inspect, "NetworkSettings.SandboxKey");
	struct ir_host *h = ir_host_open(
	    ir_json_str(inspect, "Id"), ir_json_int(inspect, "State.Pid"), err);

	if (h != NULL && *key == '/')
		h->sandbox = ir_host_spaces_given(h, key);
	return h;
}

void
ir_host_close(struct ir_host *h)
{
	if (h == NULL)
		return;
	if (h->netns != -1)
		close(h->netns);
	if (h->sandbox != -1)
		close(h->sandbox);
	if (h->pidns != -1)
		close(h->pidns);
	if (h->proc != -1)
		close(h->proc);
	ir_host_look_free(h->look);
	free(h->cgroup);
	free(h);
}

bool
ir_host_alive(const struct ir_host *h)
{
	struct ir_host_stat s;

	return ir_host_stat(h->proc, "stat", &s) == 0 && !ir_host_ended(&s);
}

bool
ir_host_has_cgroup(const struct ir_host *h)
{
	return h->pidns == -1;
}

/* A thread's errand in another namespace. */
struct errand {
	int netns;
	int (*fn)(void *arg, struct ir_err *);
	void *arg;
	struct ir_err *err;
	int rc;
};

static void *
run_errand(void *p)
{
	struct errand *e = p;

	if (setns(e->netns, CLONE_NEWNET) == 0)
		e->rc = e->fn(e->arg, e->err);
	else if (errno == EPERM)
		e->rc = ir_fail(e->err, IR_EPERM,
		    "entering a network namespace takes root "
		    "(CAP_SYS_ADMIN)");
	else
		e->rc = ir_fail_errno(e->err, "entering a network namespace");
	return NULL;
}

int
ir_host_in(int netns, int (*fn)(void *arg, struct ir_err *), void *arg,
    struct ir_err *err)
{
	ir_auto_close int own = ir_host_own_netns(err);
	struct errand e = {netns, fn, arg, err, -1};
	sigset_t all, before;
	pthread_t thread;
	int rc;

	if (own == -1)
		return -1;
	if (ir_host_same(own, netns))
		return fn(arg, err);
	/* Signals are the program's business, not this thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&thread, NULL, run_errand, &e);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != 0) {
		errno = rc;
		return ir_fail_errno(err, "starting a thread");
	}
	pthread_join(thread, NULL);
	return e.rc;
}

int
ir_host_own_netns(struct ir_err *err)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd != -1 ? fd : ir_fail_errno(err, "/proc/thread-self/ns/net");
}

bool
ir_host_same(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

struct opening {
	int protocol;
	int fd;
};

static int
open_socket(void *arg, struct ir_err *err)
{
	struct opening *o = arg;
	const struct timeval patience = {PATIENCE_SECONDS, 0};
	const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};

	o->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, o->protocol);
	if (o->fd == -1)
		return ir_fail_errno(err, "a netlink socket");
	if (connect(o->fd, (const struct sockaddr *)&kernel, sizeof(kernel)) ==
		0 &&
	    setsockopt(o->fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		sizeof(patience)) == 0)
		return 0;
	ir_fail_errno(err, "a netlink socket");
	close(o->fd);
	return -1;
}

int
ir_host_netlink(int netns, int protocol, struct ir_err *err)
{
	struct opening o = {protocol, -1};

	return ir_host_in(netns, open_socket, &o, err) == 0 ? o.fd : -1;
}
