/* SPDX-License-Identifier: ISC
 *
 * Running another program: see proc.h.
 */
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

/* What a child gets of ours. */
struct ends {
	int in; /* -1 for /dev/null */
	int out;
	bool talk; /* its stderr goes to out, too; else nowhere */
	const int *fds;
	size_t nfds;
};

/* In the child: nothing here may allocate.  Descriptors are first moved out
 * of the way, so that none is overwritten before it is used. */
static void
child(char *const argv[], const struct ends *e)
{
	int moved[8], null = open("/dev/null", O_RDWR);
	int in = e->in != -1 ? e->in : null;

	for (size_t i = 0; i < e->nfds; i++)
		moved[i] = fcntl(e->fds[i], F_DUPFD_CLOEXEC, 64);
	if (null == -1 || dup2(in, 0) == -1 || dup2(e->out, 1) == -1 ||
	    dup2(e->talk ? e->out : null, 2) == -1)
		_exit(127);
	for (size_t i = 0; i < e->nfds; i++)
		if (dup2(moved[i], (int)i + 3) == -1)
			_exit(127);
	signal(SIGPIPE, SIG_DFL);
	execvp(argv[0], argv);
	_exit(127);
}

static int
drain(int fd, struct ir_buf *out, size_t max, const char *name,
    struct ir_err *err)
{
	char chunk[16384];
	size_t total = 0;
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return ir_fail_errno(err, "reading from %s", name);
		if ((total += (size_t)n) > max)
			return ir_fail(err, IR_EFORMAT,
			    "%s printed more than %zu bytes", name, max);
		ir_buf_add(out, chunk, (size_t)n);
	}
	return ir_buf_ok(out, err);
}

static int
run(char *const argv[], struct ends *e, struct ir_buf *out, size_t max,
    struct ir_err *err)
{
	int pipefd[2], status, rc;
	pid_t pid;

	if (e->nfds > 8)
		return ir_fail(err, IR_EINTERNAL, "too many descriptors");
	if (pipe2(pipefd, O_CLOEXEC) == -1)
		return ir_fail_errno(err, "cannot make a pipe");
	e->out = pipefd[1];
	setenv("LC_ALL", "C", 1);
	if ((pid = fork()) == 0)
		child(argv, e);
	close(pipefd[1]);
	if (pid == -1) {
		close(pipefd[0]);
		return ir_fail_errno(err, "cannot start %s", argv[0]);
	}
	rc = drain(pipefd[0], out, max, argv[0], err);
	close(pipefd[0]);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	if (rc == -1)
		return -1;
	if (!WIFEXITED(status) || WEXITSTATUS(status) == 127)
		return ir_fail(
		    err, IR_EIO, "cannot run %s: is it installed?", argv[0]);
	return WEXITSTATUS(status);
}

int
ir_proc_run(char *const argv[], const int *fds, size_t nfds, struct ir_buf *out,
    size_t max, struct ir_err *err)
{
	struct ends e = {.in = -1, .fds = fds, .nfds = nfds};

	return run(argv, &e, out, max, err);
}

int
ir_proc_feed(char *const argv[], int in, struct ir_buf *out, size_t max,
    struct ir_err *err)
{
	struct ends e = {.in = in, .talk = true};

	return run(argv, &e, out, max, err);
}

int
ir_memfd(const void *p, size_t n, struct ir_err *err)
{
	int fd = memfd_create("ir", MFD_CLOEXEC);

	if (fd == -1)
		return ir_fail_errno(err, "cannot make a memory file");
	if (ir_write_all(fd, p, n, "a memory file", err) == -1 ||
	    lseek(fd, 0, SEEK_SET) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}
