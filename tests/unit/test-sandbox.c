/* SPDX-License-Identifier: ISC
 *
 * sandbox: what it forbids works without it and fails in it, and what reading
 * and hashing need works in it.  Each act has a child of its own.
 */
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <pthread.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "crypto/digest.h"
#include "crypto/init.h"
#include "sandbox/sandbox.h"
#include "tests/unit/forbidden.h"
#include "tests/unit/sshtest.h"

#if defined(__SANITIZE_ADDRESS__)
static const bool asan = true;
#else
static const bool asan = false;
#endif

static struct ir_sandbox here; /* what holds on this machine */

static int
result(long rc)
{
	return rc == -1 ? errno : 0;
}

static int
enter(int dirfd, struct ir_sandbox *s)
{
	struct ir_err err = {0};
	int rc = ir_sandbox_read_only(dirfd, s, &err);

	if (rc == -1)
		fprintf(stderr, "# %s\n", err.msg);
	return rc;
}

/* The wait status of a child that does fn(arg). */
static int
in_child(int (*fn)(const void *arg), const void *arg)
{
	pid_t pid;
	int status = -1;

	fflush(NULL);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0)
		_exit(fn(arg));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static int
plainly(const void *arg)
{
	return (*(const act *)arg)();
}

static int
confined(const void *arg)
{
	struct ir_sandbox s;

	return enter(dirfd_in, &s) == -1 ? 255 : (*(const act *)arg)();
}

static int
open_at(int dirfd, const char *path, int flags)
{
	return result(openat(dirfd, path, flags, 0600));
}

/* What is forbidden. */

static bool
is_held(int by)
{
	return ((by & FILES) && here.files) || ((by & CALLS) && here.calls);
}

static void
test_forbidden(void **state)
{
	(void)state;
	for (size_t i = 0; i < nforbidden; i++) {
		act fn = forbidden[i].fn;
		int free, held, e;

		put_file("in/gone", "", 0, 0600);
		held = in_child(confined, &fn);
		free = in_child(plainly, &fn);
		unlinkat(dirfd_in, "new", 0);
		unlinkat(dirfd_in, "second", 0);
		unlinkat(dirfd_in, "soft", 0);
		unlinkat(dirfd_in, "newdir", AT_REMOVEDIR);
		renameat(dirfd_in, "renamed", dirfd_in, "file");
		if (free != 0)
			print_message("# %s fails anyhow\n", forbidden[i].what);
		assert_int_equal(free, 0);
		if (!is_held(forbidden[i].by))
			continue;
		e = WIFEXITED(held) ? WEXITSTATUS(held) : -1;
		if (e != EPERM && e != EACCES)
			print_message("# %s: %d\n", forbidden[i].what, held);
		assert_true(e == EPERM || e == EACCES);
		if (forbidden[i].by == CALLS)
			assert_int_equal(e, EPERM);
	}
}

/* What works in it. */

#define MUST(x)                                                              \
	do {                                                                 \
		if (!(x)) {                                                  \
			fprintf(stderr, "# line %d: %s: %s\n", __LINE__, #x, \
			    strerror(errno));                                \
			return 1;                                            \
		}                                                            \
	} while (0)

static int
read_inside(void)
{
	struct ir_err err;
	uint64_t size;
	size_t len;
	ir_auto_close int fd =
	    ir_open_regular(dirfd_in, "sub/data", &size, &err);
	char hex[IR_SHA256_HEX];

	MUST(fd != -1 && size == 3);
	MUST(ir_sha256_fd(fd, UINT64_MAX, hex, &size, "data", &err) == 0);
	MUST(strncmp(hex, "ba7816bf8f01cfea", 16) == 0);
	ir_auto_free char *p =
	    ir_read_beneath(dirfd_in, "sub/data", 100, &len, &err);
	MUST(p != NULL && len == 3);
	MUST(open_at(dirfd_in, "sub/data", O_RDONLY | O_CLOEXEC) == 0);
	return 0;
}

