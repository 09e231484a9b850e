/* SPDX-License-Identifier: ISC
 *
 * Which pages there are: see pages.h.
 */
#include "host/pages.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Linux 6.7: linux/fs.h, which may be older here than the kernel.  It passes
 * over terabytes that are only reserved; the table has 8 bytes for every page
 * of them. */
struct scan {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages,
	    inverted, mask, anyof, result;
};
struct region {
	uint64_t start, end, categories;
};
#define SCAN    _IOWR('f', 16, struct scan)
#define PRESENT (UINT64_C(1) << 3)
#define SWAPPED (UINT64_C(1) << 4)

#define REGIONS 512
#define ENTRIES 8192

/* 1: this kernel cannot. */
static int
by_scan(int pagemap, uint64_t from, uint64_t to,
    int (*fn)(void *arg, uint64_t a, uint64_t b, struct ir_err *err), void *arg,
    struct ir_err *err)
{
	struct region v[REGIONS];

	while (from < to) {
		struct scan s = {.size = sizeof(s),
		    .start = from,
		    .end = to,
		    .vec = (uintptr_t)v,
		    .vec_len = REGIONS,
		    .anyof = PRESENT | SWAPPED,
		    .result = PRESENT | SWAPPED};
		int n = ioctl(pagemap, SCAN, &s);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return 1;
		for (int i = 0; i < n; i++)
			if (fn(arg, v[i].start, v[i].end, err) == -1)
				return -1;
		if (s.walk_end <= from)
			break;
		from = s.walk_end;
	}
	return 0;
}

static int
by_table(int pagemap, uint64_t from, uint64_t to,
    int (*fn)(void *arg, uint64_t a, uint64_t b, struct ir_err *err), void *arg,
    struct ir_err *err)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), v[ENTRIES];
	uint64_t began = 0, at = from;
	bool open = false;

	while (at < to) {
		uint64_t left = (to - at) / page;
		size_t want = left < ENTRIES ? (size_t)left : ENTRIES;
		ssize_t n = pread(pagemap, v, want * sizeof(v[0]),
		    (off_t)(at / page * sizeof(v[0])));

		if (n < (ssize_t)sizeof(v[0]))
			return ir_fail_errno(err, "pagemap");
		for (size_t i = 0; i < (size_t)n / sizeof(v[0]); i++) {
			bool there = v[i] >> 62 != 0;

			if (there && !open)
				began = at;
			else if (!there && open &&
				 fn(arg, began, at, err) == -1)
				return -1;
			open = there;
			at += page;
		}
	}
	return open ? fn(arg, began, to, err) : 0;
}

int
ir_host_pages(int pagemap, uint64_t from, uint64_t to,
    int (*fn)(void *arg, uint64_t a, uint64_t b, struct ir_err *err), void *arg,
    struct ir_err *err)
{
	int rc = by_scan(pagemap, from, to, fn, arg, err);

	return rc == 1 ? by_table(pagemap, from, to, fn, arg, err) : rc;
}
