/* SPDX-License-Identifier: ISC
 *
 * collectors: a log's files, found, opened while they are rotated, and cut.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "collectors/logfiles.h"

#define ID   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define BASE ID "-json.log"

/* 2026-11-22T00:00:00Z */
#define DAY 1795305600

static char dir[32];
static int at = -1;
static struct ir_err err;

static int
setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/ir-logs.XXXXXX");
	assert_non_null(mkdtemp(dir));
	at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return at == -1;
}

static int
teardown(void **state)
{
	DIR *d = ir_open_dir(at, ".", &err);
	struct dirent *e;

	(void)state;
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			unlinkat(at, e->d_name, 0);
	closedir(d);
	close(at);
	return rmdir(dir);
}

/* A line of the second sec of that day; its text is so long. */
static void
add_line(struct ir_buf *b, int sec, int length)
{
	ir_buf_printf(b,
	    "{\"log\":\"%0*d\\\"time\\\":\\\"\\n\",\"stream\":\"stdout\","
	    "\"time\":\"2026-11-22T%02d:%02d:%02d.5Z\"}\n",
	    length, sec, sec / 3600, sec / 60 % 60, sec % 60);
}

static void
put(const char *name, const struct ir_buf *b, int64_t mtime)
{
	struct timespec times[2] = {{mtime, 0}, {mtime, 0}};
	int fd = openat(at, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, b->p, b->len), b->len);
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
}

static void
put_text(const char *name, const char *text)
{
	struct ir_buf b = IR_BUF_INIT;

	ir_buf_puts(&b, text);
	put(name, &b, DAY);
	ir_buf_free(&b);
}

static void
test_names(void **state)
{
	static const char *const other[] = {BASE ".0", BASE ".01",
	    BASE ".1.gz~", BASE ".x", BASE ".1x", BASE ".1001", BASE "1",
	    "x" BASE ".1", BASE ".2.gz.tmp", BASE "."};
	struct ir_logfiles f;

	(void)state;
	assert_int_equal(ir_logfiles_open(at, ID, &f, &err), 0);
	assert_int_equal(f.n, 0);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		put_text(other[i], "x");
	put_text(BASE ".10", "old");
	put_text(BASE ".2.gz", "gz");
	put_text(BASE ".1.gz", "is being written");
	put_text(BASE ".1", "from this");
	put_text(BASE, "now");
	assert_int_equal(ir_logfiles_open(at, ID, &f, &err), 0);
	assert_int_equal(f.n, 4);
	assert_string_equal(f.v[0].name, BASE);
	assert_string_equal(f.v[1].name, BASE ".1");
	assert_string_equal(f.v[2].name, BASE ".2.gz");
	assert_string_equal(f.v[3].name, BASE ".10");
	assert_int_equal(f.v[3].size, 3);
	ir_logfiles_free(&f);
}

/* Root's eyes must not be led elsewhere. */
static void
test_traps(void **state)
{
	struct ir_logfiles f;

	(void)state;
	put_text(BASE, "now");
	assert_int_equal(symlinkat("/etc/passwd", at, BASE ".1"), 0);
	assert_int_equal(ir_logfiles_open(at, ID, &f, &err), -1);
	assert_int_equal(err.code, IR_EFORMAT);
	ir_logfiles_free(&f);
	unlinkat(at, BASE ".1", 0);
	assert_int_equal(mkfifoat(at, BASE ".1", 0600), 0);
	assert_int_equal(ir_logfiles_open(at, ID, &f, &err), -1);
	assert_int_equal(err.code, IR_EFORMAT);
	ir_logfiles_free(&f);
	unlinkat(at, BASE ".1", 0);
	assert_int_equal(linkat(at, BASE, at, BASE ".1", 0), 0);
	assert_int_equal(ir_logfiles_open(at, ID, &f, &err), -1);
	ir_logfiles_free(&f);
}

/* Where the first line of sec or later begins. */
static uint64_t
by_hand(const struct ir_buf *b, const int *secs, size_t n, int sec)
{
	const char *p = b->p;

	for (size_t i = 0; i < n && secs[i] < sec; i++)
		p = strchr(p, '\n') + 1;
	return (uint64_t)(p - b->p);
}

static void
test_since(void **state)
{
	struct ir_buf b = IR_BUF_INIT;
	static int secs[3000];
	struct ir_logfiles f;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		secs[i] = 10 + i * 3;
		add_line(&b, secs[i], i % 700 == 0 ? 90000 : i % 97);
	}
	put(BASE, &b, DAY + 40000);
	put(BASE ".1.gz", &b, DAY + 5);
	put(BASE ".2", &b, DAY + 4);
	for (int sec = 0; sec < 9100; sec += 37) {
		uint64_t want = by_hand(&b, secs, 3000, sec);

		assert_int_equal(ir_logfiles_open(at, ID, &f, &err), 0);
		assert_int_equal(f.n, 3);
		assert_int_equal(ir_logfiles_since(&f, DAY + sec, &err), 0);
		assert_int_equal(f.v[0].from, want);
		assert_int_equal(f.v[0].skip, want == b.len);
		assert_int_equal(f.v[1].skip, sec > 5);
		assert_int_equal(f.v[2].skip, sec > 4);
		ir_logfiles_free(&f);
	}
	ir_buf_free(&b);
}

