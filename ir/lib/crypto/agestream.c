/* SPDX-License-Identifier: ISC
 *
 * The content of an age file: see agestream.h.
 */
#include "crypto/agestream.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "crypto/secret.h"

#define CHUNK  (64u << 10)
#define SEALED (CHUNK + IR_AEAD_TAG)
#define NONCE  16

static struct ir_aead *
start(const uint8_t key[IR_AGE_FILE_KEY], const uint8_t nonce[NONCE],
    struct ir_err *err)
{
	static const uint8_t info[] = {'p', 'a', 'y', 'l', 'o', 'a', 'd'};
	ir_auto_secret uint8_t *payload = ir_secret_new(32, err);

	if (payload == NULL ||
	    ir_hkdf_sha256((struct ir_wire){key, IR_AGE_FILE_KEY},
		(struct ir_wire){nonce, NONCE},
		(struct ir_wire){info, sizeof(info)}, payload, err) == -1)
		return NULL;
	return ir_aead_new(payload, err);
}

/* The number of the chunk in 11 bytes, big-endian, and whether it is the
 * last. */
static void
chunk_nonce(uint8_t nonce[12], uint64_t number, bool last)
{
	memset(nonce, 0, 12);
	for (int i = 10; number != 0; i--, number >>= 8)
		nonce[i] = (uint8_t)number;
	nonce[11] = last;
}

struct reader {
	struct ir_source source;
	struct ir_source *below;
	struct ir_aead *aead;
	char *name;
	uint64_t number; /* of chunks that were opened */
	size_t at, len;  /* what of the last one is still to be given */
	size_t held;     /* sealed bytes from next on */
	bool ended;      /* the last chunk was opened */
	struct ir_err failed;
	uint8_t open[SEALED];
	uint8_t next[SEALED + 1]; /* one more tells whether it is the last */
};

static int
bad_chunk(struct reader *r, const char *what, struct ir_err *err)
{
	return ir_fail(err, IR_EFORMAT,
	    "%s: the encrypted file %s, in its chunk %" PRIu64
	    ", at byte %" PRIu64 " of its content",
	    r->name, what, r->number + 1, r->number * CHUNK);
}

static int
next_chunk(struct reader *r, struct ir_err *err)
{
	uint8_t nonce[12];
	ssize_t got = ir_source_full(
	    r->below, r->next + r->held, sizeof(r->next) - r->held, err);
	size_t n;
	bool last;
	int rc;

	if (got == -1)
		return -1;
	r->held += (size_t)got;
	last = r->held <= SEALED;
	n = last ? r->held : SEALED;
	if (n < IR_AEAD_TAG)
		return bad_chunk(r, "is cut short", err);
	if (n == IR_AEAD_TAG && r->number > 0)
		return bad_chunk(r, "was changed: an empty chunk", err);
	memcpy(r->open, r->next, n);
	r->next[0] = r->next[n]; /* all that may be held beyond it */
	r->held -= n;
	chunk_nonce(nonce, r->number, last);
	n -= IR_AEAD_TAG;
	rc = ir_aead_open(r->aead, nonce, r->open, n, r->open + n, err);
	if (rc == 1)
		return bad_chunk(r,
		    last ? "was changed or cut short"
			 : "was changed or does not end where it should",
		    err);
	if (rc == -1)
		return ir_wrap(err, "%s", r->name);
	r->number++;
	r->at = 0;
	r->len = n;
	r->ended = last;
	return 0;
}

static ssize_t
reader_read(struct ir_source *s, void *p, size_t n, struct ir_err *err)
{
	struct reader *r = (struct reader *)s;

	if (r->failed.code == IR_OK && r->at == r->len && !r->ended)
		next_chunk(r, &r->failed);
	if (r->failed.code != IR_OK) {
		*err = r->failed;
		return -1;
	}
	if (n > r->len - r->at)
		n = r->len - r->at;
	memcpy(p, r->open + r->at, n);
	r->at += n;
	return (ssize_t)n;
}

static void
reader_free(struct reader *r)
{
	ir_aead_free(r->aead);
	free(r->name);
	free(r);
}

static void
reader_close(struct ir_source *s)
{
	struct reader *r = (struct reader *)s;

	r->below->close(r->below);
	reader_free(r);
}

