/* SPDX-License-Identifier: ISC
 *
 * What intruders leave in a running container, for a test of what is collected
 * of it; each word starts one thing and stays:
 *
 *	secret	has a string in its heap
 *	memfd	runs a program that was never a file: itself
 *	stay	nothing more
 *	names	calls itself like a thread of the kernel, with a line feed
 *	zombie	has a child that is dead and not waited for
 *	away	is in a network namespace of its own
 *	hang	has its environment on a file system that it serves, and does
 *		not
 *	holes	has a mapping of a terabyte, of which it uses two pages
 *	sockets	talks to itself over TCP, and listens on a socket without a file
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Says that it is as it is to be, and stays so. */
static _Noreturn void
stay(const char *word)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/tmp/ready-%s", word);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	for (;;)
		pause();
}

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(1);
}

static void
secret(void)
{
	char *p = malloc(100000);

	/* Put together here, so that the file does not have it. */
	snprintf(p + 50000, 100, "%s-%s-%d", "the-secret", "of-the-heap", 4711);
	stay("secret");
}

static void
memfd(void)
{
	static char name[] = "[kworker/u4:2]", word[] = "sleep";
	char *const argv[] = {name, word, NULL};
	int fd = memfd_create("not here", 0), self;
	static char buf[1 << 20];
	ssize_t n;

	self = open("/proc/self/exe", O_RDONLY);
	while ((n = read(self, buf, sizeof(buf))) > 0)
		if (write(fd, buf, (size_t)n) != n)
			die("memfd");
	fexecve(fd, argv, environ);
	die("fexecve");
}

static void
names(void)
{
	prctl(PR_SET_NAME, "k\n) R 1 (\033[2J");
	stay("names");
}

static void
zombie(void)
{
	if (fork() == 0)
		_exit(0);
	stay("zombie");
}

static void
away(void)
{
	if (unshare(CLONE_NEWNET) == -1)
		die("unshare");
	stay("away");
}

static void
holes(void)
{
	size_t size = (size_t)1 << 40;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	strcpy(p, "first-page-of-the-hole");
	strcpy(p + size - 4096, "last-page-of-the-hole");
	stay("holes");
}

static void
sockets(void)
{
	struct sockaddr_in a = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_un u = {.sun_family = AF_UNIX, .sun_path = "\0hidden"};
	int l = socket(AF_INET, SOCK_STREAM, 0);
	int c = socket(AF_INET, SOCK_STREAM, 0);
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	a.sin_port = htons(4711);
	if (bind(l, (struct sockaddr *)&a, sizeof(a)) == -1 ||
	    listen(l, 1) == -1 ||
	    connect(c, (struct sockaddr *)&a, sizeof(a)) == -1 ||
	    accept(l, NULL, NULL) == -1)
		die("tcp");
	if (bind(s, (struct sockaddr *)&u,
		offsetof(struct sockaddr_un, sun_path) + 7) == -1 ||
	    listen(s, 1) == -1)
		die("unix");
	stay("sockets");
}

/* --- A file system with one file, that answers all but reading it. */

#define SIZE 65536

static int fuse;

static void
answer(uint64_t unique, int error, const void *p, size_t n)
{
	char buf[4096];
	struct fuse_out_header h = {(uint32_t)(sizeof(h) + n), error, unique};

	memcpy(buf, &h, sizeof(h));
	if (n > 0)
		memcpy(buf + sizeof(h), p, n);
	if (write(fuse, buf, h.len) == -1)
		die("fuse");
}

static struct fuse_attr
attributes(uint64_t node)
{
	struct fuse_attr a = {.ino = node, .nlink = 1};

	a.mode = node == 1 ? S_IFDIR | 0755 : S_IFREG | 0644;
	a.size = node == 1 ? 0 : SIZE;
	return a;
}

static void
serve_one(const struct fuse_in_header *in)
{
	struct fuse_init_out init = {
	    .major = 7, .minor = 31, .max_write = 4096};
	struct fuse_entry_out entry = {.nodeid = 2,
	    .entry_valid = 1000,
	    .attr_valid = 1000,
	    .attr = attributes(2)};
	struct fuse_attr_out attr = {
	    .attr_valid = 1000, .attr = attributes(in->nodeid)};
	struct fuse_open_out opened = {0};

	switch (in->opcode) {
	case FUSE_INIT:
		answer(in->unique, 0, &init, sizeof(init));
		break;
	case FUSE_LOOKUP:
		answer(in->unique, 0, &entry, sizeof(entry));
		break;
	case FUSE_GETATTR:
		answer(in->unique, 0, &attr, sizeof(attr));
		break;
	case FUSE_OPEN:
		answer(in->unique, 0, &opened, sizeof(opened));
		break;
	case FUSE_READ:
		break;
	default:
		answer(in->unique, -ENOSYS, NULL, 0);
	}
}

static void
serve(void)
{
	static char buf[1 << 20];

	while (read(fuse, buf, sizeof(buf)) > 0)
		serve_one((const struct fuse_in_header *)(void *)buf);
}

/* The environment is said to be there, as anybody may who has read what its
 * other places are. */
static void
set_environment(uintptr_t at)
{
	struct prctl_mm_map m = {.exe_fd = (__u32)-1};
	unsigned long long v[52] = {0};
	FILE *f = fopen("/proc/self/stat", "r");

	if (f == NULL || fscanf(f, "%*d %*s %*c") == EOF)
		die("stat");
	for (int i = 4; i < 52; i++)
		if (fscanf(f, "%llu", &v[i]) != 1)
			die("stat");
	fclose(f);
	m.start_code = v[26];
	m.end_code = v[27];
	m.start_stack = v[28];
	m.start_data = v[45];
	m.end_data = v[46];
	m.start_brk = v[47];
	m.brk = (uintptr_t)sbrk(0);
	m.arg_start = v[48];
	m.arg_end = v[49];
	m.env_start = at;
	m.env_end = at + SIZE;
	if (prctl(PR_SET_MM, PR_SET_MM_MAP, &m, sizeof(m), 0) == -1)
		die("PR_SET_MM_MAP");
}

static void
hang(void)
{
	char option[100];
	char *p;
	int fd;

	mkdir("/tmp/served", 0755);
	fuse = open("/dev/fuse", O_RDWR);
	snprintf(option, sizeof(option),
	    "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", fuse);
	if (fuse == -1 || mount("x", "/tmp/served", "fuse", 0, option) == -1)
		die("fuse");
	if (fork() == 0) {
		serve();
		_exit(0);
	}
	/* When the one who serves it ends, so does all waiting for it. */
	close(fuse);
	fd = open("/tmp/served/file", O_RDONLY);
	p = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd, 0);
	if (fd == -1 || p == MAP_FAILED)
		die("a file that is served");
	set_environment((uintptr_t)p);
	stay("hang");
}

static void
just_stay(void)
{
	stay("stay");
}

static const struct {
	const char *word;
	void (*run)(void);
} acts[] = {
    {"secret", secret},
    {"memfd", memfd},
    {"names", names},
    {"zombie", zombie},
    {"away", away},
    {"hang", hang},
    {"holes", holes},
    {"sockets", sockets},
    {"stay", just_stay},
};

int
main(int argc, char **argv)
{
	/* What memfd() started. */
	if (argc == 2 && strcmp(argv[1], "sleep") == 0)
		stay("memfd");
	for (size_t i = 0; argc == 2 && i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(argv[1], acts[i].word) == 0)
			acts[i].run();
	return 2;
}
