/* SPDX-License-Identifier: ISC
 *
 * lib/host without a container: what is read from cgroup and mountinfo, and
 * what a handle refuses.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "host/cgroup.h"
#include "host/conntrack.h"
#include "host/dumps.h"
#include "host/inside.h"
#include "host/link.h"
#include "host/mounts.h"
#include "host/resolver.h"

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
	there = (pthread_t)0;
	assert_int_equal(ir_host_in(own, note_thread, &there, &err), 7);
	assert_true(pthread_equal(there, pthread_self()));
	if (unshare(CLONE_NEWNET) == -1)
		return;
	assert_int_equal(ir_host_in(own, note_thread, &there, &err), 7);
	assert_false(pthread_equal(there, pthread_self()));
	assert_int_equal(setns(own, CLONE_NEWNET), 0);
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

static void
reads_resolvers(void **state)
{
	struct ir_host_resolver r;

	(void)state;
	ir_host_resolver_parse("", &r);
	assert_int_equal(r.servers, 0);
	ir_host_resolver_parse("# nameserver 127.0.0.1\nsearch x\n"
			       "nameserver 10.0.0.1",
	    &r);
	assert_int_equal(r.servers, 1);
	assert_int_equal(r.loopback, 0);
	ir_host_resolver_parse("nameserver\t127.0.0.11\n"
			       "nameserver ::1\nnameserver 127.0.0.53 # x\n"
			       "nameserver fe80::1%eth0\nnameserver x\n",
	    &r);
	assert_int_equal(r.servers, 5);
	assert_int_equal(r.loopback, 3);
	assert_int_equal(r.stub, 1);
	assert_int_equal(r.engines, 1);
}

static void
names_connections(void **state)
{
	static const char line[] =
	    "ipv4 2 tcp 6 431999 ESTABLISHED src=10.0.0.2 dst=10.0.0.1 "
	    "sport=1 dport=2 src=10.0.0.1 dst=192.168.0.9 sport=2 dport=1\n";
	struct ir_host_address a = {.family = AF_INET, .bytes = {10, 0, 0, 2}};
	struct ir_host_names names = {NULL, 0};

	(void)state;
	assert_false(ir_host_names_in(&names, line));
	assert_int_equal(ir_host_names_add(&names, &a, &err), 0);
	assert_true(ir_host_names_in(&names, line));
	assert_false(ir_host_names_in(&names, "src=10.0.0.20 dst=10.0.0"));
	assert_false(ir_host_names_in(&names, "10.0.0.2 =10.0.0.2 x=10.0.0.2"));
	assert_true(ir_host_names_in(&names, "src=1.1.1.1 dst=10.0.0.2"));
	/* Everybody has these. */
	a = (struct ir_host_address){
	    .family = AF_INET, .bytes = {127, 0, 0, 1}};
	assert_int_equal(ir_host_names_add(&names, &a, &err), 0);
	a = (struct ir_host_address){
	    .family = AF_INET6, .bytes = {0xfe, 0x80, [15] = 1}};
	assert_int_equal(ir_host_names_add(&names, &a, &err), 0);
	assert_int_equal(names.n, 1);
	a = (struct ir_host_address){
	    .family = AF_INET6, .bytes = {0xfd, 9, [15] = 2}};
	assert_int_equal(ir_host_names_add(&names, &a, &err), 0);
	assert_true(ir_host_names_in(
	    &names, "dst=fd09:0000:0000:0000:0000:0000:0000:0002 sport=9"));
	ir_host_names_free(&names);
}

/* Only the kernel is heard: not even who may send to anybody. */
static void
hears_the_kernel_only(void **state)
{
	ir_auto_close int own = ir_host_own_netns(&err);
	ir_auto_close int fd = ir_host_netlink(own, NETLINK_ROUTE, &err);
	ir_auto_close int forger =
	    socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct sockaddr_nl to;
	socklen_t len = sizeof(to);
	struct nlmsghdr m = {.nlmsg_len = sizeof(m), .nlmsg_type = RTM_NEWLINK};

	(void)state;
	assert_int_not_equal(fd, -1);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&to, &len), 0);
	assert_int_not_equal(to.nl_pid, 0);
	assert_int_equal(sendto(forger, &m, sizeof(m), 0,
			     (struct sockaddr *)&to, sizeof(to)),
	    -1);
	assert_int_equal(errno, geteuid() == 0 ? ECONNREFUSED : EPERM);
}

/* A link as the kernel would tell it, and cut short at every byte. */
static void
parses_links(void **state)
{
	char room[256] __attribute__((aligned(8))) = {0};
	struct nlmsghdr *m = mnl_nlmsg_put_header(room);
	struct ifinfomsg *i = mnl_nlmsg_put_extra_header(m, sizeof(*i));
	struct nlattr *info;
	struct ir_host_link l;

	(void)state;
	m->nlmsg_type = RTM_NEWLINK;
	i->ifi_index = 7;
	mnl_attr_put(m, IFLA_IFNAME, 15, "no NUL at all.."); /* 15 and none */
	mnl_attr_put_u32(m, IFLA_LINK, 9);
	mnl_attr_put_u32(m, IFLA_LINK_NETNSID, 0);
	mnl_attr_put(m, IFLA_ADDRESS, 33, "0123456789012345678901234567890123");
	info = mnl_attr_nest_start(m, IFLA_LINKINFO);
	mnl_attr_put_strz(m, IFLA_INFO_KIND, "veth");
	mnl_attr_nest_end(m, info);
	assert_int_equal(ir_host_link_parse(m, &l), 0);
	assert_string_equal(l.name, "no NUL at all..");
	assert_string_equal(l.kind, "veth");
	assert_int_equal(l.lower, 9);
	assert_int_equal(l.mac_len, 32);
	assert_true(l.elsewhere);
	for (uint32_t n = m->nlmsg_len; n-- > sizeof(*m);) {
		ir_auto_free char *part = malloc(n);
		struct nlmsghdr *p = (void *)part;

		memcpy(part, room, n);
		p->nlmsg_len = n;
		ir_host_link_parse(p, &l);
		for (size_t k = 0; k < IR_HOST_DUMPS; k++)
			json_decref(ir_host_dumps[k].json(p));
	}
	m->nlmsg_type = RTM_DELLINK;
	assert_int_equal(ir_host_link_parse(m, &l), -1);
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
    cmocka_unit_test(reads_resolvers),
    cmocka_unit_test(names_connections),
    cmocka_unit_test(hears_the_kernel_only),
    cmocka_unit_test(parses_links),
};

UNIT_MAIN(tests)
