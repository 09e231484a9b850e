/* SPDX-License-Identifier: ISC
 *
 * Hashing the files of a bundle: see hashing.h.
 */
#include "bundle/hashing.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/signal.h"

/* Large enough that a read costs little, small enough for a cache. */
#define PIECE (256u << 10)

/* More than this would wait for the disk. */
#define MAX_THREADS 16

/* How often progress is told. */
#define TICK_NS 100000000L

int
ir_hashing_start(struct ir_hashing *h, struct ir_item *it, struct ir_err *err)
{
	*h = (struct ir_hashing){.it = it, .sha = ir_sha256_new(err)};
	it->first[0] = it->found[0] = '\0';
	return h->sha != NULL ? 0 : -1;
}

/* Where at is reached within n bytes from p: takes those before it. */
static int
reach(struct ir_hashing *h, uint64_t at, const char **p, size_t *n,
    char hex[IR_SHA256_HEX], struct ir_err *err)
{
	uint64_t due = at - h->done;

	if (h->done >= at || *n < due)
		return 0;
	ir_sha256_update(h->sha, *p, (size_t)due);
	*p += due;
	*n -= (size_t)due;
	h->done += due;
	return ir_sha256_peek(h->sha, hex, err);
}

int
ir_hashing_feed(
    struct ir_hashing *h, const void *data, size_t n, struct ir_err *err)
{
	struct ir_item *it = h->it;
	const char *p = data;

	/* What is proven is never more than what is attested. */
	if (it->proven.bytes < it->bytes &&
	    reach(h, it->proven.bytes, &p, &n, it->proven.first, err) == -1)
		return -1;
	if (reach(h, it->bytes, &p, &n, it->first, err) == -1)
		return -1;
	ir_sha256_update(h->sha, p, n);
	h->done += n;
	return 0;
}

int
ir_hashing_end(struct ir_hashing *h, struct ir_err *err)
{
	if (ir_sha256_peek(h->sha, h->it->found, err) == -1)
		return -1;
	if (h->it->bytes == 0)
		ir_sha256_mem("", 0, h->it->first);
	if (h->it->proven.bytes == h->it->bytes)
		strcpy(h->it->proven.first, h->it->first);
	return 0;
}

void
ir_hashing_free(struct ir_hashing *h)
{
	ir_sha256_free(h->sha);
	h->sha = NULL;
}

/* All threads at work. */
struct pool {
	const struct ir_hash_all *a;
	struct job {
		struct ir_item *it;
		struct ir_err *failed; /* or NULL */
	} * jobs;
	size_t n;
	uint64_t total;
	atomic_size_t next;
	atomic_ullong done; /* bytes */
	atomic_bool stop;
	unsigned running;
	pthread_mutex_t lock; /* of running */
	pthread_cond_t idle;  /* a thread has ended */
};

/* Reads exactly what is due; if that is all, sees that nothing follows. */
static int
pump(struct pool *p, struct ir_hashing *h, int fd, bool all, char *buf,
    struct ir_err *err)
{
	uint64_t due = all ? h->it->size : h->it->bytes;
	const char *path = h->it->path;
	ssize_t n;

	while (h->done <= due) {
		uint64_t left = due - h->done;

		if (ir_interrupted())
			return ir_fail(err, IR_EINTR,
			    "interrupted while hashing %s", path);
		if (left == 0 && !all)
			return 0;
		n = read(fd, buf, left != 0 && left < PIECE ? left : PIECE);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return ir_fail_errno(err, "%s", path);
		if ((n == 0) != (left == 0))
			return ir_fail(err, IR_EFORMAT,
			    "%s: changes while it is read", path);
		if (n == 0)
			return 0;
		if (ir_hashing_feed(h, buf, (size_t)n, err) == -1)
			return -1;
		atomic_fetch_add(&p->done, (unsigned long long)n);
	}
	return 0;
}

static int
hash(struct pool *p, struct ir_item *it, char *buf, struct ir_err *err)
{
	struct ir_hashing h = {0};
	uint64_t size;
	ir_auto_close int fd =
	    ir_open_regular(p->a->dirfd, it->path, &size, err);
	int rc = -1;

	if (fd != -1 && size != it->size)
		ir_fail(
		    err, IR_EFORMAT, "%s: changes while it is read", it->path);
	else if (fd != -1 && ir_hashing_start(&h, it, err) == 0 &&
		 pump(p, &h, fd, p->a->whole || it->left != NULL, buf, err) ==
		     0)
		rc = ir_hashing_end(&h, err);
	ir_hashing_free(&h);
	if (rc == -1)
		it->found[0] = it->first[0] = '\0';
	return rc;
}

