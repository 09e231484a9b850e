/* SPDX-License-Identifier: ISC
 *
 * lib/host without a container: what is read from cgroup and mountinfo, and
 * what a handle refuses.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "host/cgroup.h"
#include "host/inside.h"
#include "host/mounts.h"

#define ID    "6dbeebd79a91c0ffee6dbeebd79a91c0ffee6dbeebd79a91c0ffee6dbeebd79a"
#define OTHER "7dbeebd79a91c0ffee6dbeebd79a91c0ffee6dbeebd79a91c0ffee6dbeebd79a"

static struct ir_err err;

static void
bears_its_id(void **state)
{
	static const char *const yes[] = {
	    "0::/docker/" ID,
	    "0::/docker/" ID "\n",
	    "0::/system.slice/docker-" ID ".scope",
	    "0::/machine.slice/libpod-" ID ".scope/container",
	    "0::/kubepods/burstable/pod1/cri-containerd-" ID ".scope",
	    "0::/../" ID,
	    "2:cpu:/\n1:name=systemd:/docker/" ID "\n0::/\n",
	    "4:memory:/docker/" ID "/docker/" OTHER "\n",
	};
	static const char *const no[] = {"", "\n", "0::/", "0::/docker/" OTHER,
	    "0::/docker/6dbeebd79a91",
	    "0::/machine.slice/libpod-conmon-" ID ".scope", "0::/docker/x" ID,
	    "0::/docker/" ID "x", "0::/docker/" ID ".scopes",
	    "0::/docker-" ID ".slice", ID, ":" ID, "docker/" ID, "0::"};

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (!ir_host_cgroup_bears(yes[i], ID))
			fail_msg("should: %s", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (ir_host_cgroup_bears(no[i], ID))
			fail_msg("should not: %s", no[i]);
}

static void
finds_its_part(void **state)
{
	(void)state;
	assert_int_equal(ir_host_cgroup_part("/docker/" ID "/x", ID), 8 + 64);
	assert_int_equal(ir_host_cgroup_part(ID, ID), 64);
	assert_int_equal(ir_host_cgroup_part("//" ID "/" ID, ID), 2 + 64);
	assert_int_equal(ir_host_cgroup_part("/a/b", ID), 0);
	assert_int_equal(ir_host_cgroup_part("", ID), 0);
	assert_int_equal(ir_host_cgroup_part("/", ID), 0);
}

static void
reads_mounts(void **state)
{
	char plain[] = "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 "
		       "/dev/root rw,errors=continue";
	char none[] = "145 27 0:4 net:[4026531833] /run/netns/x rw - nsfs nsfs "
		      "rw";
	char many[] = "1 2 0:3 / / rw shared:1 master:2 propagate_from:3 - "
		      "overlay overlay rw,lowerdir=/a - b";
	char octal[] = "1 2 0:3 /a\\040b /c\\134\\012\\011\\043d\\9\\08 rw - "
		       "tmpfs no\\040device rw";
	struct ir_host_mount m;

	(void)state;
	assert_int_equal(ir_host_mount_parse(plain, &m), 0);
	assert_string_equal(m.root, "/mnt1");
	assert_string_equal(m.point, "/mnt2");
	assert_string_equal(m.type, "ext3");
	assert_string_equal(m.options, "rw,errors=continue");
	assert_int_equal(ir_host_mount_parse(none, &m), 0);
	assert_string_equal(m.root, "net:[4026531833]");
	assert_string_equal(m.type, "nsfs");
	assert_int_equal(ir_host_mount_parse(many, &m), 0);
	assert_string_equal(m.type, "overlay");
	assert_string_equal(m.options, "rw,lowerdir=/a - b");
	assert_int_equal(ir_host_mount_parse(octal, &m), 0);
	assert_string_equal(m.root, "/a b");
	assert_string_equal(m.point, "/c\\\n\t#d\\9\\08");
}

/* Every beginning of a line is one, or none, and is not read past its end. */
static void
refuses_parts_of_mounts(void **state)
{
	static const char whole[] = "36 35 98:0 /m\\0401 /mnt\\134 rw,noatime "
				    "master:1 - ext3 /dev/root rw";
	struct ir_host_mount m;

	(void)state;
	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		ir_auto_free char *part = strndup(whole, n);
		int rc = ir_host_mount_parse(part, &m);

		assert_int_equal(rc, n >= sizeof(whole) - 3 ? 0 : -1);
	}
	for (const char *const *p = (const char *const[]){"", " ", "        ",
		 "- - - - - -", "1 2 3 / / rw x y z", NULL};
	     *p != NULL; p++) {
		ir_auto_free char *line = strdup(*p);

		ir_host_mount_parse(line, &m);
	}
}