static int
list_inside(void)
{
	int fd = openat(dirfd_in, "sub", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fdopendir(fd);
	struct dirent *e;
	struct stat st;
	int n = 0;

	MUST(d != NULL);
	while ((e = readdir(d)) != NULL)
		n++;
	MUST(n == 3);
	MUST(fstatat(dirfd_in, "sub/data", &st, AT_SYMLINK_NOFOLLOW) == 0);
	closedir(d);
	return 0;
}

static void *
hash_much(void *arg)
{
	const size_t n = 8u << 20;
	char *p = malloc(n), hex[IR_SHA256_HEX];

	if (p == NULL)
		return NULL;
	memset(p, 'x', n);
	ir_sha256_mem(p, n, hex);
	free(p);
	return read_inside() == 0 && read_outside() != 0 ? arg : NULL;
}

static int
run_threads(void)
{
	pthread_t t[4];
	void *got;

	for (size_t i = 0; i < 4; i++)
		MUST(pthread_create(&t[i], NULL, hash_much, t) == 0);
	for (size_t i = 0; i < 4; i++) {
		MUST(pthread_join(t[i], &got) == 0);
		MUST(got == t || !here.files);
	}
	return 0;
}

static int
use_memory(void)
{
	for (size_t n = 1; n < 64u << 20; n *= 8) {
		char *p = malloc(n);

		MUST(p != NULL);
		p[n - 1] = 1;
		p = realloc(p, 3 * n);
		MUST(p != NULL);
		free(p);
	}
	return 0;
}

static int
tell_time(void)
{
	struct timespec t = {0, 1000000};
	char now[IR_TIME_SIZE];

	ir_time_now(now);
	MUST(strlen(now) > 10 && ir_mono_ns() > 0);
	return result(nanosleep(&t, NULL));
}

static int
print(void)
{
	FILE *f = fopen("/dev/null", "r");
	int e = errno;
	struct winsize w;

	MUST(f != NULL || e == EACCES);
	(void)isatty(STDERR_FILENO);
	MUST(result(ioctl(STDERR_FILENO, TIOCGWINSZ, &w)) != EPERM);
	MUST(fprintf(stderr, "# printed\n") > 0 && fflush(stderr) == 0);
	return 0;
}

static volatile sig_atomic_t caught;

static void
on_usr1(int sig)
{
	(void)sig;
	caught = 1;
}

static int
signal_self(void)
{
	struct sigaction sa = {.sa_handler = on_usr1};

	MUST(sigaction(SIGUSR1, &sa, NULL) == 0);
	MUST(raise(SIGUSR1) == 0 && caught);
	return 0;
}

static int
exit_properly(void)
{
	free(malloc(1)); /* under AddressSanitizer it looks for leaks */
	exit(0);
}

static void
test_allowed(void **state)
{
	static const struct {
		const char *what;
		act fn;
	} allowed[] = {
	    {"read", read_inside},
	    {"list", list_inside},
	    {"threads", run_threads},
	    {"memory", use_memory},
	    {"time", tell_time},
	    {"print", print},
	    {"signals", signal_self},
	    {"exit", exit_properly},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		act fn = allowed[i].fn;
		int status = in_child(confined, &fn);

		if (status != 0)
			print_message("# %s: %d\n", allowed[i].what, status);
		assert_int_equal(status, 0);
	}
}

static int
give_up(void)
{
	abort();
}

static void
test_abort(void **state)
{
	act fn = give_up;
	int status = in_child(confined, &fn);

	(void)state;
	if (asan) /* may have a handler of its own */
		skip();
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

/* No directory at all. */

static int
with_no_files(const void *arg)
{
	struct ir_sandbox s;

	(void)arg;
	MUST(enter(-1, &s) == 0 && s.files);
	MUST(open_at(dirfd_in, "sub/data", O_RDONLY) == EACCES);
	MUST(list_outside() == EACCES);
	return tell_time();
}

static void
test_no_files(void **state)
{
	(void)state;
	if (!here.files)
		skip();
	assert_int_equal(in_child(with_no_files, NULL), 0);
}

static void
test_bad_directory(void **state)
{
	struct ir_sandbox s;
	struct ir_err err = {0};

	(void)state;
	if (!here.files)
		skip();
	/* Refused before anything is restricted. */
	assert_int_equal(ir_sandbox_read_only(12345, &s, &err), -1);
	assert_non_null(strstr(err.msg, "Landlock"));
	assert_false(s.files || s.calls);
	assert_int_equal(read_outside(), 0);
}

/* As somebody who is not root. */
static int
as_nobody(const void *arg)
{
	struct ir_sandbox s;

	(void)arg;
	if (getuid() == 0)
		MUST(setgid(65534) == 0 && setuid(65534) == 0);
	MUST(enter(dirfd_in, &s) == 0);
	MUST(s.files == here.files && s.calls == here.calls);
	MUST(read_inside() == 0);
	MUST(!here.files || read_outside() == EACCES);
	MUST(!here.calls || make_socket() == EPERM);
	return 0;
}

static void
test_ordinary(void **state)
{
	(void)state;
	assert_int_equal(in_child(as_nobody, NULL), 0);
}

/* Kernels that have only one of the two, or none. */

static const struct lack {
	int e; /* what the system calls answer */
	bool no_files, no_calls;
} lacks[] = {
    {ENOSYS, true, false},
    {EOPNOTSUPP, true, false},
    {EPERM, true, false},
    {EINVAL, false, true},
    {ENOSYS, true, true},
};

static int
without(const void *arg)
{
	const struct lack *lack = arg;
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	uint32_t fail = SCMP_ACT_ERRNO((unsigned)lack->e);
	struct ir_sandbox s;

	MUST(f != NULL);
	if (lack->no_files)
		MUST(seccomp_rule_add(
			 f, fail, SCMP_SYS(landlock_create_ruleset), 0) == 0);
	if (lack->no_calls) {
		MUST(seccomp_rule_add(f, fail, SCMP_SYS(seccomp), 0) == 0);
		MUST(seccomp_rule_add(f, fail, SCMP_SYS(prctl), 1,
			 SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP)) == 0);
	}
	MUST(seccomp_load(f) == 0);
	seccomp_release(f);
	MUST(enter(dirfd_in, &s) == 0);
	MUST(s.files == (here.files && !lack->no_files));
	MUST(s.calls == (here.calls && !lack->no_calls));
	MUST(read_inside() == 0 && tell_time() == 0);
	MUST((read_outside() != 0) == s.files);
	MUST((make_socket() != 0) == s.calls);
	MUST((write_file() != 0) == (s.files || s.calls));
	return 0;
}

static void
test_without(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++) {
		int status = in_child(without, &lacks[i]);

		if (status != 0)
			print_message("# lack %zu\n", i);
		assert_int_equal(status, 0);
	}
}

