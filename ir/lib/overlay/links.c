/* SPDX-License-Identifier: ISC
 *
 * Which names are one file: see links.h.
 *
 * A hash table of files with names that are still to come, open addressing with
 * linear probing; numbers of inodes are the file system's to choose, but for a
 * secret they could be picked to collide.
 */
#include "overlay/links.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/limits.h"

/* A power of two, twice what is in it. */
#define SLOTS (2u * IR_MAX_LINKED)

struct slot {
	ino_t ino;
	nlink_t left; /* names to come; of an empty slot 0 */
	char *path;
};

struct ir_overlay_links {
	uint64_t secret;
	size_t n;
	char *last; /* given out, of a file whose names all came */
	struct slot *slots;
};

struct ir_overlay_links *
ir_overlay_links_new(struct ir_err *err)
{
	struct ir_overlay_links *l = calloc(1, sizeof(*l));

	if (l == NULL ||
	    (l->slots = calloc(SLOTS, sizeof(l->slots[0]))) == NULL) {
		free(l);
		ir_fail_mem(err);
		return NULL;
	}
	if (getrandom(&l->secret, sizeof(l->secret), 0) !=
	    (ssize_t)sizeof(l->secret))
		l->secret = (uint64_t)(uintptr_t)l;
	return l;
}

void
ir_overlay_links_free(struct ir_overlay_links *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		free(l->slots[i].path);
	free(l->slots);
	free(l->last);
	free(l);
}

static size_t
home(const struct ir_overlay_links *l, ino_t ino)
{
	uint64_t v = ((uint64_t)ino ^ l->secret) * 0x9e3779b97f4a7c15u;

	return (size_t)((v ^ v >> 29) * 0xbf58476d1ce4e5b9u >> 32) % SLOTS;
}

/* Empties slot i, and moves up those that would not be found any more. */
static void
take_out(struct ir_overlay_links *l, size_t i)
{
	size_t j = i;

	l->n--;
	for (;;) {
		l->slots[i] = (struct slot){0};
		do {
			j = (j + 1) % SLOTS;
			if (l->slots[j].left == 0)
				return;
		} while (
		    (j - home(l, l->slots[j].ino)) % SLOTS < (j - i) % SLOTS);
		l->slots[i] = l->slots[j];
		i = j;
	}
}

const char *
ir_overlay_links_first(struct ir_overlay_links *l,
    const struct ir_walk_entry *e, struct ir_err *err)
{
	size_t i = home(l, e->st.st_ino);
	struct slot *s;

	err->code = IR_OK;
	while (l->slots[i].left != 0 && l->slots[i].ino != e->st.st_ino)
		i = (i + 1) % SLOTS;
	s = &l->slots[i];
	if (s->left > 0) {
		if (--s->left > 0)
			return s->path;
		free(l->last);
		l->last = s->path;
		take_out(l, i);
		return l->last;
	}
	if (l->n == IR_MAX_LINKED)
		return NULL;
	if ((s->path = strdup(e->path)) == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	s->ino = e->st.st_ino;
	s->left = e->st.st_nlink - 1;
	l->n++;
	return NULL;
}
