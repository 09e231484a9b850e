/* SPDX-License-Identifier: ISC
 *
 * Every byte matters: a small bundle, sealed and released since, in which any
 * one byte of any file is changed is never VALID.  Two processes share the
 * work. IR_MUTATE_STEP=n takes only every n-th byte; under valgrind that is
 * 200.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "bundle/verify.h"
#include "crypto/signers.h"
#include "tests/unit/bundletest.h"

static struct ir_signers *signers;
static const char *dir;
static size_t files, flips, half;

static enum ir_verdict
verdict(void)
{
	struct ir_verify_options o = {.signers = signers};
	struct ir_report r;
	enum ir_verdict v;

	bt_verify(dir, &o, &r);
	v = r.verdict;
	ir_report_free(&r);
	return v;
}

/* A bit that turns a digit into another, a letter into its other case, ASCII
 * into something else; a different one for each byte and its neighbours, so
 * that one pass sees them all. */
static void
flip(int fd, const char *path, off_t at)
{
	static const char bits[] = {0x01, 0x20, (char)0x80};
	char was, now;

	assert_int_equal(pread(fd, &was, 1, at), 1);
	now = was ^ bits[at % 3];
	assert_int_equal(pwrite(fd, &now, 1, at), 1);
	if (verdict() == IR_VALID)
		fail_msg("%s: byte %ld: 0x%02x for 0x%02x is VALID", path,
		    (long)at, now & 0xff, was & 0xff);
	assert_int_equal(pwrite(fd, &was, 1, at), 1);
	flips++;
}

static int
step(void)
{
	const char *given = getenv("IR_MUTATE_STEP");
	const char *preload = getenv("LD_PRELOAD");

	if (given != NULL && atoi(given) > 0)
		return atoi(given);
	return preload != NULL && strstr(preload, "vgpreload") != NULL ? 200
								       : 1;
}

static int
mutate(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	int fd;

	(void)ftw;
	if (type != FTW_F)
		return 0;
	fd = open(path, O_RDWR);
	assert_true(fd != -1);
	for (off_t i = (off_t)half; i < st->st_size; i += 2 * step())
		flip(fd, path, i);
	/* Cut short, made longer. */
	assert_int_equal(ftruncate(fd, st->st_size + 1), 0);
	assert_int_not_equal(verdict(), IR_VALID);
	assert_int_equal(ftruncate(fd, st->st_size), 0);
	close(fd);
	files++;
	return 0;
}

/* All the odd, or all the even bytes. */
static void
mutate_all(const char *where)
{
	dir = where;
	assert_int_equal(verdict(), IR_VALID);
	assert_int_equal(nftw(dir, mutate, 8, FTW_PHYS), 0);
	assert_int_equal(verdict(), IR_VALID);
	assert_int_equal(files, 15);
	assert_true(flips > 10);
}

static void
trust_alice(void)
{
	ir_auto_free char *pub = bt_public("alice");
	ir_auto_free char *line = bt_path("alice@lab %s", pub);
	struct ir_err err;

	signers = ir_signers_parse(line, strlen(line), "signers", &err);
	assert_non_null(signers);
}

static void
test_mutate(void **state)
{
	/* Static, so that valgrind sees the child hold them. */
	static char *made, *copy;
	int status;
	pid_t pid;

	(void)state;
	made = bt_sealed();
	bt_act(made, "release", "alice", bt_to("bob@lab"));
	copy = bt_copy(made);
	trust_alice();
	if ((pid = fork()) == 0) {
		/* A failure ends it with another status. */
		half = 1;
		mutate_all(copy);
		_exit(42);
	}
	mutate_all(made);
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
	ir_signers_free(signers);
	bt_rm(made);
	bt_rm(copy);
	free(made);
	free(copy);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_mutate),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, bt_enter, bt_leave);
}
