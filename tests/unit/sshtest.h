/* SPDX-License-Identifier: ISC
 *
 * What the tests of keys and signatures share: a scratch directory, keys made
 * to measure, and other programs.
 */
#ifndef IR_TESTS_SSHTEST_H
#define IR_TESTS_SSHTEST_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/** scratch_enter(state), scratch_leave(state): a group's set-up and tear-down:
 * a fresh working directory, and its removal. */
int scratch_enter(void **state);
int scratch_leave(void **state);

/** put_file(name, p, n, mode): writes a whole file. */
void put_file(const char *name, const void *p, size_t n, mode_t mode);

/** sh(fmt, ...): runs a shell command; its exit status.  said() is what it
 * printed on stdout and stderr. */
int sh(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
const char *said(void);

/** need(program): skips the running test if there is no such program. */
void need(const char *program);

/** unhex(out, hex): the bytes; returns how many. */
size_t unhex(uint8_t *out, const char *hex);

/* A private key file; zero means as it should be. */
struct keyfile {
	const char *cipher, *kdf, *options; /* "none", "none", "" */
	const char *type;                   /* outer; "ssh-ed25519" */
	const char *inner_type;
	const char *comment; /* "alice@lab" */
	size_t comment_len;  /* its strlen() */
	size_t pub_len;      /* 32 */
	size_t both_len;     /* 64 */
	uint32_t extra_keys;
	uint8_t magic, outer, inner, both; /* spoils a byte there */
	uint8_t check, pad;
	uint8_t pad_more;  /* that many bytes more */
	uint8_t tail;      /* bytes after the end */
	const char *begin; /* the armor */
	const char *end;
};

/* RFC 8032, 7.1, TEST 1; its public key as ssh-keygen writes it. */
extern const uint8_t seed1[32], pub1[32];
#define PUB1                                              \
	"ssh-ed25519 "                                    \
	"AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzo" \
	"O4XLz2qYjJa8CGmj3B1Ea"

/** put_key(name, seed, pub, k): writes such a file, mode 0600; k is NULL for
 * a good one. */
void put_key(const char *name, const uint8_t seed[32], const uint8_t pub[32],
    const struct keyfile *k);

#endif
