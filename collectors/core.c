/* SPDX-License-Identifier: ISC
 *
 * The head of an ELF core file: see core.h.
 */
#include "collectors/core.h"

#include <elf.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/procfs.h>
#include <unistd.h>

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#elif defined(__riscv)
#define MACHINE EM_RISCV
#elif defined(__powerpc64__)
#define MACHINE EM_PPC64
#elif defined(__s390x__)
#define MACHINE EM_S390
#else
#define MACHINE EM_NONE
#endif

#if __SIZEOF_POINTER__ == 8
typedef Elf64_Ehdr Ehdr;
typedef Elf64_Phdr Phdr;
typedef Elf64_Nhdr Nhdr;
#define CLASS ELFCLASS64
#else
typedef Elf32_Ehdr Ehdr;
typedef Elf32_Phdr Phdr;
typedef Elf32_Nhdr Nhdr;
#define CLASS ELFCLASS32
#endif

static void
pad(struct ir_buf *b, size_t to)
{
	static const char zeros[64];

	while (b->len % to != 0 && !b->failed) {
		size_t n = to - b->len % to;

		ir_buf_add(b, zeros, n < sizeof(zeros) ? n : sizeof(zeros));
	}
}

static void
note(struct ir_buf *b, unsigned int type, const void *p, size_t n)
{
	const Nhdr h = {
	    .n_namesz = 5, .n_descsz = (Elf64_Word)n, .n_type = type};

	ir_buf_add(b, &h, sizeof(h));
	ir_buf_add(b, "CORE", 5);
	pad(b, 4);
	ir_buf_add(b, p, n);
	pad(b, 4);
}

/* Registers are not known but where the thread waits in the kernel: taking them
 * takes ptrace(2). */
static void
note_thread(struct ir_buf *b, const struct ir_core_about *a,
    const struct ir_core_thread *t)
{
	struct elf_prstatus s;

	memset(&s, 0, sizeof(s));
	s.pr_pid = t->tid;
	s.pr_ppid = a->ppid;
	s.pr_pgrp = a->pgrp;
	s.pr_sid = a->session;
#if defined(__x86_64__)
	/* As sys/user.h has them: rip is the 17th, rsp the 20th. */
	s.pr_reg[16] = t->pc;
	s.pr_reg[19] = t->sp;
#endif
	note(b, NT_PRSTATUS, &s, sizeof(s));
}

static void
note_process(struct ir_buf *b, const struct ir_core_about *a)
{
	struct elf_prpsinfo s;

	memset(&s, 0, sizeof(s));
	s.pr_sname = a->state;
	s.pr_zomb = a->state == 'Z';
	s.pr_uid = a->uid;
	s.pr_gid = a->gid;
	s.pr_pid = a->pid;
	s.pr_ppid = a->ppid;
	s.pr_pgrp = a->pgrp;
	s.pr_sid = a->session;
	snprintf(s.pr_fname, sizeof(s.pr_fname), "%s", a->name);
	snprintf(s.pr_psargs, sizeof(s.pr_psargs), "%s", a->arguments);
	note(b, NT_PRPSINFO, &s, sizeof(s));
}

/* How many, the unit of offsets, three words for each, then the names. */
static void
note_files(struct ir_buf *b, const struct ir_core_about *a)
{
	ir_auto_buf struct ir_buf d = IR_BUF_INIT;
	long page = sysconf(_SC_PAGESIZE), n = (long)a->nfiles;

	ir_buf_add(&d, &n, sizeof(n));
	ir_buf_add(&d, &page, sizeof(page));
	for (size_t i = 0; i < a->nfiles; i++) {
		const struct ir_core_file *f = &a->files[i];
		unsigned long v[] = {(unsigned long)f->from,
		    (unsigned long)f->to,
		    (unsigned long)(f->offset / (uint64_t)page)};

		ir_buf_add(&d, v, sizeof(v));
	}
	for (size_t i = 0; i < a->nfiles; i++)
		ir_buf_add(&d, a->files[i].path, strlen(a->files[i].path) + 1);
	b->failed |= d.failed;
	if (!d.failed)
		note(b, NT_FILE, d.p, d.len);
}

static void
add_header(struct ir_buf *out, size_t pieces)
{
	Ehdr h;

	memset(&h, 0, sizeof(h));
	memcpy(h.e_ident, ELFMAG, SELFMAG);
	h.e_ident[EI_CLASS] = CLASS;
	h.e_ident[EI_DATA] = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
				 ? ELFDATA2LSB
				 : ELFDATA2MSB;
	h.e_ident[EI_VERSION] = EV_CURRENT;
	h.e_type = ET_CORE;
	h.e_machine = MACHINE;
	h.e_version = EV_CURRENT;
	h.e_phoff = sizeof(h);
	h.e_ehsize = sizeof(h);
	h.e_phentsize = sizeof(Phdr);
	h.e_phnum = (Elf64_Half)(pieces + 1);
	ir_buf_add(out, &h, sizeof(h));
}

static void
add_pieces(struct ir_buf *out, const struct ir_core_piece *v, size_t n,
    uint64_t at, uint64_t page)
{
	for (size_t i = 0; i < n; i++) {
		Phdr p;

		memset(&p, 0, sizeof(p));
		p.p_type = PT_LOAD;
		p.p_offset = at;
		p.p_vaddr = v[i].from;
		p.p_memsz = v[i].size;
		p.p_filesz = v[i].in_file;
		p.p_align = page;
		p.p_flags = (v[i].read ? PF_R : 0) | (v[i].write ? PF_W : 0) |
			    (v[i].exec ? PF_X : 0);
		ir_buf_add(out, &p, sizeof(p));
		at += v[i].in_file;
	}
}

int
ir_core_head(struct ir_buf *out, const struct ir_core_about *about,
    const struct ir_core_thread *threads, size_t n,
    const struct ir_core_piece *pieces, size_t k, struct ir_err *err)
{
	ir_auto_buf struct ir_buf notes = IR_BUF_INIT;
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	size_t at = sizeof(Ehdr) + (k + 1) * sizeof(Phdr);
	Phdr p;

	if (k > IR_CORE_PIECES || n == 0)
		return ir_fail(err, IR_EINTERNAL, "no such core file can be");
	/* Debuggers take the first thread's for the process's own. */
	note_thread(&notes, about, &threads[0]);
	note_process(&notes, about);
	note(&notes, NT_AUXV, about->auxv, about->auxv_len);
	note_files(&notes, about);
	for (size_t i = 1; i < n; i++)
		note_thread(&notes, about, &threads[i]);
	if (ir_buf_ok(&notes, err) == -1)
		return -1;
	memset(&p, 0, sizeof(p));
	p.p_type = PT_NOTE;
	p.p_offset = at;
	p.p_filesz = notes.len;
	p.p_align = 4;
	add_header(out, k);
	ir_buf_add(out, &p, sizeof(p));
	add_pieces(
	    out, pieces, k, (at + notes.len + page - 1) / page * page, page);
	ir_buf_add(out, notes.p, notes.len);
	pad(out, page);
	return ir_buf_ok(out, err);
}
