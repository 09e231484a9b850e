/* SPDX-License-Identifier: ISC
 *
 * Taking turns: see claim.h.
 */
#include "collectors/claim.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A file that is being written. */
struct claim {
	struct claim *next;
	char path[];
};

static struct {
	pthread_mutex_t lock;
	pthread_cond_t freed;
	struct claim *list;
} claims = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL};

static struct claim **
find(const char *path)
{
	struct claim **c = &claims.list;

	while (*c != NULL && strcmp((*c)->path, path) != 0)
		c = &(*c)->next;
	return c;
}

int
ir_claim(struct ir_sink *sink, const char *path, struct ir_err *err)
{
	size_t n = strlen(path) + 1;
	struct claim *c = malloc(sizeof(*c) + n);
	int rc = 1;

	if (c == NULL)
		return ir_fail_mem(err);
	memcpy(c->path, path, n);
	pthread_mutex_lock(&claims.lock);
	while (*find(path) != NULL)
		pthread_cond_wait(&claims.freed, &claims.lock);
	if (ir_sink_whole(sink, path) || sink->has(sink, path)) {
		free(c);
		rc = 0;
	} else {
		c->next = claims.list;
		claims.list = c;
	}
	pthread_mutex_unlock(&claims.lock);
	return rc;
}

void
ir_claim_done(const char *path)
{
	struct claim **at, *c;

	pthread_mutex_lock(&claims.lock);
	at = find(path);
	if ((c = *at) != NULL) {
		*at = c->next;
		free(c);
	}
	pthread_cond_broadcast(&claims.freed);
	pthread_mutex_unlock(&claims.lock);
}
