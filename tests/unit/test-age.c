/* SPDX-License-Identifier: ISC
 *
 * age: files that are not as they should be.
 */
#include "tests/unit/agetest.h"

#include <stdbool.h>

#include "base/limits.h"
#include "crypto/agewrap.h"
#include "crypto/kdf.h"
#include "crypto/x25519.h"
#include "tests/unit/sshtest.h"

#define CHUNK  65536
#define SEALED (CHUNK + 16)

static const char *const to_both[] = {AGE_PUBLIC, PUB1, NULL};
static const char *const to_x[] = {AGE_PUBLIC, NULL};

/* Of each of them. */
static struct ir_age_identity *own[2];

static int
enter(void **state)
{
	struct ir_err err;

	if (scratch_enter(state) == -1)
		return -1;
	put_file("id", AGE_SECRET, strlen(AGE_SECRET), 0600);
	put_key("ssh", seed1, pub1, NULL);
	own[0] = ir_age_identity_load("id", &err);
	own[1] = ir_age_identity_load("ssh", &err);
	return own[0] != NULL && own[1] != NULL ? 0 : -1;
}

static int
leave(void **state)
{
	ir_age_identity_free(own[0]);
	ir_age_identity_free(own[1]);
	return scratch_leave(state);
}

/* How long the header of b is, and where its content begins. */
static size_t
header_of(const struct ir_buf *b)
{
	const char *mark = memmem(b->p, b->len, "\n--- ", 5);

	assert_non_null(mark);
	return (size_t)(mark - b->p) + 5 + 43 + 1;
}

static void
refused(const void *p, size_t n, enum ir_code code, const char *why)
{
	static const size_t steps[] = {0, 1};
	ir_auto_buf struct ir_buf out = IR_BUF_INIT;

	for (size_t i = 0; i < COUNT(steps); i++) {
		struct ir_err err = {0};

		if (steps[i] == 1 && n > 3 * CHUNK)
			continue;
		assert_int_equal(
		    unseal_by(p, n, steps[i], own[0], &out, &err), -1);
		if (strstr(err.msg, why) == NULL ||
		    strstr(err.msg, "x.age") == NULL || err.code != code)
			fail_msg(
			    "%d %s: does not say %s", err.code, err.msg, why);
	}
}

static void
test_round_trip(void **state)
{
	static const size_t sizes[] = {
	    0, 1, 65535, 65536, 65537, 131071, 131072, 131073, 200000};
	static const size_t steps[] = {1, 65535, 65536, 65537, 131072, 200000};
	ir_auto_free char *p = noise(200000);

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++)
		for (size_t k = 0; k < COUNT(steps); k++) {
			struct ir_buf b, out = IR_BUF_INIT;
			struct ir_err err = {0};
			size_t chunks = (sizes[i] + CHUNK - 1) / CHUNK;

			chunks = chunks > 0 ? chunks : 1;
			seal(&b, p, sizes[i], steps[k], to_both);
			assert_int_equal(
			    b.len, header_of(&b) + 16 + sizes[i] + 16 * chunks);
			assert_int_equal(unseal_by(b.p, b.len, steps[k],
					     own[k % 2], &out, &err),
			    0);
			assert_int_equal(out.len, sizes[i]);
			if (out.len > 0)
				assert_memory_equal(out.p, p, out.len);
			ir_buf_free(&b);
			ir_buf_free(&out);
		}
}

/* Nothing is ever made twice. */
static void
test_fresh(void **state)
{
	struct ir_buf a, b;
	size_t n;

	(void)state;
	seal(&a, "same", 4, 4, to_both);
	seal(&b, "same", 4, 4, to_both);
	n = header_of(&a);
	assert_int_equal(a.len, b.len);
	assert_memory_not_equal(a.p + 22, b.p + 22, 32 + 9);
	assert_memory_not_equal(a.p + n, b.p + n, 16);
	ir_buf_free(&a);
	ir_buf_free(&b);
}