/* Reads the nonce, and keeps what is ahead beyond it. */
static int
open_payload(struct reader *r, struct ir_wire ahead,
    const uint8_t key[IR_AGE_FILE_KEY], struct ir_err *err)
{
	size_t n = ahead.len < NONCE ? ahead.len : NONCE;
	uint8_t nonce[NONCE];
	ssize_t got;

	if (r->name == NULL)
		return ir_fail_mem(err);
	memcpy(nonce, ahead.p, n);
	got = ir_source_full(r->below, nonce + n, NONCE - n, err);
	if (got == -1)
		return -1;
	if (n + (size_t)got < NONCE)
		return ir_fail(err, IR_EFORMAT,
		    "%s: the encrypted file is cut short after its header",
		    r->name);
	r->held = ahead.len - n;
	memcpy(r->next, ahead.p + n, r->held);
	r->aead = start(key, nonce, err);
	return r->aead != NULL ? 0 : -1;
}

struct ir_source *
ir_age_payload_source(struct ir_source *below, struct ir_wire ahead,
    const uint8_t key[IR_AGE_FILE_KEY], const char *name, struct ir_err *err)
{
	struct reader *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	r->source = (struct ir_source){reader_read, reader_close};
	r->below = below;
	r->name = strdup(name);
	if (open_payload(r, ahead, key, err) == -1) {
		reader_free(r);
		return NULL;
	}
	return &r->source;
}

struct writer {
	struct ir_stream stream;
	struct ir_stream *below;
	struct ir_aead *aead;
	uint64_t number;
	size_t len; /* what is held in chunk */
	struct ir_err failed;
	uint8_t chunk[SEALED];
};

static int
put_chunk(struct writer *w, bool last, struct ir_err *err)
{
	uint8_t nonce[12];
	size_t n = w->len;

	chunk_nonce(nonce, w->number, last);
	if (ir_aead_seal(w->aead, nonce, w->chunk, n, w->chunk + n, err) == -1)
		return -1;
	w->number++;
	w->len = 0;
	return w->below->write(w->below, w->chunk, n + IR_AEAD_TAG, err);
}

/* A full chunk is held until there is more: only then it is not the last. */
static int
put(struct writer *w, const uint8_t *p, size_t n, struct ir_err *err)
{
	while (n > 0) {
		size_t some = CHUNK - w->len < n ? CHUNK - w->len : n;

		if (w->len == CHUNK) {
			if (put_chunk(w, false, err) == -1)
				return -1;
			continue;
		}
		memcpy(w->chunk + w->len, p, some);
		w->len += some;
		p += some;
		n -= some;
	}
	return 0;
}

static int
writer_write(struct ir_stream *s, const void *p, size_t n, struct ir_err *err)
{
	struct writer *w = (struct writer *)s;

	if (w->failed.code == IR_OK && put(w, p, n, &w->failed) == 0)
		return 0;
	*err = w->failed;
	return -1;
}

/* With a gap there is no last chunk. */
static int
writer_close(struct ir_stream *s, const char *gap, struct ir_err *err)
{
	struct writer *w = (struct writer *)s;
	struct ir_err *failed = &w->failed;
	int rc;

	if (failed->code == IR_OK && gap == NULL)
		put_chunk(w, true, failed);
	if (failed->code != IR_OK && gap == NULL)
		gap = failed->msg;
	rc = w->below->close(w->below, gap, err);
	if (failed->code != IR_OK) {
		*err = *failed;
		rc = -1;
	}
	ir_aead_free(w->aead);
	explicit_bzero(w->chunk, sizeof(w->chunk));
	free(w);
	return rc;
}

struct ir_stream *
ir_age_payload_stream(struct ir_stream *below,
    const uint8_t key[IR_AGE_FILE_KEY], struct ir_err *err)
{
	struct writer *w = calloc(1, sizeof(*w));
	uint8_t nonce[NONCE];

	if (w == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	ir_crypto_init();
	gcry_randomize(nonce, sizeof(nonce), GCRY_STRONG_RANDOM);
	w->stream = (struct ir_stream){writer_write, writer_close};
	w->below = below;
	w->aead = start(key, nonce, err);
	if (w->aead != NULL &&
	    below->write(below, nonce, sizeof(nonce), err) == 0)
		return &w->stream;
	ir_aead_free(w->aead);
	free(w);
	return NULL;
}
