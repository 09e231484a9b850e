/* SPDX-License-Identifier: ISC
 *
 * Files of a container's state: see ledger.h.
 */
#include "host/ledger.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "json/json.h"

#define CHUNK (64u << 10)

/* The header of a file, as POSIX's pax(1) has it under "ustar Interchange
 * Format"; numbers are octal. */
#define BLOCK 512u
struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8];
	char type, link[100], magic[6], version[2], user[32], group[32];
	char major[8], minor[8], prefix[155], pad[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a tar header");

static const char zeros[2 * BLOCK];

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int
ir_host_ledger_new(
    struct ir_buf *tar, struct ir_host_ledger *l, struct ir_err *err)
{
	*l = (struct ir_host_ledger){.tar = tar,
	    .start = tar->len,
	    .list = json_array(),
	    .until = now_ms() + IR_STATE_MS};
	return l->list != NULL ? 0 : ir_fail_mem(err);
}

void
ir_host_ledger_end(struct ir_host_ledger *l)
{
	ir_buf_add(l->tar, zeros, 2 * BLOCK);
}

bool
ir_host_ledger_late(const struct ir_host_ledger *l)
{
	return now_ms() > l->until;
}

static void
enter(struct ir_host_ledger *l, const char *what, const char *outcome,
    size_t bytes, const char *why)
{
	json_t *j = json_pack("{s:s, s:s}", "what", what, "outcome", outcome);

	if (bytes > 0)
		json_object_set_new(
		    j, "bytes", json_integer((json_int_t)bytes));
	if (*why != '\0')
		json_object_set_new(j, "why", ir_json_text(why));
	json_array_append_new(l->list, j);
}

void
ir_host_ledger_note(struct ir_host_ledger *l, const char *what,
    const char *outcome, const char *why)
{
	enter(l, what, outcome, 0, why);
}

void
ir_host_file_begin(struct ir_host_file *f, struct ir_host_ledger *l,
    const char *prefix, const char *name)
{
	memset(f, 0, sizeof(*f));
	f->l = l;
	snprintf(f->name, sizeof(f->name), "%s%s", prefix, name);
	f->header = l->tar->len;
	ir_buf_add(l->tar, zeros, BLOCK);
}

void
ir_host_file_cut(struct ir_host_file *f, const char *why)
{
	if (*f->cut == '\0')
		snprintf(f->cut, sizeof(f->cut), "%s", why);
}

/* How many bytes more there may be, and the reason for it. */
static size_t
room(const struct ir_host_file *f, const char **why)
{
	size_t file = IR_MAX_STATE_FILE - f->bytes;
	size_t used = f->l->tar->len - f->l->start;
	size_t all = used < IR_MAX_STATE ? IR_MAX_STATE - used : 0;

	*why = file < all ? "longer than the limit of one file"
			  : "the limit of all of it is reached";
	return file < all ? file : all;
}

bool
ir_host_file_put(struct ir_host_file *f, const void *p, size_t n)
{
	const char *why;
	size_t most = room(f, &why);

	if (*f->cut != '\0')
		return false;
	if (n > most) {
		n = most;
		ir_host_file_cut(f, why);
	} else if (ir_host_ledger_late(f->l)) {
		ir_host_file_cut(f, "the time for all of it is over");
	}
	ir_buf_add(f->l->tar, p, n);
	f->bytes += n;
	return *f->cut == '\0' && !f->l->tar->failed;
}

static void
fill(struct header *h, const struct ir_host_file *f)
{
	const unsigned char *p = (const void *)h;
	unsigned int sum = 0;

	memset(h, 0, sizeof(*h));
	snprintf(h->name, sizeof(h->name), "%s", f->name);
	snprintf(h->mode, sizeof(h->mode), "0000600");
	snprintf(h->uid, sizeof(h->uid), "0000000");
	snprintf(h->gid, sizeof(h->gid), "0000000");
	snprintf(h->size, sizeof(h->size), "%011zo", f->bytes);
	snprintf(h->mtime, sizeof(h->mtime), "%011llo",
	    (unsigned long long)time(NULL) & 077777777777ULL);
	h->type = '0';
	memcpy(h->magic, "ustar", 6);
	memcpy(h->version, "00", 2);
	memset(h->sum, ' ', sizeof(h->sum));
	for (size_t i = 0; i < sizeof(*h); i++)
		sum += p[i];
	snprintf(h->sum, sizeof(h->sum), "%06o", sum);
}

void
ir_host_file_end(struct ir_host_file *f)
{
	struct ir_buf *tar = f->l->tar;
	struct header h;

	if (f->bytes == 0) {
		ir_host_file_drop(f, *f->cut != '\0' ? "cut" : "empty", f->cut);
		return;
	}
	fill(&h, f);
	if (!tar->failed)
		memcpy(tar->p + f->header, &h, sizeof(h));
	ir_buf_add(tar, zeros, (BLOCK - f->bytes % BLOCK) % BLOCK);
	enter(f->l, f->name, *f->cut != '\0' ? "cut" : "collected", f->bytes,
	    f->cut);
}

void
ir_host_file_drop(struct ir_host_file *f, const char *outcome, const char *why)
{
	if (!f->l->tar->failed)
		f->l->tar->len = f->header;
	enter(f->l, f->name, outcome, 0, why);
}

void
ir_host_file_fd(struct ir_host_ledger *l, int fd, const char *prefix,
    const char *name, size_t last)
{
	struct ir_host_file f;
	char chunk[CHUNK];
	ssize_t n;
	bool more = true;

	ir_host_file_begin(&f, l, prefix, name);
	while (more && (n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n > 0)
			more = ir_host_file_put(&f, chunk, (size_t)n) &&
			       (size_t)n >= last;
		else if (errno != EINTR) {
			ir_host_file_cut(&f, strerror(errno));
			more = false;
		}
	}
	ir_host_file_end(&f);
}