/* A bit wrong, anywhere, or a whole byte, and nothing ever comes out. */
static void
test_flipped(void **state)
{
	struct ir_buf b;

	(void)state;
	seal(&b, "evidence", 8, 8, to_both);
	for (size_t i = 0; i < b.len; i++)
		for (int k = 0; k < 4; k++) {
			struct ir_buf out = IR_BUF_INIT;
			struct ir_err err = {0};
			char flip = (char)(k < 2 ? 1 << i % 8 : 0xff);

			b.p[i] ^= flip;
			assert_int_equal(
			    unseal_by(b.p, b.len, 0, own[k % 2], &out, &err),
			    -1);
			b.p[i] ^= flip;
			assert_int_equal(out.len, 0);
			assert_true(
			    err.code == IR_EFORMAT || err.code == IR_EPERM);
			ir_buf_free(&out);
		}
	ir_buf_free(&b);
}

static void
test_cut(void **state)
{
	struct ir_buf b;
	size_t header;

	(void)state;
	seal(&b, "evidence", 8, 8, to_both);
	header = header_of(&b);
	for (size_t n = 0; n < b.len; n++)
		refused(b.p, n, IR_EFORMAT,
		    n < 22            ? "not an age file"
		    : n < header      ? "cut short in its header, after"
		    : n < header + 16 ? "cut short after its header"
		    : n < header + 32 ? "is cut short, in its chunk 1"
				      : "was changed or cut short");
	ir_buf_free(&b);
}

/* Three chunks and a fourth that is short; each to be taken out of their
 * order. */
static void
test_chunks(void **state)
{
	static const struct {
		const char *chunks; /* by number */
		size_t good;        /* chunks that come out before */
		const char *why;
	} orders[] = {
	    {"0123", 4, NULL},
	    {"012", 2, "was changed or cut short, in its chunk 3"},
	    {"01", 1, "was changed or cut short, in its chunk 2"},
	    {"0", 0, "was changed or cut short, in its chunk 1"},
	    {"", 0, "is cut short, in its chunk 1"},
	    {"123", 0, "was changed or does not end where it should"},
	    {"1023", 0, "in its chunk 1, at byte 0 of its content"},
	    {"0213", 1, "in its chunk 2, at byte 65536 of its content"},
	    {"00123", 1, "in its chunk 2"},
	    {"0123", 4, NULL},
	    {"01233", 3, "in its chunk 4, at byte 196608 of its content"},
	    {"01230", 3, "in its chunk 4"},
	    {"0123e", 3, "in its chunk 4"},
	    {"012e", 3, "an empty chunk, in its chunk 4"},
	    {"e", 0, "was changed or cut short, in its chunk 1"},
	    {"013", 2, "in its chunk 3"},
	    {"3", 0, "in its chunk 1"},
	};
	ir_auto_free char *p = noise(200000);
	struct ir_buf b, e;
	size_t start;

	(void)state;
	seal(&b, p, 200000, 200000, to_x);
	seal(&e, "", 0, 1, to_x);
	start = header_of(&b) + 16;
	for (size_t i = 0; i < COUNT(orders); i++) {
		struct ir_buf x = IR_BUF_INIT, out = IR_BUF_INIT;
		struct ir_err err = {0};
		int rc;

		ir_buf_add(&x, b.p, start);
		for (const char *c = orders[i].chunks; *c != '\0'; c++) {
			size_t at = (size_t)(*c - '0') * SEALED;

			if (*c == 'e')
				ir_buf_add(&x, e.p + e.len - 16, 16);
			else
				ir_buf_add(&x, b.p + start + at,
				    *c < '3' ? SEALED : b.len - start - at);
		}
		rc = unseal_by(x.p, x.len, 0, own[0], &out, &err);
		assert_int_equal(rc, orders[i].why != NULL ? -1 : 0);
		assert_int_equal(out.len,
		    orders[i].good < 4 ? orders[i].good * CHUNK : 200000);
		if (out.len > 0)
			assert_memory_equal(out.p, p, out.len);
		if (rc == -1 && strstr(err.msg, orders[i].why) == NULL)
			fail_msg("%s: %s", orders[i].chunks, err.msg);
		ir_buf_free(&x);
		ir_buf_free(&out);
	}
	/* The content of one file behind the header of another. */
	e.len = header_of(&e);
	ir_buf_add(&e, b.p + header_of(&b), b.len - header_of(&b));
	refused(e.p, e.len, IR_EFORMAT, "in its chunk 1");
	ir_buf_free(&b);
	ir_buf_free(&e);
}

