/* SPDX-License-Identifier: ISC
 *
 * What the tests of keys and signatures share: see sshtest.h.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/text.h"
#include "crypto/sshwire.h"
#include "tests/unit/sshtest.h"

static char scratch[32];
static char *printed;

const uint8_t seed1[32] = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba,
    0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b,
    0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};
const uint8_t pub1[32] = {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5,
    0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda,
    0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};

int
scratch_enter(void **state)
{
	(void)state;
	strcpy(scratch, "/tmp/ir-unit-XXXXXX");
	return mkdtemp(scratch) ? chdir(scratch) : -1;
}

int
scratch_leave(void **state)
{
	(void)state;
	if (chdir("/") == -1 || sh("rm -rf %s", scratch) != 0)
		return -1;
	free(printed);
	return 0;
}

void
put_file(const char *name, const void *p, size_t n, mode_t mode)
{
	struct ir_err err;
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(ir_write_all(fd, p, n, name, &err), 0);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

int
sh(const char *fmt, ...)
{
	struct ir_buf out = IR_BUF_INIT;
	struct ir_err err;
	char shell[] = "sh", option[] = "-c", command[1024];
	char *argv[] = {shell, option, command, NULL};
	va_list ap;
	int n, status;

	strcpy(command, "exec 2>&1\n");
	va_start(ap, fmt);
	n = vsnprintf(command + strlen(command),
	    sizeof(command) - strlen(command), fmt, ap);
	va_end(ap);
	assert_true(n > 0 && (size_t)n < sizeof(command) - 16);
	status = ir_proc_run(argv, NULL, 0, &out, 1u << 20, &err);
	free(printed);
	printed = ir_buf_take(&out, &err);
	return status;
}

const char *
said(void)
{
	return printed;
}

void
need(const char *program)
{
	if (sh("command -v %s", program) != 0)
		skip();
}

size_t
unhex(uint8_t *out, const char *hex)
{
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++) {
		unsigned v;

		assert_int_equal(sscanf(hex + 2 * i, "%2x", &v), 1);
		out[i] = (uint8_t)v;
	}
	return n;
}

static void
put_text(struct ir_buf *b, const char *s, const char *otherwise)
{
	if (!s)
		s = otherwise;
	ir_wire_put_string(b, s, strlen(s));
}

static void
put_secret(struct ir_buf *b, const uint8_t seed[32], const uint8_t pub[32],
    const struct keyfile *k)
{
	uint8_t both[96] = {0}, inner[64] = {0};
	const char *comment = k->comment ? k->comment : "alice@lab";

	memcpy(inner, pub, 32);
	inner[31] ^= k->inner;
	memcpy(both, seed, 32);
	memcpy(both + 32, pub, 32);
	both[63] ^= k->both;
	ir_wire_put_u32(b, 0x5eed5eed);
	ir_wire_put_u32(b, 0x5eed5eed ^ k->check);
	put_text(b, k->inner_type, IR_ED25519);
	ir_wire_put_string(b, inner, k->pub_len ? k->pub_len : 32);
	ir_wire_put_string(b, both, k->both_len ? k->both_len : 64);
	ir_wire_put_string(
	    b, comment, k->comment_len ? k->comment_len : strlen(comment));
	for (char c = 1; b->len % 8 != 0; c++) {
		char spoiled = (char)(c ^ k->pad);

		ir_buf_add(b, &spoiled, 1);
	}
	for (char c = 1; c <= k->pad_more; c++)
		ir_buf_add(b, &c, 1);
}

void
put_key(const char *name, const uint8_t seed[32], const uint8_t pub[32],
    const struct keyfile *k)
{
	static const struct keyfile good;
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	ir_auto_buf struct ir_buf part = IR_BUF_INIT;
	ir_auto_buf struct ir_buf text = IR_BUF_INIT;
	uint8_t outer[64] = {0};

	k = k ? k : &good;
	memcpy(outer, pub, 32);
	outer[31] ^= k->outer;
	ir_buf_add(&b, "openssh-key-v1", 15);
	b.p[14] = (char)k->magic;
	put_text(&b, k->cipher, "none");
	put_text(&b, k->kdf, "none");
	put_text(&b, k->options, "");
	ir_wire_put_u32(&b, 1 + k->extra_keys);
	put_text(&part, k->type, IR_ED25519);
	ir_wire_put_string(&part, outer, k->pub_len ? k->pub_len : 32);
	ir_wire_put_string(&b, part.p, part.len);
	ir_buf_free(&part);
	put_secret(&part, seed, pub, k);
	ir_wire_put_string(&b, part.p, part.len);
	ir_buf_add(&b, "tail", k->tail);
	ir_buf_puts(
	    &text, k->begin ? k->begin : "-----BEGIN OPENSSH PRIVATE KEY-----");
	ir_buf_puts(&text, "\n");
	ir_base64(&text, b.p, b.len, 70);
	ir_buf_puts(
	    &text, k->end ? k->end : "-----END OPENSSH PRIVATE KEY-----\n");
	put_file(name, text.p, text.len, 0600);
}
