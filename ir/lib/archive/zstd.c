/* SPDX-License-Identifier: ISC
 *
 * Zstandard as filters: see zstd.h.
 */
#include "archive/zstd.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

/* What is read or written at once: one block (RFC 8878, 3.1.1.2.4). */
#define CHUNK (128u << 10)
#define LEVEL 3

struct reader {
	struct ir_source source;
	struct ir_source *below;
	ZSTD_DCtx *z;
	char *name;
	uint64_t at; /* of below, what is in chunk included */
	bool ended;  /* the frame */
	struct ir_err failed;
	ZSTD_inBuffer in; /* what of chunk is still to be decompressed */
	char chunk[CHUNK];
};

static int
cut_short(struct reader *r, struct ir_err *err)
{
	return ir_fail(err, IR_EFORMAT,
	    "%s: its zstd frame is cut short after %" PRIu64 " bytes", r->name,
	    r->at);
}

static int
refused(struct reader *r, size_t e, struct ir_err *err)
{
	uint64_t at = r->at - (r->in.size - r->in.pos);

	switch (ZSTD_getErrorCode(e)) {
	case ZSTD_error_memory_allocation:
		return ir_fail_mem(err);
	case ZSTD_error_frameParameter_windowTooLarge:
		return ir_fail(err, IR_EFORMAT,
		    "%s: its zstd frame wants a window over %u MiB; compress "
		    "it again without --long and --ultra",
		    r->name, 1u << (IR_ZSTD_WINDOW_LOG - 20));
	case ZSTD_error_dictionary_wrong:
		return ir_fail(err, IR_EFORMAT,
		    "%s: its zstd frame wants a dictionary; compress it again "
		    "without one",
		    r->name);
	case ZSTD_error_checksum_wrong:
		return ir_fail(err, IR_EFORMAT,
		    "%s: the checksum of its zstd frame is wrong", r->name);
	default:
		return ir_fail(err, IR_EFORMAT,
		    "%s: its zstd frame is damaged before byte %" PRIu64 ": %s",
		    r->name, at, ZSTD_getErrorName(e));
	}
}

/* The next bytes of below, when those of before are used up: 0 at its end. */
static ssize_t
refill(struct reader *r, struct ir_err *err)
{
	ssize_t n = r->below->read(r->below, r->chunk, CHUNK, err);

	if (n > 0) {
		r->at += (uint64_t)n;
		r->in = (ZSTD_inBuffer){r->chunk, (size_t)n, 0};
	}
	return n;
}

/* One frame, and not one that a reader steps over, nor one of a format before
 * RFC 8878, as libzstd may read too. */
static int
check_magic(struct reader *r, struct ir_err *err)
{
	ssize_t n = ir_source_full(r->below, r->chunk, IR_ZSTD_MAGIC_LEN, err);

	if (n == -1)
		return -1;
	if (n < IR_ZSTD_MAGIC_LEN ||
	    memcmp(r->chunk, IR_ZSTD_MAGIC, IR_ZSTD_MAGIC_LEN) != 0)
		return ir_fail(
		    err, IR_EFORMAT, "%s: not a zstd frame", r->name);
	r->at = (uint64_t)n;
	r->in = (ZSTD_inBuffer){r->chunk, (size_t)n, 0};
	return 0;
}

static int
check_end(struct reader *r, struct ir_err *err)
{
	ssize_t n = 0;

	if (r->in.pos == r->in.size && (n = refill(r, err)) <= 0)
		return (int)n;
	return ir_fail(err, IR_EFORMAT,
	    "%s: more follows the end of its zstd frame, after %" PRIu64
	    " bytes",
	    r->name, r->at - (r->in.size - r->in.pos));
}

static ssize_t
decompress(struct reader *r, void *p, size_t n, struct ir_err *err)
{
	ZSTD_outBuffer out = {p, n, 0};
	size_t left;
	ssize_t got;

	if (r->at == 0 && check_magic(r, err) == -1)
		return -1;
	while (!r->ended && out.pos == 0) {
		left = ZSTD_decompressStream(r->z, &out, &r->in);
		if (ZSTD_isError(left))
			return refused(r, left, err);
		r->ended = left == 0;
		if (r->ended || out.pos > 0 || r->in.pos < r->in.size)
			continue;
		if ((got = refill(r, err)) <= 0)
			return got == 0 ? cut_short(r, err) : -1;
	}
	return out.pos > 0 ? (ssize_t)out.pos : check_end(r, err);
}

