/* SPDX-License-Identifier: ISC
 *
 * A small file within a container's root: see rootfile.h.
 */
#include "host/rootfile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "host/inside.h"

/* What the thread and who waits for it have in common; freed by the last. */
struct errand {
	pthread_mutex_t lock;
	pthread_cond_t done_cond;
	bool done, left; /* nobody waits any more */
	int root;
	size_t max;
	char path[64];
	char *text;
	size_t len;
	struct ir_err err;
};

static void
free_errand(struct errand *e)
{
	if (e->root != -1)
		close(e->root);
	pthread_mutex_destroy(&e->lock);
	pthread_cond_destroy(&e->done_cond);
	free(e->text);
	free(e);
}

/* It is opened to be read only once it is known to be a regular file. */
static char *
read_it(struct errand *e)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC,
	    .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	char self[64];
	struct stat st;
	ir_auto_close int fd =
	    (int)syscall(SYS_openat2, e->root, e->path, &how, sizeof(how));

	if (fd == -1 || fstat(fd, &st) == -1) {
		ir_fail_errno(&e->err, "%s", e->path);
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		ir_fail(&e->err, IR_EFORMAT, "%s: not a regular file", e->path);
		return NULL;
	}
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	ir_auto_close int file = open(self, O_RDONLY | O_CLOEXEC | O_NOATIME);
	if (file == -1 && errno == EPERM) /* somebody else's */
		file = open(self, O_RDONLY | O_CLOEXEC);
	if (file == -1) {
		ir_fail_errno(&e->err, "%s", e->path);
		return NULL;
	}
	return ir_host_read_fd(file, e->path, e->max, &e->len, &e->err);
}

static void *
run(void *p)
{
	struct errand *e = p;
	char *text = read_it(e);
	bool left;

	pthread_mutex_lock(&e->lock);
	e->text = text;
	e->done = true;
	left = e->left;
	pthread_cond_signal(&e->done_cond);
	pthread_mutex_unlock(&e->lock);
	if (left)
		free_errand(e);
	return NULL;
}

static int
start(struct errand *e)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&thread, &attr, run, e);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return rc;
}

static struct errand *
new_errand(int proc, const char *path, size_t max, struct ir_err *err)
{
	struct errand *e = calloc(1, sizeof(*e));
	pthread_condattr_t attr;

	if (e == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	pthread_mutex_init(&e->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&e->done_cond, &attr);
	pthread_condattr_destroy(&attr);
	e->max = max;
	snprintf(e->path, sizeof(e->path), "%s", path);
	e->root = openat(proc, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (e->root != -1)
		return e;
	ir_fail_errno(err, "the container's root");
	free_errand(e);
	return NULL;
}

static bool
wait_for(struct errand *e, int ms)
{
	struct timespec until;
	int rc = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&e->lock);
	while (!e->done && rc == 0)
		rc = pthread_cond_timedwait(&e->done_cond, &e->lock, &until);
	e->left = !e->done;
	rc = e->done;
	pthread_mutex_unlock(&e->lock);
	return rc;
}

char *
ir_host_rootfile(int proc, const char *path, size_t max, int ms, size_t *len,
    struct ir_err *err)
{
	struct errand *e = new_errand(proc, path, max, err);
	char *text;

	if (e == NULL)
		return NULL;
	if ((errno = start(e)) != 0) {
		ir_fail_errno(err, "starting a thread");
		free_errand(e);
		return NULL;
	}
	if (!wait_for(e, ms)) {
		ir_fail(
		    err, IR_ETIMEOUT, "%s: no answer within %d ms", path, ms);
		return NULL;
	}
	text = e->text;
	e->text = NULL;
	*len = e->len;
	if (text == NULL)
		*err = e->err;
	free_errand(e);
	return text;
}
