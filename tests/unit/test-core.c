/* SPDX-License-Identifier: ISC
 *
 * The head of a core file, read as an ELF reader does; and lines of /proc/net.
 */
#include "tests/unit/unit.h"

#include <elf.h>
#include <string.h>
#include <sys/procfs.h>
#include <unistd.h>

#include "collectors/core.h"
#include "collectors/socketline.h"
#include "json/json.h"

#if __SIZEOF_POINTER__ == 8
typedef Elf64_Ehdr Ehdr;
typedef Elf64_Phdr Phdr;
typedef Elf64_Nhdr Nhdr;
#else
typedef Elf32_Ehdr Ehdr;
typedef Elf32_Phdr Phdr;
typedef Elf32_Nhdr Nhdr;
#endif

static const struct ir_core_file files[] = {
    {0x1000, 0x3000, 0x2000, "/bin/a"}, {0x8000, 0x9000, 0, "/lib/b"}};
static const struct ir_core_about about = {.pid = 42,
    .ppid = 1,
    .name = "a name that is longer than sixteen bytes",
    .arguments = "a b",
    .state = 'S',
    .auxv = "0123456789abcdef",
    .auxv_len = 16,
    .files = files,
    .nfiles = 2};
static const struct ir_core_thread threads[] = {
    {42, 0x7000, 0x1234}, {43, 0, 0}};

/* The n'th note of that type, and how long it is; NULL if there is none. */
static const char *
find_note(const struct ir_buf *b, const Phdr *p, unsigned int type, int n,
    size_t *len)
{
	size_t at = p->p_offset, end = at + p->p_filesz;

	while (at + sizeof(Nhdr) <= end) {
		Nhdr h;
		size_t body;

		memcpy(&h, b->p + at, sizeof(h));
		assert_string_equal(b->p + at + sizeof(h), "CORE");
		body = at + sizeof(h) + 8;
		assert_true(body + h.n_descsz <= end);
		*len = h.n_descsz;
		if (h.n_type == type && n-- == 0)
			return b->p + body;
		at = body + (h.n_descsz + 3u) / 4 * 4;
	}
	assert_int_equal(at, end);
	return NULL;
}

static void
make(struct ir_buf *b, const struct ir_core_piece *v, size_t n)
{
	struct ir_err err;

	assert_int_equal(ir_core_head(b, &about, threads, 2, v, n, &err), 0);
}

static Phdr
header(const struct ir_buf *b, size_t i)
{
	Phdr p;

	memcpy(&p, b->p + sizeof(Ehdr) + i * sizeof(p), sizeof(p));
	return p;
}

static void
test_pieces(void **state)
{
	static const struct ir_core_piece v[] = {
	    {0x10000, 0x5000, 0x2000, true, false, true},
	    {0x20000, 0x1000, 0, true, true, false},
	    {0x30000, 0x3000, 0x3000, false, false, false}};
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	size_t page = (size_t)sysconf(_SC_PAGESIZE), at;
	Ehdr h;

	(void)state;
	make(&b, v, 3);
	memcpy(&h, b.p, sizeof(h));
	assert_memory_equal(h.e_ident, ELFMAG, SELFMAG);
	assert_int_equal(h.e_type, ET_CORE);
	assert_int_equal(h.e_phnum, 4);
	assert_int_equal(h.e_phoff, sizeof(h));
	assert_int_equal(h.e_phentsize, sizeof(Phdr));
	assert_int_equal(b.len % page, 0);
	at = b.len; /* where the first one's bytes go */
	for (size_t i = 0; i < 3; i++) {
		Phdr p = header(&b, i + 1);

		assert_int_equal(p.p_type, PT_LOAD);
		assert_int_equal(p.p_vaddr, v[i].from);
		assert_int_equal(p.p_memsz, v[i].size);
		assert_int_equal(p.p_filesz, v[i].in_file);
		assert_int_equal(p.p_offset, at);
		assert_int_equal(p.p_flags, (v[i].read ? PF_R : 0) |
						(v[i].write ? PF_W : 0) |
						(v[i].exec ? PF_X : 0));
		at += v[i].in_file;
	}
}

