/* SPDX-License-Identifier: ISC
 *
 * Programs to talk to: see child.h.
 */
#include "net/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"

/* How long it may take to end by itself: to say why, and after SIGTERM. */
#define LAST_WORDS_MS 2000
#define TERM_MS       500

/* What it says beyond the limit is read too, or it would wait for us. */
static void
listen_to(struct ir_child *c)
{
	char chunk[1024];
	ssize_t n;

	while ((n = read(c->err_fd, chunk, sizeof(chunk))) > 0)
		for (ssize_t i = 0; i < n && c->said_len < IR_CHILD_SAID; i++)
			if (chunk[i] != '\0')
				c->said[c->said_len++] = chunk[i];
	c->said[c->said_len] = '\0';
}

static bool
reap(struct ir_child *c, int options)
{
	pid_t pid;

	if (c->pid == 0)
		return true;
	while ((pid = waitpid(c->pid, &c->status, options)) == -1 &&
	       errno == EINTR)
		;
	if (pid == 0)
		return false;
	if (pid == -1) /* SIGCHLD is ignored */
		c->status = -1;
	c->pid = 0;
	return true;
}

bool
ir_child_wait(struct ir_child *c, long ms)
{
	uint64_t until = ir_mono_ns() + (uint64_t)ms * 1000000u;
	bool ended;

	do {
		ended = reap(c, WNOHANG);
		listen_to(c);
		if (!ended)
			poll(NULL, 0, 2);
	} while (!ended && ir_mono_ns() < until);
	return ended;
}

/* It ends in order if its program says so. */
static ssize_t
child_read(struct ir_wire *w, void *p, size_t n)
{
	struct ir_child *c = (struct ir_child *)w;
	ssize_t got = ir_wire_recv(w, p, n);

	listen_to(c);
	if (got != 0 || (ir_child_wait(c, LAST_WORDS_MS) && c->status == 0))
		return got;
	return IR_WIRE_BROKEN;
}

/* Descriptors of ours, none of them a standard one, which the program would
 * lose while it gets its own. */
static int
move_up(int fd)
{
	int moved;

	if (fd < 0 || fd > 2)
		return fd;
	moved = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	close(fd);
	return moved;
}

static int
make_pipes(int io[2], int err_pipe[2], struct ir_err *err)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, io) == -1 ||
	    pipe2(err_pipe, O_CLOEXEC) == -1)
		return ir_fail_errno(err, "cannot make a pipe");
	for (int i = 0; i < 2; i++) {
		io[i] = move_up(io[i]);
		err_pipe[i] = move_up(err_pipe[i]);
	}
	if (io[0] == -1 || io[1] == -1 || err_pipe[0] == -1 ||
	    err_pipe[1] == -1 || fcntl(err_pipe[0], F_SETFL, O_NONBLOCK) == -1)
		return ir_fail_errno(err, "cannot make a pipe");
	return 0;
}

/* 0, or an errno. */
static int
spawn(pid_t *pid, const char *const *argv, int io, int errors)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, pipe;
	int rc;

	sigemptyset(&none);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigaddset(&pipe, SIGCHLD);
	if ((rc = posix_spawn_file_actions_init(&files)) != 0)
		return rc;
	if ((rc = posix_spawnattr_init(&attr)) != 0) {
		posix_spawn_file_actions_destroy(&files);
		return rc;
	}
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &pipe);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID |
					    POSIX_SPAWN_SETSIGMASK |
					    POSIX_SPAWN_SETSIGDEF);
	if ((rc = posix_spawn_file_actions_adddup2(&files, io, 0)) == 0 &&
	    (rc = posix_spawn_file_actions_adddup2(&files, io, 1)) == 0 &&
	    (rc = posix_spawn_file_actions_adddup2(&files, errors, 2)) == 0)
		rc = posix_spawnp(pid, argv[0], &files, &attr,
		    (char *const *)(uintptr_t)argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return rc;
}

int
ir_child_start(struct ir_child *c, const char *const *argv, struct ir_err *err)
{
	int io[2] = {-1, -1}, err_pipe[2] = {-1, -1}, rc = -1;

	*c = (struct ir_child){.status = -1};
	if (make_pipes(io, err_pipe, err) == 0 &&
	    (errno = spawn(&c->pid, argv, io[1], err_pipe[1])) != 0) {
		c->pid = 0;
		ir_fail_errno(err, "cannot run %s", argv[0]);
	} else if (c->pid != 0) {
		c->wire.read = child_read;
		c->wire.write = ir_wire_send;
		c->wire.fd = io[0];
		c->err_fd = err_pipe[0];
		io[0] = err_pipe[0] = -1;
		rc = 0;
	}
	for (int i = 0; i < 2; i++) {
		ir_auto_close_(&io[i]);
		ir_auto_close_(&err_pipe[i]);
	}
	return rc;
}

void
ir_child_stop(struct ir_child *c)
{
	pid_t group = c->pid;

	close(c->wire.fd);
	if (!reap(c, WNOHANG)) {
		kill(-group, SIGTERM);
		if (!ir_child_wait(c, TERM_MS)) {
			kill(-group, SIGKILL);
			reap(c, 0);
		}
	}
	close(c->err_fd);
}