/* More, of zeros or a byte, after the last chunk, be it full or not. */
static void
test_trailing(void **state)
{
	static const size_t sizes[] = {0, 100, CHUNK, CHUNK + 1};
	static const size_t more[] = {1, 16, 17, SEALED, SEALED + 1};
	ir_auto_free char *zeros = calloc(1, 2 * SEALED);

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++)
		for (size_t k = 0; k < COUNT(more); k++) {
			struct ir_buf b;

			seal(&b, zeros, sizes[i], CHUNK, to_x);
			ir_buf_add(&b, zeros, more[k]);
			refused(b.p, b.len, IR_EFORMAT, "was changed");
			ir_buf_free(&b);
		}
}

/* A file for the example key whose header is as given, with a MAC that fits,
 * and content that says "secret".  %s in head is the good stanza. */
static void
forge(struct ir_buf *out, const char *head, bool good_mac)
{
	static const uint8_t none[] = "header";
	struct ir_buf whole, stanza = IR_BUF_INIT;
	struct ir_age_public to = {.ssh = false};
	struct ir_err err = {0};
	uint8_t key[16], mac_key[32], mac[32];
	const char *at = strstr(head, "%s");

	memset(key, 'k', sizeof(key));
	memset(mac, 0x42, 32);
	assert_int_equal(ir_x25519(mac, NULL, to.u, &err), 0);
	assert_int_equal(ir_age_wrap(&to, key, &stanza, &err), 0);
	seal(&whole, "", 0, 1, to_x);
	ir_buf_puts(out, IR_AGE_MAGIC);
	if (at != NULL) {
		ir_buf_add(out, head, (size_t)(at - head));
		ir_buf_add(out, stanza.p, stanza.len);
		ir_buf_puts(out, at + 2);
	} else
		ir_buf_puts(out, head);
	ir_buf_puts(out, "---");
	assert_int_equal(
	    ir_hkdf_sha256((struct ir_wire){key, 16}, (struct ir_wire){NULL, 0},
		(struct ir_wire){none, 6}, mac_key, &err),
	    0);
	assert_int_equal(
	    ir_hmac_sha256((struct ir_wire){mac_key, 32},
		(struct ir_wire){(const uint8_t *)out->p, out->len}, mac, &err),
	    0);
	mac[0] ^= !good_mac;
	ir_buf_puts(out, " ");
	ir_age_put_base64(out, mac, 32);
	ir_buf_puts(out, "\n");
	ir_buf_add(out, whole.p + header_of(&whole), 32);
	ir_buf_free(&whole);
	ir_buf_free(&stanza);
}

#define LINE64 \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
#define BASE32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define GOOD   "in its chunk 1" /* the header is: its content is another's */