static void
test_notes(void **state)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	struct elf_prstatus status;
	struct elf_prpsinfo info;
	const char *p;
	size_t len;
	long v[8];
	Phdr n;

	(void)state;
	make(&b, NULL, 0);
	n = header(&b, 0);
	assert_int_equal(n.p_type, PT_NOTE);
	for (int i = 0; i < 2; i++) {
		p = find_note(&b, &n, NT_PRSTATUS, i, &len);
		assert_non_null(p);
		assert_int_equal(len, sizeof(status));
		memcpy(&status, p, sizeof(status));
		assert_int_equal(status.pr_pid, threads[i].tid);
#ifdef __x86_64__
		assert_int_equal(status.pr_reg[16], threads[i].pc);
		assert_int_equal(status.pr_reg[19], threads[i].sp);
#endif
	}
	assert_null(find_note(&b, &n, NT_PRSTATUS, 2, &len));
	p = find_note(&b, &n, NT_PRPSINFO, 0, &len);
	assert_int_equal(len, sizeof(info));
	memcpy(&info, p, sizeof(info));
	assert_string_equal(info.pr_fname, "a name that is ");
	assert_string_equal(info.pr_psargs, "a b");
	p = find_note(&b, &n, NT_AUXV, 0, &len);
	assert_int_equal(len, 16);
	assert_memory_equal(p, about.auxv, 16);
	p = find_note(&b, &n, NT_FILE, 0, &len);
	memcpy(v, p, sizeof(v));
	assert_int_equal(v[0], 2);
	assert_int_equal(v[2], 0x1000);
	assert_int_equal(v[3], 0x3000);
	assert_int_equal(v[4], 0x2000 / v[1]);
	assert_memory_equal(p + sizeof(v), "/bin/a\0/lib/b", 14);
	assert_int_equal(len, sizeof(v) + 14);
}

static void
test_refused(void **state)
{
	static struct ir_core_piece many[IR_CORE_PIECES + 1];
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	struct ir_err err;

	(void)state;
	assert_int_equal(ir_core_head(&b, &about, threads, 2, many,
			     IR_CORE_PIECES + 1, &err),
	    -1);
	assert_int_equal(
	    ir_core_head(&b, &about, threads, 0, many, 1, &err), -1);
	make(&b, many, IR_CORE_PIECES);
}

/* A line as this kernel wrote it, and what becomes of it. */
static void
test_sockets(void **state)
{
	static const struct {
		const char *kind, *line, *json;
	} v[] = {
	    {"tcp",
		"   1: 0100007F:1267 0100007F:C1DA 01 00000000:00000000 "
		"00:00000000 00000000     7        0 17519540 1 0 20 0 0 10 -1",
		"{\"kind\":\"tcp\",\"local\":\"127.0.0.1:4711\",\"remote\":"
		"\"127.0.0.1:49626\",\"state\":\"ESTABLISHED\",\"uid\":7,"
		"\"inode\":17519540}"},
	    {"tcp6",
		"   0: 00000000000000000000000001000000:0016 "
		"00000000000000000000000000000000:0000 0A 00000000:00000000 "
		"00:00000000 00000000     0        0 5 1 0 100 0 0 10 0",
		"{\"kind\":\"tcp6\",\"local\":\"[::1]:22\",\"remote\":"
		"\"[::]:0\",\"state\":\"LISTEN\",\"uid\":0,\"inode\":5}"},
	    {"unix", "0: 00000002 00000000 00010000 0001 01 77 @a b",
		"{\"kind\":\"unix\",\"type\":\"stream\",\"state\":\"LISTEN\","
		"\"path\":\"@a b\",\"inode\":77}"},
	    {"unix", "0: 00000002 00000000 00000000 0002 01 78",
		"{\"kind\":\"unix\",\"type\":\"dgram\",\"state\":\"\","
		"\"path\":\"\",\"inode\":78}"},
	    {"packet", "0 3      3    0003   2     1       0        7      99",
		"{\"kind\":\"packet\",\"type\":\"raw\",\"protocol\":3,"
		"\"interface\":2,\"uid\":7,\"inode\":99}"},
	    {"tcp", "  sl  local_address rem_address   st tx_queue", NULL},
	    {"tcp", "   1: 0100007F 0100007F:C1DA 01 0:0 0:0 0 7 0 1", NULL},
	    {"unix", "Num       RefCount Protocol Flags    Type St Inode Path",
		NULL},
	    {"packet", "", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		const struct ir_socketfile *f = ir_socketfiles;
		struct ir_err err;
		char line[300];

		while (strcmp(f->name, v[i].kind) != 0)
			f++;
		snprintf(line, sizeof(line), "%s", v[i].line);
		json_auto_t *j = f->parse(f->name, line);
		ir_auto_free char *text =
		    j != NULL ? ir_json_line(j, &err) : NULL;
		if (v[i].json == NULL)
			assert_null(j);
		else
			assert_string_equal(text, v[i].json);
	}
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_pieces),
    cmocka_unit_test(test_notes),
    cmocka_unit_test(test_refused),
    cmocka_unit_test(test_sockets),
};

UNIT_MAIN(tests)