static ssize_t
reader_read(struct ir_source *s, void *p, size_t n, struct ir_err *err)
{
	struct reader *r = (struct reader *)s;
	ssize_t got = -1;

	if (r->failed.code == IR_OK &&
	    (got = decompress(r, p, n, &r->failed)) >= 0)
		return got;
	*err = r->failed;
	return -1;
}

static void
reader_close(struct ir_source *s)
{
	struct reader *r = (struct reader *)s;

	r->below->close(r->below);
	ZSTD_freeDCtx(r->z);
	free(r->name);
	free(r);
}

struct ir_source *
ir_zstd_source(struct ir_source *below, const char *name, struct ir_err *err)
{
	struct reader *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		below->close(below);
		ir_fail_mem(err);
		return NULL;
	}
	r->source = (struct ir_source){reader_read, reader_close};
	r->below = below;
	r->name = strdup(name);
	r->z = ZSTD_createDCtx();
	if (r->name == NULL || r->z == NULL ||
	    ZSTD_isError(ZSTD_DCtx_setParameter(
		r->z, ZSTD_d_windowLogMax, IR_ZSTD_WINDOW_LOG))) {
		reader_close(&r->source);
		ir_fail_mem(err);
		return NULL;
	}
	return &r->source;
}

struct writer {
	struct ir_stream stream;
	struct ir_stream *below;
	ZSTD_CCtx *z;
	struct ir_err failed;
	char chunk[CHUNK];
};

/* Compresses n bytes, and does with what is held back what how says. */
static int
compress(struct writer *w, const void *p, size_t n, ZSTD_EndDirective how,
    struct ir_err *err)
{
	ZSTD_inBuffer in = {p, n, 0};
	ZSTD_outBuffer out;
	size_t left;

	do {
		out = (ZSTD_outBuffer){w->chunk, CHUNK, 0};
		left = ZSTD_compressStream2(w->z, &out, &in, how);
		if (ZSTD_isError(left))
			return ir_fail(err, IR_EINTERNAL, "cannot compress: %s",
			    ZSTD_getErrorName(left));
		if (out.pos > 0 &&
		    w->below->write(w->below, w->chunk, out.pos, err) == -1)
			return -1;
	} while (how == ZSTD_e_continue ? in.pos < in.size : left > 0);
	return 0;
}

static int
writer_write(struct ir_stream *s, const void *p, size_t n, struct ir_err *err)
{
	struct writer *w = (struct writer *)s;

	if (w->failed.code == IR_OK &&
	    compress(w, p, n, ZSTD_e_continue, &w->failed) == 0)
		return 0;
	*err = w->failed;
	return -1;
}

/* A frame with a gap is left open, so that no reader takes it for whole. */
static int
writer_close(struct ir_stream *s, const char *gap, struct ir_err *err)
{
	struct writer *w = (struct writer *)s;
	struct ir_err *failed = &w->failed;
	int rc;

	if (failed->code == IR_OK)
		compress(w, NULL, 0, gap != NULL ? ZSTD_e_flush : ZSTD_e_end,
		    failed);
	if (gap == NULL && failed->code != IR_OK)
		gap = failed->msg;
	rc = w->below->close(w->below, gap, err);
	if (failed->code != IR_OK) {
		*err = *failed;
		rc = -1;
	}
	ZSTD_freeCCtx(w->z);
	free(w);
	return rc;
}

struct ir_stream *
ir_zstd_stream(struct ir_stream *below, struct ir_err *err)
{
	struct writer *w = calloc(1, sizeof(*w));
	struct ir_err second;

	if (w != NULL && (w->z = ZSTD_createCCtx()) != NULL &&
	    !ZSTD_isError(
		ZSTD_CCtx_setParameter(w->z, ZSTD_c_compressionLevel, LEVEL)) &&
	    !ZSTD_isError(
		ZSTD_CCtx_setParameter(w->z, ZSTD_c_checksumFlag, 1))) {
		w->stream = (struct ir_stream){writer_write, writer_close};
		w->below = below;
		return &w->stream;
	}
	ir_fail_mem(err);
	below->close(below, err->msg, &second);
	if (w != NULL)
		ZSTD_freeCCtx(w->z);
	free(w);
	return NULL;
}
