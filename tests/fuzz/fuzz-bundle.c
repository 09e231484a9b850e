/* SPDX-License-Identifier: ISC
 *
 * A whole bundle, packed: "@NAME" on a line of its own begins each file.  They
 * are put into a tar in their order; what follows from them (the manifests,
 * unless they are there, the chains, what the seal says of hashes and sizes) is
 * put right, and a custody entry whose name has a '+' before it is signed.
 */
#include <inttypes.h>
#include <string.h>

#include "archive/writer.h"
#include "bundle/bag.h"
#include "bundle/custody.h"
#include "bundle/manifest.h"
#include "bundle/packed.h"
#include "bundle/verify.h"
#include "crypto/sshsig.h"
#include "tests/fuzz/fuzz.h"

#define MAX_FILES 24

struct file {
	char name[128];
	struct ir_buf b;
	bool sign;
};

struct bundle {
	struct file v[MAX_FILES];
	size_t n;
	char head[IR_SHA256_HEX]; /* of the last journal */
};

static struct file *
add(struct bundle *x, const char *name, size_t len)
{
	struct file *f = &x->v[x->n];

	if (x->n == MAX_FILES || len == 0 || len >= sizeof(f->name))
		return NULL;
	memcpy(f->name, name, len);
	f->name[len] = '\0';
	ir_buf_puts(&f->b, "");
	x->n++;
	return f;
}

static struct file *
find(struct bundle *x, const char *name)
{
	for (size_t i = 0; i < x->n; i++)
		if (strcmp(x->v[i].name, name) == 0)
			return &x->v[i];
	return NULL;
}

static int
in_order(const void *p, const void *q)
{
	const struct file *a = p, *b = q;
	int x = ir_packed_rank(a->name), y = ir_packed_rank(b->name);

	return x != y ? x - y : strcmp(a->name, b->name);
}

/* Where a file begins at or after p; end if none does. */
static const char *
next_file(const char *p, const char *end)
{
	for (; p < end && *p != '@'; p++)
		if ((p = memchr(p, '\n', (size_t)(end - p))) == NULL)
			return end;
	return p;
}

static void
split(struct bundle *x, const char *p, const char *end)
{
	while ((p = next_file(p, end)) < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p)), *stop;
		bool sign = lf != NULL && p[1] == '+';
		struct file *f;

		if (lf == NULL)
			return;
		stop = next_file(lf + 1, end);
		p += 1 + sign;
		if ((f = add(x, p, (size_t)(lf - p))) != NULL) {
			f->sign = sign;
			ir_buf_add(&f->b, lf + 1, (size_t)(stop - lf - 1));
		}
		p = stop;
	}
}

static void
hash_of(struct bundle *x, const char *name, char hash[IR_SHA256_HEX])
{
	struct file *f = find(x, name);

	hash[0] = '\0';
	if (f != NULL)
		ir_sha256_mem(f->b.p, f->b.len, hash);
}

static void
sign(struct bundle *x, const char *name)
{
	struct file *entry = find(x, name), *f;
	char path[sizeof(entry->name) + 4], *sig;
	struct ir_err err;

	if (entry == NULL || !entry->sign)
		return;
	snprintf(path, sizeof(path), "%s.sig", name);
	if (find(x, path) != NULL || (f = add(x, path, strlen(path))) == NULL)
		return;
	sig = ir_sshsig_sign(
	    fuzz_key(), IR_NS_CUSTODY, entry->b.p, entry->b.len, &err);
	if (sig != NULL)
		ir_buf_puts(&f->b, sig);
	free(sig);
}

/* Journals follow on one another, the first on the open entry. */
static void
chain(struct bundle *x)
{
	hash_of(x, IR_CUSTODY_OPEN, x->head);
	for (size_t i = 0; i < x->n; i++) {
		struct ir_buf b = IR_BUF_INIT;

		if (strncmp(x->v[i].name, "journal/", 8) != 0)
			continue;
		fuzz_journal(x->v[i].b.p, x->v[i].b.len, &b, x->head);
		ir_buf_free(&x->v[i].b);
		ir_buf_puts(&b, "");
		x->v[i].b = b;
	}
}

/* Everything whose rank is within these. */
static void
list(struct bundle *x, const char *name, int from, int to)
{
	struct file *m;

	if (find(x, name) != NULL || !(m = add(x, name, strlen(name))))
		return;
	qsort(x->v, x->n, sizeof(x->v[0]), in_order);
	m = find(x, name);
	for (size_t i = 0; i < x->n; i++) {
		struct file *f = &x->v[i];
		int rank = ir_packed_rank(f->name);
		char hash[IR_SHA256_HEX];

		if (f == m || rank < from || rank > to ||
		    (rank == 0 && strncmp(f->name, IR_CUSTODY_OPEN,
				      strlen(IR_CUSTODY_OPEN)) != 0))
			continue;
		ir_sha256_mem(f->b.p, f->b.len, hash);
		ir_manifest_line(&m->b, hash, f->name);
	}
}