/* What has no time that can be read is taken. */
static void
test_since_odd(void **state)
{
	struct ir_buf b = IR_BUF_INIT;
	struct ir_logfiles f;
	static char zeros[300000];

	(void)state;
	add_line(&b, 1, 1);
	ir_buf_add(&b, zeros, sizeof(zeros)); /* after a crash */
	ir_buf_puts(&b, "\n");
	add_line(&b, 5, 1);
	ir_buf_puts(&b, "{\"log\":\"no end");
	put(BASE, &b, DAY + 99);
	assert_int_equal(ir_logfiles_open(at, ID, &f, &err), 0);
	assert_int_equal(ir_logfiles_since(&f, DAY + 5, &err), 0);
	assert_false(f.v[0].skip);
	assert_true(f.v[0].from < 200);
	assert_int_equal(ir_logfiles_since(&f, DAY + 9, &err), 0);
	assert_false(f.v[0].skip);
	ir_logfiles_free(&f);
	ir_buf_free(&b);
}

static void
test_tail(void **state)
{
	struct ir_buf b = IR_BUF_INIT;
	struct ir_logfiles f;
	size_t line;

	(void)state;
	add_line(&b, 0, 5);
	line = b.len;
	for (int i = 1; i < 10; i++)
		add_line(&b, i, 5);
	put(BASE, &b, DAY);
	put(BASE ".1", &b, DAY);
	put(BASE ".2.gz", &b, DAY);
	put(BASE ".3", &b, DAY);
	for (size_t bytes = 1; bytes < 50 * line; bytes++) {
		size_t left = bytes > 10 * line ? bytes - 10 * line : 0;

		assert_int_equal(ir_logfiles_open(at, ID, &f, &err), 0);
		assert_int_equal(ir_logfiles_tail(&f, bytes, &err), 0);
		assert_false(f.v[0].skip);
		if (bytes >= line && left == 0)
			assert_int_equal(
			    f.v[0].from, b.len - bytes / line * line);
		assert_int_equal(f.v[1].skip, left == 0);
		if (left >= line && left <= b.len)
			assert_int_equal(
			    f.v[1].from, b.len - left / line * line);
		assert_int_equal(f.v[2].skip, left <= 10 * line);
		assert_int_equal(f.v[2].from, 0);
		assert_int_equal(f.v[3].skip, left <= 20 * line);
		ir_logfiles_free(&f);
	}
	ir_buf_free(&b);
}

static atomic_bool enough;

/* As the driver does: older ones one on, then the one that it writes. */
static void *
rotate(void *arg)
{
	char from[100], to[100], text[16];
	int number = 5;

	(void)arg;
	while (!atomic_load(&enough)) {
		for (int i = 4; i >= 1; i--) {
			snprintf(from, sizeof(from), BASE ".%d", i);
			snprintf(to, sizeof(to), BASE ".%d", i + 1);
			renameat(at, from, at, to);
		}
		renameat(at, BASE, at, BASE ".1");
		snprintf(text, sizeof(text), "%d", ++number);
		put_text(BASE, text);
		usleep(2000);
	}
	return NULL;
}

static int
number_in(int fd)
{
	char text[16] = "";

	assert_true(pread(fd, text, sizeof(text) - 1, 0) > 0);
	return atoi(text);
}

/* Nothing between two files is ever lost. */
static void
test_rotation(void **state)
{
	char name[100], text[16];
	struct ir_logfiles f;
	pthread_t t;
	int whole = 0;

	(void)state;
	for (int i = 1; i <= 5; i++) {
		snprintf(name, sizeof(name), BASE ".%d", i);
		snprintf(text, sizeof(text), "%d", 5 - i);
		put_text(name, text);
	}
	put_text(BASE, "5");
	assert_int_equal(pthread_create(&t, NULL, rotate, NULL), 0);
	for (int i = 0; i < 1000 && whole < 100; i++) {
		if (ir_logfiles_open(at, ID, &f, &err) == 0) {
			whole++;
			assert_true(f.n >= 5);
			for (size_t k = 1; k < f.n; k++)
				assert_int_equal(number_in(f.v[k].fd),
				    number_in(f.v[0].fd) - (int)k);
		}
		ir_logfiles_free(&f);
	}
	atomic_store(&enough, true);
	pthread_join(t, NULL);
	assert_true(whole > 0);
	assert_int_equal(ir_logfiles_open(at, ID, &f, &err), 0);
	assert_false(ir_logfile_rotated(at, &f.v[0]));
	assert_int_equal(renameat(at, BASE, at, BASE ".1"), 0);
	assert_true(ir_logfile_rotated(at, &f.v[0]));
	ir_logfiles_free(&f);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

static const struct CMUnitTest tests[] = {
    TEST(test_names),
    TEST(test_traps),
    TEST(test_since),
    TEST(test_since_odd),
    TEST(test_tail),
    TEST(test_rotation),
};

UNIT_MAIN(tests)