static void
test_headers(void **state)
{
	static const struct {
		const char *head;
		enum ir_code code;
		const char *why;
	} heads[] = {
	    {"%s", IR_EFORMAT, GOOD},
	    /* Unknown ones, grease among them, are stepped over. */
	    {"-> x\n\n%s", IR_EFORMAT, GOOD},
	    {"%s-> x\n\n", IR_EFORMAT, GOOD},
	    {"-> x25519 a b c\n" LINE64 LINE64 "\n%s", IR_EFORMAT, GOOD},
	    {"-> ssh-rsa YWFh\n" LINE64 "AAAA\n%s", IR_EFORMAT, GOOD},
	    {"-> {;-grease ~ ! a b c d e f g h i j\n"
	     "AA\n%s",
		IR_EFORMAT, GOOD},
	    {"-> a\n" LINE64 "\n%s-> b\nAAA\n", IR_EFORMAT, GOOD},
	    {"%s%s", IR_EFORMAT, "cut short in its header, after"},
	    /* How a header may not look. */
	    {"", IR_EFORMAT, "line 2 of its header comes before any stanza"},
	    {"\n%s", IR_EFORMAT, "line 2 of its header does not begin"},
	    {"->x\n\n%s", IR_EFORMAT, "line 2 of its header does not begin"},
	    {"-> \n\n%s", IR_EFORMAT, "line 2 of its header does not begin"},
	    {"-> a \n\n%s", IR_EFORMAT, "line 2 of its header does not begin"},
	    {"-> a  b\n\n%s", IR_EFORMAT, "line 2 of its header does not"},
	    {"->  a\n\n%s", IR_EFORMAT, "line 2 of its header does not begin"},
	    {"-> a\tb\n\n%s", IR_EFORMAT, "line 2 of its header does not"},
	    {"-> a\r\n\n%s", IR_EFORMAT, "line 2 of its header does not"},
	    {"-> \xc3\xa4\n\n%s", IR_EFORMAT, "line 2 of its header does not"},
	    {"-> a\n%s", IR_EFORMAT, "line 3 of its header is not base64"},
	    {"-> a\nA\n%s", IR_EFORMAT, "line 3 of its header is not base64"},
	    {"-> a\nAB\n%s", IR_EFORMAT, "line 3 of its header is not base64"},
	    {"-> a\nAAB\n%s", IR_EFORMAT, "line 3 of its header is not"},
	    {"-> a\nAA==\n%s", IR_EFORMAT, "line 3 of its header is not"},
	    {"-> a\nAA A\n%s", IR_EFORMAT, "line 3 of its header is not"},
	    {"-> a\n-_-_\n%s", IR_EFORMAT, "line 3 of its header is not"},
	    {"-> a\nAAAA\r\n%s", IR_EFORMAT, "line 3 of its header is not"},
	    {"-> a\nA" LINE64 "\n%s", IR_EFORMAT, "line 3 of its header is"},
	    {"-> a\nAAAA" LINE64 "\n%s", IR_EFORMAT, "line 3 of its header"},
	    {"-> a\n" LINE64 "%s", IR_EFORMAT, "line 4 of its header is not"},
	    {"-> a\n" LINE64, IR_EFORMAT, "line 4 of its header is not base"},
	    {"%s-> a\n", IR_EFORMAT, "line 5 of its header is not base64"},
	    /* Kinds that are known. */
	    {"-> X25519\n" BASE32 "\n%s", IR_EFORMAT, "malformed X25519"},
	    {"-> X25519 " BASE32 " a\n" BASE32 "\n%s", IR_EFORMAT, "malformed"},
	    {"-> X25519 A" BASE32 "\n" BASE32 "\n%s", IR_EFORMAT, "malformed"},
	    {"-> X25519 " BASE32 "=\n" BASE32 "\n%s", IR_EFORMAT, "malformed"},
	    {"-> X25519 AAAA\n" BASE32 "\n%s", IR_EFORMAT, "malformed X25519"},
	    {"-> X25519 " BASE32 "\n\n%s", IR_EFORMAT, "malformed X25519"},
	    {"-> X25519 " BASE32 "\n" LINE64 "\n%s", IR_EFORMAT, "malformed"},
	    {"%s-> X25519 " BASE32 "\nAAAA\n", IR_EFORMAT, "malformed X25519"},
	    {"-> ssh-ed25519 AAAAAA\n" BASE32 "\n%s", IR_EFORMAT,
		"malformed ssh-ed25519"},
	    {"-> ssh-ed25519 AAAA " BASE32 "\n" BASE32 "\n%s", IR_EFORMAT,
		"malformed ssh-ed25519"},
	    {"-> ssh-ed25519 AAAAAA " BASE32 " a\n" BASE32 "\n%s", IR_EFORMAT,
		"malformed ssh-ed25519"},
	    {"-> ssh-ed25519 AAAAAA " BASE32 "\n" BASE32 "\n%s", IR_EFORMAT,
		GOOD},
	    {"-> X25519 " BASE32 "\n" BASE32 "\n%s", IR_EFORMAT, "low order"},
	    {"-> X25519 AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n" BASE32
	     "\n%s",
		IR_EFORMAT, "low order"},
	    {"-> scrypt AAAAAAAAAAAAAAAAAAAAAA 18\n" BASE32 "\n", IR_EPERM,
		"encrypted with a passphrase, not to a key that you gave"},
	    {"-> scrypt AAAAAAAAAAAAAAAAAAAAAA 18\n" BASE32 "\n%s", IR_EFORMAT,
		"more beside a passphrase"},
	    {"-> a\n\n", IR_EPERM, "0 of ssh-rsa and 1 of other kinds"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(heads); i++) {
		ir_auto_buf struct ir_buf b = IR_BUF_INIT;

		forge(&b, heads[i].head, true);
		refused(b.p, b.len, heads[i].code, heads[i].why);
		ir_buf_free(&b);
		/* Only what was made by whoever has the key is read on. */
		if (strcmp(heads[i].why, GOOD) != 0)
			continue;
		forge(&b, heads[i].head, false);
		refused(b.p, b.len, IR_EFORMAT,
		    "its header was changed after it was made");
	}
}

static void
test_starts(void **state)
{
	static const struct {
		const char *text, *why;
	} starts[] = {
	    {"", "not an age file"},
	    {"PK\3\4 and so on, for a while", "not an age file"},
	    {"-----BEGIN AGE ENCRYPTED FILE-----\n", "ASCII armor"},
	    {"age-encryption.org/v2\n-> a\n", "of another version than v1"},
	    {"age-encryption.org/v1\r\n-> a\n", "of another version than v1"},
	    {"age-encryption.org/v1 \n", "of another version than v1"},
	    {" age-encryption.org/v1\n", "not an age file"},
	    {IR_AGE_MAGIC, "cut short in its header, after 22 bytes"},
	    {IR_AGE_MAGIC "---\n", "comes before any stanza"},
	    {IR_AGE_MAGIC "-> a\n\n---\n", "line 4 of its header is not a MAC"},
	    {IR_AGE_MAGIC "-> a\n\n----\n", "line 4 of its header is not a"},
	    {IR_AGE_MAGIC "-> a\n\n--- \n", "line 4 of its header is not a"},
	    {IR_AGE_MAGIC "-> a\n\n--- " BASE32 "=\n", "is not a MAC"},
	    {IR_AGE_MAGIC "-> a\n\n--- " BASE32 " \n", "is not a MAC"},
	    {IR_AGE_MAGIC "-> a\n\n---  " BASE32 "\n", "is not a MAC"},
	    {IR_AGE_MAGIC "-> a\n\n---" BASE32 "A\n", "is not a MAC"},
	    {IR_AGE_MAGIC "-> a\n\n--- AAAA\n", "is not a MAC"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(starts); i++)
		refused(starts[i].text, strlen(starts[i].text), IR_EFORMAT,
		    starts[i].why);
}

/* As many stanzas, and as much of them, as there may be, and one more. */
static void
test_limits(void **state)
{
	ir_auto_buf struct ir_buf head = IR_BUF_INIT;
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;

	(void)state;
	for (unsigned i = 1; i < IR_MAX_AGE_STANZAS; i++)
		ir_buf_puts(&head, "-> a\n\n");
	ir_buf_puts(&head, "%s");
	forge(&b, head.p, true);
	refused(b.p, b.len, IR_EFORMAT, GOOD);
	ir_buf_free(&b);
	ir_buf_puts(&head, "-> a\n\n");
	forge(&b, head.p, true);
	refused(b.p, b.len, IR_EFORMAT, "more than 256 stanzas");
	ir_buf_free(&b);
	ir_buf_free(&head);

	ir_buf_puts(&head, "%s-> a\n");
	while (head.len < IR_MAX_AGE_HEADER - 1000)
		ir_buf_puts(&head, LINE64);
	ir_buf_puts(&head, "\n");
	forge(&b, head.p, true);
	refused(b.p, b.len, IR_EFORMAT, GOOD);
	ir_buf_free(&b);
	for (int i = 0; i < 100; i++)
		ir_buf_puts(&head, LINE64);
	forge(&b, head.p, true);
	refused(b.p, b.len, IR_EFORMAT, "does not end within 524288 bytes");
}

/* What fails below is told as it is, stays so, and all is closed once. */
static void
test_source_fails(void **state)
{
	struct ir_err err = {0};
	struct ir_buf b;
	int closed = 0;
	char c;

	(void)state;
	seal(&b, "evidence", 8, 8, to_x);
	for (size_t n = 0; n <= b.len; n++) {
		struct mem_source *m = mem_source(b.p, n);
		struct ir_source *s;

		m->failing = true;
		m->closed = &closed;
		s = ir_age_decrypt(&m->source, own[0], "x.age", &err);
		for (int i = 0; s != NULL && i < 3; i++) {
			err = (struct ir_err){0};
			assert_int_equal(s->read(s, &c, 1, &err), -1);
			m->failing = false;
		}
		assert_int_equal(err.code, IR_EIO);
		assert_non_null(strstr(err.msg, "the disk is on fire"));
		if (s != NULL)
			s->close(s);
		assert_int_equal(closed, (int)n + 1);
	}
	ir_buf_free(&b);
}

static void
test_stream_fails(void **state)
{
	ir_auto_free char *p = noise(200000);
	struct ir_err err = {0};
	struct ir_age_recipients *r = ir_age_recipients_new(&err);
	struct mem_stream m = MEM_STREAM;
	struct ir_stream *s;

	(void)state;
	assert_null(ir_age_encrypt(&m.stream, r, &err));
	assert_int_equal(err.code, IR_EUSAGE);
	assert_int_equal(m.closed, 1);
	assert_string_equal(m.gap, err.msg);
	assert_int_equal(ir_age_recipients_add(r, AGE_PUBLIC, &err), 0);
	/* In the header, after it, in a chunk, in the last. */
	for (m.room = 10; m.room < 210000; m.room += 5000) {
		err = (struct ir_err){0};
		m.closed = 0;
		s = ir_age_encrypt(&m.stream, r, &err);
		if (s != NULL) {
			int rc = s->write(s, p, 200000, &err);

			if (rc == -1)
				assert_int_equal(s->write(s, p, 1, &err), -1);
			err = (struct ir_err){0};
			rc = s->close(s, NULL, &err);
			if (rc == 0)
				assert_true(m.room > 200000);
		}
		if (m.room < 200000) {
			assert_int_equal(err.code, IR_EIO);
			assert_string_equal(err.msg, "the disk is full");
			assert_string_equal(m.gap, "the disk is full");
		}
		assert_int_equal(m.closed, 1);
		ir_buf_free(&m.b);
	}
	ir_age_recipients_free(r);
}

/* What has a gap passes it on, and is not whole; not even when the content was
 * complete to the byte. */
static void
test_gap(void **state)
{
	static const size_t sizes[] = {0, 1, CHUNK, CHUNK + 1, 3 * CHUNK};
	ir_auto_free char *p = noise(3 * CHUNK);
	struct ir_err err = {0};
	struct ir_age_recipients *r = ir_age_recipients_new(&err);

	(void)state;
	assert_int_equal(ir_age_recipients_add(r, AGE_PUBLIC, &err), 0);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct mem_stream m = MEM_STREAM;
		struct ir_stream *s = ir_age_encrypt(&m.stream, r, &err);

		assert_non_null(s);
		if (sizes[i] > 0)
			assert_int_equal(s->write(s, p, sizes[i], &err), 0);
		assert_int_equal(s->close(s, "the engine went away", &err), 0);
		assert_int_equal(m.closed, 1);
		assert_string_equal(m.gap, "the engine went away");
		refused(m.b.p, m.b.len, IR_EFORMAT, "cut short, in its chunk");
		ir_buf_free(&m.b);
	}
	ir_age_recipients_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_fresh),
	    cmocka_unit_test(test_flipped),
	    cmocka_unit_test(test_cut),
	    cmocka_unit_test(test_chunks),
	    cmocka_unit_test(test_trailing),
	    cmocka_unit_test(test_headers),
	    cmocka_unit_test(test_starts),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_source_fails),
	    cmocka_unit_test(test_stream_fails),
	    cmocka_unit_test(test_gap),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, enter, leave);
}