static void
keep(struct pool *p, struct job *job, const struct ir_err *err)
{
	job->failed = malloc(sizeof(*job->failed));
	if (job->failed != NULL)
		*job->failed = *err;
	/* Anything but a finding ends it for all. */
	if (job->failed == NULL ||
	    (err->code != IR_EFORMAT && err->code != IR_ENOENT))
		atomic_store(&p->stop, true);
}

static void *
work(void *arg)
{
	struct pool *p = arg;
	ir_auto_free char *buf = malloc(PIECE);
	struct ir_err err;
	size_t i;

	if (buf == NULL)
		atomic_store(&p->stop, true);
	while (!atomic_load(&p->stop) &&
	       (i = atomic_fetch_add(&p->next, 1)) < p->n)
		if (hash(p, p->jobs[i].it, buf, &err) == -1)
			keep(p, &p->jobs[i], &err);
	pthread_mutex_lock(&p->lock);
	p->running--;
	pthread_cond_signal(&p->idle);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void
tell(const struct pool *p)
{
	if (p->a->progress != NULL)
		p->a->progress(p->a->arg, atomic_load(&p->done), p->total);
}

/* Until all threads have ended. */
static void
wait_for(struct pool *p)
{
	struct timespec t;

	pthread_mutex_lock(&p->lock);
	while (p->running > 0) {
		clock_gettime(CLOCK_REALTIME, &t);
		t.tv_nsec += TICK_NS;
		t.tv_sec += t.tv_nsec / 1000000000L;
		t.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&p->idle, &p->lock, &t);
		tell(p);
	}
	pthread_mutex_unlock(&p->lock);
}

static unsigned
processors(void)
{
	cpu_set_t set;
	int n = 1;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		n = CPU_COUNT(&set);
	return n < 1 ? 1 : n > MAX_THREADS ? MAX_THREADS : (unsigned)n;
}

/* Signals are the first thread's. */
static int
run(struct pool *p, struct ir_err *err)
{
	pthread_t threads[MAX_THREADS];
	unsigned want = processors(), n = 0;
	sigset_t all, was;
	int rc = 0;

	if (want > p->n)
		want = (unsigned)p->n;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	pthread_mutex_lock(&p->lock);
	while (n < want && rc == 0) {
		rc = pthread_create(&threads[n], NULL, work, p);
		n += rc == 0;
	}
	p->running = n;
	pthread_mutex_unlock(&p->lock);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	if (n == 0 && want > 0) {
		errno = rc;
		return ir_fail_errno(err, "cannot start a thread");
	}
	wait_for(p);
	for (unsigned i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

/* Large files first, so that none is left over at the end. */
static int
by_size(const void *a, const void *b)
{
	uint64_t x = ((const struct job *)a)->it->size;
	uint64_t y = ((const struct job *)b)->it->size;

	return (x < y) - (x > y);
}

/* In the order of the items, so that the findings are the same each time. */
static int
findings(struct pool *p, struct ir_err *err)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct job *j = &p->jobs[i];

		if (j->failed == NULL)
			continue;
		*err = *j->failed;
		if (ir_fault_err(p->a->faults, IR_CONTENT, j->it->path, err) ==
		    -1)
			return -1;
	}
	return atomic_load(&p->stop) ? ir_fail_mem(err) : 0;
}

int
ir_hash_all(const struct ir_hash_all *a, struct ir_err *err)
{
	struct pool p = {
	    .a = a,
	    .jobs = calloc(a->items->n + 1, sizeof(struct job)),
	    .lock = PTHREAD_MUTEX_INITIALIZER,
	    .idle = PTHREAD_COND_INITIALIZER,
	};
	int rc;

	if (p.jobs == NULL)
		return ir_fail_mem(err);
	for (size_t i = 0; i < a->items->n; i++)
		if (a->items->v[i]->wanted && a->items->v[i]->text == NULL) {
			p.jobs[p.n++].it = a->items->v[i];
			p.total += a->items->v[i]->size;
		}
	qsort(p.jobs, p.n, sizeof(*p.jobs), by_size);
	rc = p.n > 0 ? run(&p, err) : 0;
	if (rc == 0)
		rc = findings(&p, err);
	for (size_t i = 0; i < p.n; i++)
		free(p.jobs[i].failed);
	free(p.jobs);
	return rc;
}