/* Here: what the kernel says that it has must hold. */
static void
test_holds(void **state)
{
	bool landlock = syscall(SYS_landlock_create_ruleset, NULL, 0,
			    LANDLOCK_CREATE_RULESET_VERSION) > 0;
	bool filters = prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != -1;

	(void)state;
	assert_int_equal(here.files, landlock);
	assert_int_equal(here.calls, filters && !asan);
}

static int
probe(const void *arg)
{
	struct ir_sandbox s;

	(void)arg;
	if (enter(-1, &s) == -1)
		return 255;
	return (s.files ? FILES : 0) | (s.calls ? CALLS : 0);
}

static int
listen_here(void)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 || bind(fd, (struct sockaddr *)&at, sizeof(at)) == -1 ||
	    listen(fd, 1) == -1 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) == -1)
		return -1;
	tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	port = ntohs(at.sin_port);
	return tcp == -1 ? -1 : 0;
}

static int
set_up(void **state)
{
	int status;

	if (scratch_enter(state) == -1 || listen_here() == -1)
		return -1;
	ir_crypto_init(); /* reads files */
	assert_int_equal(chmod(".", 0755), 0);
	assert_int_equal(mkdir("in", 0755), 0);
	assert_int_equal(mkdir("in/sub", 0755), 0);
	put_file("secret", "secret", 6, 0644);
	put_file("in/file", "file", 4, 0644);
	put_file("in/sub/data", "abc", 3, 0644);
	assert_int_equal(symlink("../secret", "in/link"), 0);
	dirfd_in = open("in", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	status = in_child(probe, NULL);
	if (!WIFEXITED(status) || WEXITSTATUS(status) == 255)
		return -1;
	here.files = (WEXITSTATUS(status) & FILES) != 0;
	here.calls = (WEXITSTATUS(status) & CALLS) != 0;
	return 0;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_holds),
    cmocka_unit_test(test_forbidden),
    cmocka_unit_test(test_allowed),
    cmocka_unit_test(test_abort),
    cmocka_unit_test(test_no_files),
    cmocka_unit_test(test_bad_directory),
    cmocka_unit_test(test_ordinary),
    cmocka_unit_test(test_without),
};

int
main(void)
{
	const char *preloaded = getenv("LD_PRELOAD");

	/* Valgrind lives in the process, and needs more than it would. */
	if (preloaded != NULL && strstr(preloaded, "/vgpreload") != NULL) {
		puts("1..0 # SKIP valgrind does not know the system calls");
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, scratch_leave);
}