static void
refuses_what_is_not_it(void **state)
{
	(void)state;
	assert_null(ir_host_open("6dbeebd79a91", 1, &err));
	assert_int_equal(err.code, IR_EFORMAT);
	assert_null(ir_host_open(ID, 0, &err));
	assert_int_equal(err.code, IR_ENOENT);
	assert_non_null(strstr(err.msg, "is not running"));
	assert_null(ir_host_open(ID, 4194305, &err)); /* above 2^22 */
	assert_int_equal(err.code, IR_ENOENT);
	assert_non_null(strstr(err.msg, "there is no process"));
	assert_null(ir_host_open(ID, getpid(), &err));
	assert_int_equal(err.code, IR_ENOENT);
	assert_non_null(strstr(err.msg, "is not of container 6dbeebd79a91"));
	ir_host_close(NULL);
}

/* A handle without a container: of a process of ours. */
static struct ir_host
hold(pid_t pid)
{
	struct ir_host h = {.pid = pid, .netns = -1};
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	h.proc = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_not_equal(h.proc, -1);
	return h;
}

static void
knows_the_dead(void **state)
{
	int hold_it[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(hold_it), 0);
	if ((pid = fork()) == 0) {
		char c;

		close(hold_it[1]);
		_exit((int)read(hold_it[0], &c, 1));
	}
	struct ir_host h = hold(pid);
	assert_true(ir_host_alive(&h));
	close(hold_it[1]);
	siginfo_t info;
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_false(ir_host_alive(&h)); /* a zombie */
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_false(ir_host_alive(&h));
	size_t len;
	assert_null(ir_host_read(h.proc, "cgroup", 100, &len, &err));
	close(h.proc);
	close(hold_it[0]);
}

static int
note_thread(void *arg, struct ir_err *e)
{
	(void)e;
	*(pthread_t *)arg = pthread_self();
	return 7;
}

static void
runs_elsewhere(void **state)
{
	ir_auto_close int own = ir_host_own_netns(&err);
	ir_auto_close int null = open("/dev/null", O_RDONLY);
	pthread_t there = pthread_self();

	(void)state;
	assert_int_not_equal(own, -1);
	assert_true(ir_host_same(own, own));
	assert_false(ir_host_same(own, null));
	assert_false(ir_host_same(own, -1));
	assert_int_equal(ir_host_in(null, note_thread, &there, &err), -1);
	assert_true(pthread_equal(there, pthread_self()));
	if (geteuid() != 0)
		return;
	assert_int_equal(ir_host_in(own, note_thread, &there, &err), 7);
	assert_false(pthread_equal(there, pthread_self()));
}

static void
reads_no_more_than_that(void **state)
{
	size_t len;

	(void)state;
	for (size_t max = 1; max < 9000; max = max * 3 + 1) {
		ir_auto_free char *p =
		    ir_host_read(AT_FDCWD, "/dev/zero", max, &len, &err);

		assert_non_null(p);
		assert_int_equal(len, max);
	}
	assert_null(ir_host_read(AT_FDCWD, "/nowhere", 9, &len, &err));
	assert_int_equal(err.code, IR_ENOENT);
	assert_null(ir_host_read(AT_FDCWD, "/", 9, &len, &err));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(bears_its_id),
    cmocka_unit_test(finds_its_part),
    cmocka_unit_test(reads_mounts),
    cmocka_unit_test(refuses_parts_of_mounts),
    cmocka_unit_test(refuses_what_is_not_it),
    cmocka_unit_test(knows_the_dead),
    cmocka_unit_test(runs_elsewhere),
    cmocka_unit_test(reads_no_more_than_that),
};

UNIT_MAIN(tests)
