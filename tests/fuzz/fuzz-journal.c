/* SPDX-License-Identifier: ISC
 *
 * Journals, with two line feeds between them: as they are, and with the numbers
 * and hashes of their lines put right, since no mutation could.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "bundle/complete.h"
#include "bundle/journal.h"
#include "bundle/record.h"
#include "tests/fuzz/fuzz.h"

#define MAX_JOURNALS 4

static const char uuid[] = "9b2f8a64-0d0f-4c5e-9a55-2f1c1d3e7a10";

static void
put(struct ir_items *l, unsigned number, char *text, size_t n)
{
	struct ir_err err;
	char *path = ir_asprintf(&err, "journal/%04u-ir-test.jsonl", number);
	struct ir_item *it = ir_items_add(l, path, &err);

	FUZZ_HOLDS(it != NULL);
	it->here = true;
	ir_items_text(it, text, n);
	free(path);
}

static void
put_all(struct ir_items *l, const char *p, size_t n, bool mended)
{
	char head[IR_SHA256_HEX];

	memset(head, '0', 64);
	head[64] = '\0';
	for (unsigned i = 1; i <= MAX_JOURNALS; i++) {
		const char *sep = memmem(p, n, "\n\n", 2);
		struct ir_buf b = IR_BUF_INIT;
		size_t one = sep != NULL ? (size_t)(sep + 1 - p) : n;

		if (mended)
			fuzz_journal(p, one, &b, head);
		else
			ir_buf_add(&b, p, one);
		put(l, i, fuzz_text((const uint8_t *)b.p, b.len), b.len);
		ir_buf_free(&b);
		if (sep == NULL)
			break;
		p = sep + 2;
		n -= one + 1;
	}
}

static int
signed_by(void *arg, const char *file, const char *line0, size_t len,
    const json_t *run, const char *sig, struct ir_err *err)
{
	(void)err;
	FUZZ_HOLDS(file != NULL && run != NULL);
	FUZZ_HOLDS(len > 0 && line0[len - 1] == '\n');
	*(size_t *)arg += sig != NULL ? strlen(sig) : 0;
	return 0;
}

static void
read_all(const char *p, size_t n, bool mended)
{
	struct ir_faults f = {json_array(), IR_VALID};
	struct ir_items l = {0};
	char open_hash[IR_SHA256_HEX];
	size_t sum = 0, journals;
	struct ir_record r = {.signed_by = signed_by, .arg = &sum};
	struct ir_err err = {0};
	json_t *gaps = json_array(), *complete;

	memset(open_hash, '0', 64);
	open_hash[64] = '\0';
	put_all(&l, p, n, mended);
	journals = l.n;
	FUZZ_HOLDS(ir_record_read(&r, uuid, open_hash, &l, &f, &err) == 0);
	FUZZ_HOLDS(json_array_size(r.journals) == journals);
	complete = ir_complete_make(uuid, &r, gaps);
	FUZZ_HOLDS(complete != NULL);
	if (json_array_size(r.interrupted) > 0)
		FUZZ_HOLDS(!ir_complete_ok(complete));
	json_decref(complete);
	json_decref(gaps);
	ir_record_free(&r);
	ir_items_free(&l);
	json_decref(f.list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char *text = fuzz_text(p, n);

	read_all(text, n, false);
	read_all(text, n, true);
	free(text);
	return 0;
}
