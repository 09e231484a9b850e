/* SPDX-License-Identifier: ISC
 *
 * Done once: see once.h.
 */
#include "cli/once.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/signal.h"

struct once {
	struct once *next;
	char *key;
	bool done;
	enum ir_collected how;
	struct ir_err err;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;
static struct once *all; /* for as long as the program runs */

static struct once *
find(const char *key)
{
	struct once *o = all;

	while (o != NULL && strcmp(o->key, key) != 0)
		o = o->next;
	return o;
}

static struct once *
add(const char *key)
{
	struct once *o = calloc(1, sizeof(*o));

	if (o == NULL || (o->key = strdup(key)) == NULL) {
		free(o);
		return NULL;
	}
	o->next = all;
	all = o;
	return o;
}

/* The lock is held.  It is looked now and then whether the program was
 * interrupted. */
static void
wait_for(const struct once *o)
{
	while (!o->done && !ir_interrupted()) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec++;
		pthread_cond_timedwait(&ended, &lock, &until);
	}
}

bool
ir_once_begin(const char *key, enum ir_collected *how, struct ir_err *err)
{
	struct once *o;
	bool mine;

	pthread_mutex_lock(&lock);
	o = find(key);
	if ((mine = o == NULL))
		add(key); /* without it, others do it again, and fail */
	else {
		wait_for(o);
		*how = o->done ? o->how : IR_FAIL;
		*err = o->err;
		if (!o->done)
			ir_fail(err, IR_EINTR, "interrupted");
	}
	pthread_mutex_unlock(&lock);
	return mine;
}

void
ir_once_end(const char *key, enum ir_collected how, const struct ir_err *err)
{
	struct once *o;

	pthread_mutex_lock(&lock);
	if ((o = find(key)) != NULL) {
		o->how = how;
		o->err = *err;
		o->done = true;
	}
	pthread_cond_broadcast(&ended);
	pthread_mutex_unlock(&lock);
}