/* A tag manifest is sorted bytewise, which is not the order in the tar. */
static void
sort_lines(struct ir_buf *b)
{
	char *line[MAX_FILES + 1], *p = strdup(b->p), *rest = p;
	size_t n = 0;

	while (n < MAX_FILES && (line[n] = strsep(&rest, "\n")) != NULL &&
	       strlen(line[n]) > 66)
		n++;
	ir_buf_free(b);
	for (size_t done = 0; done < n; done++) {
		size_t least = 0;

		for (size_t i = 1; i < n; i++)
			if (line[least][0] == '\0' ||
			    (line[i][0] != '\0' &&
				strcmp(line[i] + 66, line[least] + 66) < 0))
				least = i;
		ir_buf_printf(b, "%s\n", line[least]);
		line[least][0] = '\0';
	}
	ir_buf_puts(b, "");
	free(p);
}

/* What it says of the first one. */
static void
seal_journal(struct bundle *x, struct ir_buf *b)
{
	const struct file *f = find(x, "journal/0001-ir-test.jsonl");
	char hash[IR_SHA256_HEX], lines[24];
	size_t n = 0;

	if (f == NULL)
		return;
	for (size_t i = 0; i < f->b.len; i++)
		n += f->b.p[i] == '\n';
	snprintf(lines, sizeof(lines), "%zu", n);
	ir_sha256_mem(f->b.p, f->b.len, hash);
	fuzz_put_hash(b, "\"sha256\":", hash);
	fuzz_put_hash(b, "\"head\":", x->head);
	fuzz_put(b, "\"lines\":", lines);
}

static void
seal(struct bundle *x)
{
	struct file *f = find(x, IR_CUSTODY_SEAL);
	char hash[IR_SHA256_HEX], oxum[64];
	uint64_t bytes = 0, files = 0;

	if (f == NULL)
		return;
	for (size_t i = 0; i < x->n; i++)
		if (ir_packed_rank(x->v[i].name) == 5) {
			bytes += x->v[i].b.len;
			files++;
		}
	snprintf(
	    oxum, sizeof(oxum), "\"%" PRIu64 ".%" PRIu64 "\"", bytes, files);
	fuzz_put(&f->b, "\"payload_oxum\":", oxum);
	hash_of(x, IR_MANIFEST, hash);
	fuzz_put_hash(&f->b, "\"manifest_sha256\":", hash);
	hash_of(x, IR_TAGMANIFEST, hash);
	fuzz_put_hash(&f->b, "\"tagmanifest_sha256\":", hash);
	seal_journal(x, &f->b);
	hash_of(x, IR_CUSTODY_OPEN, hash);
	fuzz_put_hash(&f->b, "\"prev\":", hash);
	hash_of(x, IR_CUSTODY_OPEN ".sig", hash);
	fuzz_put_hash(&f->b, "\"prev_sig\":", hash);
}

static void
complete(struct bundle *x)
{
	struct file *tags;

	qsort(x->v, x->n, sizeof(x->v[0]), in_order);
	sign(x, IR_CUSTODY_OPEN);
	chain(x);
	list(x, IR_MANIFEST, 5, 5);
	list(x, IR_TAGMANIFEST, 0, 4);
	if ((tags = find(x, IR_TAGMANIFEST)) != NULL)
		sort_lines(&tags->b);
	seal(x);
	sign(x, IR_CUSTODY_SEAL);
	qsort(x->v, x->n, sizeof(x->v[0]), in_order);
}

struct memory {
	struct ir_stream stream;
	struct ir_buf *to;
};

static int
memory_write(struct ir_stream *s, const void *p, size_t n, struct ir_err *err)
{
	struct ir_buf *b = ((struct memory *)s)->to;

	ir_buf_add(b, p, n);
	return ir_buf_ok(b, err);
}

static int
memory_close(struct ir_stream *s, const char *gap, struct ir_err *err)
{
	(void)s;
	(void)gap;
	(void)err;
	return 0;
}

/* Names that no tar can hold leave it as it is then. */
static void
pack(const struct bundle *x, struct ir_buf *tar)
{
	struct memory m = {{memory_write, memory_close}, tar};
	struct ir_err err;
	struct ir_tar_writer *w = ir_tar_create(&m.stream, &err);
	int rc = 0;

	FUZZ_HOLDS(w != NULL);
	for (size_t i = 0; rc == 0 && i < x->n; i++) {
		char name[160];

		snprintf(name, sizeof(name), "b/%s", x->v[i].name);
		rc = ir_tar_add(w, name, x->v[i].b.len, &err);
		if (rc == 0)
			rc = ir_tar_put(w, x->v[i].b.p, x->v[i].b.len, &err);
	}
	ir_tar_finish(w, rc == 0 ? NULL : err.msg, &err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct ir_verify_options o = {.signers = fuzz_signers()};
	struct bundle x = {.n = 0};
	struct ir_buf tar = IR_BUF_INIT;
	struct ir_report report;
	struct ir_err err = {0};
	int rc;

	split(&x, (const char *)p, (const char *)p + n);
	complete(&x);
	pack(&x, &tar);
	rc = ir_bundle_verify_tar(fuzz_source((const uint8_t *)tar.p, tar.len),
	    "tar", &o, &report, &err);
	FUZZ_HOLDS(rc == 0 || err.code == IR_EFORMAT);
	if (rc == 0) {
		FUZZ_HOLDS(report.verdict == IR_VALID ||
			   json_array_size(report.findings) > 0);
		FUZZ_HOLDS(report.verdict != IR_VALID ||
			   find(&x, IR_CUSTODY_SEAL ".sig") != NULL);
		ir_report_free(&report);
	}
	for (size_t i = 0; i < x.n; i++)
		ir_buf_free(&x.v[i].b);
	ir_buf_free(&tar);
	return 0;
}
