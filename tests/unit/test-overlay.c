/* SPDX-License-Identifier: ISC
 *
 * An engine's memory of a tar that is malformed, cut short or without end; a
 * layer of a directory as a hostile container makes it; and what several layers
 * make together.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "archive/gzip.h"
#include "archive/layer.h"
#include "base/limits.h"
#include "memsink.h"
#include "overlay/layer.h"
#include "overlay/split.h"
#include "tar.h"
#include "tree/tree.h"
#include "unit.h"

/* A descriptor from which those bytes can be read. */
static int
holding(const void *p, size_t n)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_int_equal(write(fd, p, n), (ssize_t)n);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static struct ir_split *
split_of(const char *text, size_t n)
{
	struct ir_err err;
	struct ir_split *s = ir_split_open(
	    ir_source_fd(holding(text, n), "split", &err), "split", &err);

	assert_non_null(s);
	return s;
}

static void
test_split(void **state)
{
	static const char text[] =
	    "{\"type\":2,\"payload\":\"YWJj\",\"position\":0}\n"
	    "{\"type\":1,\"name\":\"etc/\\u003ca\",\"size\":9,"
	    "\"payload\":\"uQlBAAAAAAA=\",\"position\":1}\n"
	    "{\"type\":1,\"name_raw\":\"/w==\",\"payload\":null,\"position\":2}"
	    "\n";
	struct ir_split *s = split_of(text, sizeof(text) - 1);
	const struct ir_split_entry *e;
	struct ir_err err;

	(void)state;
	e = ir_split_next(s, &err);
	assert_non_null(e);
	assert_false(e->file);
	assert_memory_equal(e->bytes.p, "abc", 4);
	e = ir_split_next(s, &err);
	assert_non_null(e);
	assert_string_equal(e->bytes.p, "etc/<a");
	assert_true(e->file && e->summed && e->size == 9);
	e = ir_split_next(s, &err);
	assert_non_null(e);
	assert_string_equal(e->bytes.p, "\xff");
	assert_false(e->summed);
	assert_null(ir_split_next(s, &err));
	assert_int_equal(err.code, IR_OK);
	ir_split_close(s);
	/* The check value of CRC-64/GO-ISO, and that it can be had by parts. */
	assert_true(ir_split_crc(0, "123456789", 9) == 0xb90956c775a41001u);
	assert_true(ir_split_crc(ir_split_crc(0, "1234", 4), "56789", 5) ==
		    0xb90956c775a41001u);
}

static void
test_bad_split(void **state)
{
	static const char *const bad[] = {
	    "{\"type\":3,\"payload\":null,\"position\":0}\n",
	    "{\"type\":2,\"payload\":\"YWJj\",\"position\":1}\n",
	    "{\"type\":2,\"payload\":\"YW*j\",\"position\":0}\n",
	    "{\"type\":1,\"payload\":null,\"position\":0}\n",
	    "{\"type\":1,\"name\":\"a\",\"size\":-1,\"position\":0}\n",
	    "{\"type\":1,\"name\":\"a\",\"payload\":\"YQ==\",\"position\":0}\n",
	    "{\"type\":1,\"name_raw\":\"YQBh\",\"position\":0}\n",
	    "{\"type\":2,\"payload\":\"YWJj\",\"position\":0}", /* cut short */
	    "[]\n", "\n", "{\n"};
	struct ir_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ir_split *s = split_of(bad[i], strlen(bad[i]));

		assert_null(ir_split_next(s, &err));
		assert_int_equal(err.code, IR_EFORMAT);
		ir_split_close(s);
	}
}

static void
test_endless_split(void **state)
{
	size_t n = IR_MAX_SPLIT_LINE + 2;
	char *text = malloc(n);
	struct ir_split *s;
	struct ir_err err;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', n);
	s = split_of(text, n);
	assert_null(ir_split_next(s, &err));
	assert_int_equal(err.code, IR_EFORMAT);
	assert_non_null(strstr(err.msg, "a line of more than"));
	ir_split_close(s);
	free(text);
}

static void
test_no_gzip(void **state)
{
	struct ir_err err;

	(void)state;
	assert_null(ir_gzip_source(
	    ir_source_fd(holding("plain text", 10), "x", &err), "x", &err));
	assert_int_equal(err.code, IR_EFORMAT);
}

static int
omitted(void *arg, const char *path, const char *what, struct ir_err *err)
{
	(void)what, (void)err;
	ir_buf_printf(arg, "%s;", path);
	return 0;
}

/* The directory, as a layer, as a tree; out is what was left out. */
static struct ir_tree *
layer_of(const char *dir, struct ir_buf *out, uint64_t *entries)
{
	struct ir_overlay_take t = {.omitted = omitted, .arg = out};
	int top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;
	struct ir_tree_layer l = {.name = "layer"};
	struct ir_tree *tree;
	struct memsink m;
	struct ir_err err;
	struct memfile *f;

	memsink_init(&m);
	assert_int_equal(
	    ir_overlay_layer(top, m.sink.open(&m.sink, "x", &err), &t, &err),
	    0);
	f = memsink_file(&m, "x");
	assert_true(f->closed && f->gap[0] == '\0');
	l.fd = fd = holding(f->data.p, f->data.len);
	tree = ir_tree_stack(NULL, &l, 1, &err);
	assert_non_null(tree);
	*entries = t.entries;
	memsink_free(&m);
	close(top);
	close(fd);
	return tree;
}

/* Deeper than the levels that stay open, and than any path of the kernel's. */
static void
test_deep(void **state)
{
	char top[] = "/tmp/ir-overlay.XXXXXX", name[101];
	struct ir_buf out = IR_BUF_INIT;
	const struct ir_node *const *nodes;
	struct ir_tree *tree;
	uint64_t entries;
	size_t n, deepest = 0;
	int dir, below, status;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(top));
	memset(name, 'd', 100);
	name[100] = '\0';
	dir = open(top, O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < 170; i++) {
		assert_int_equal(mkdirat(dir, name, 0755), 0);
		assert_int_equal(mkdirat(dir, "beside", 0700), 0);
		below = openat(dir, name, O_RDONLY | O_DIRECTORY);
		close(dir);
		dir = below;
	}
	close(dir);
	tree = layer_of(top, &out, &entries);
	nodes = ir_tree_nodes(tree, &n);
	for (size_t i = 0; i < n; i++)
		if (strlen(nodes[i]->path) > deepest)
			deepest = strlen(nodes[i]->path);
	/* 162 times 101 bytes are the last that fit. */
	assert_int_equal(deepest, 162 * 101 + strlen("/beside"));
	assert_int_equal(n, entries);
	assert_int_equal(n, 162 + 163);
	assert_non_null(out.p); /* and the others were told */
	ir_tree_free(tree);
	ir_buf_free(&out);
	if ((pid = fork()) == 0) {
		execlp("rm", "rm", "-rf", top, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static struct ir_tree *
stack(struct ir_buf *v, size_t n, int *fds)
{
	struct ir_tree_layer l[4];
	struct ir_tree *t;
	struct ir_err err;

	for (size_t i = 0; i < n; i++) {
		tar_end(&v[i]);
		fds[i] = holding(v[i].p, v[i].len);
		l[i] = (struct ir_tree_layer){fds[i], "layer"};
		ir_buf_free(&v[i]);
	}
	t = ir_tree_stack(NULL, l, n, &err);
	assert_non_null(t);
	return t;
}

static void
dir(struct ir_buf *b, const char *name)
{
	tar_header(b, '5', name, "", 0);
}

static void
test_stack(void **state)
{
	static const char *const want[] = {"/a", "/a/.wh", "/a/kept", "/e",
	    "/f", "/f/new", "/l2", "/o", "/o/above", "/x-y"};
	struct ir_buf v[3] = {IR_BUF_INIT, IR_BUF_INIT, IR_BUF_INIT};
	const struct ir_node *const *nodes;
	struct ir_tree *t;
	char *text;
	struct ir_err err;
	size_t n, len;
	int fds[3];

	(void)state;
	dir(&v[0], "a/");
	tar_file(&v[0], "a/gone", "1");
	tar_file(&v[0], "a/kept", "1");
	dir(&v[0], "o/");
	tar_file(&v[0], "o/below", "1");
	dir(&v[0], "x/");
	tar_file(&v[0], "x/1", "1");
	tar_file(&v[0], "x-y", "1"); /* sorts near, and is not in x */
	tar_file(&v[0], "f", "file");
	dir(&v[0], "e/");
	tar_file(&v[0], "e/1", "1");
	tar_file(&v[0], "l1", "linked");
	tar_header(&v[0], '1', "l2", "l1", 0);
	tar_file(&v[1], "a/.wh.gone", "");
	tar_file(&v[1], "a/.wh", "no marker");
	dir(&v[1], "o/");
	tar_file(&v[1], "o/.wh..wh..opq", "");
	tar_file(&v[1], "o/above", "2");
	tar_file(&v[1], ".wh.x", "");
	tar_file(&v[1], ".wh.nothing", "");
	tar_file(&v[2], "e", "a file now");
	dir(&v[2], "f/");
	tar_file(&v[2], "f/new", "3");
	tar_file(&v[2], ".wh.l1", "");
	t = stack(v, 3, fds);
	nodes = ir_tree_nodes(t, &n);
	assert_int_equal(n, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < n; i++)
		assert_string_equal(nodes[i]->path, want[i]);
	assert_null(ir_tree_find(t, "/l2")->hardlink);
	text = ir_tree_content(t, ir_tree_find(t, "/l2"), 99, &len, &err);
	assert_string_equal(text, "linked");
	free(text);
	text = ir_tree_content(t, ir_tree_find(t, "/f/new"), 99, &len, &err);
	assert_string_equal(text, "3");
	free(text);
	ir_tree_free(t);
	for (size_t i = 0; i < 3; i++)
		close(fds[i]);
}

/* A link in an upper layer to a file that only a lower one has. */
static void
test_link_across(void **state)
{
	struct ir_buf v[2] = {IR_BUF_INIT, IR_BUF_INIT};
	struct ir_tree *t;
	int fds[2];

	(void)state;
	tar_file(&v[0], "low", "low");
	tar_header(&v[1], '1', "high", "low", 0);
	tar_header(&v[1], '1', "lost", "nowhere", 0);
	t = stack(v, 2, fds);
	assert_false(ir_tree_find(t, "/high")->unknown);
	assert_int_equal(ir_tree_find(t, "/high")->size, 3);
	assert_string_equal(ir_tree_find(t, "/high")->hardlink, "/low");
	assert_true(ir_tree_find(t, "/lost")->unknown);
	ir_tree_free(t);
	close(fds[0]);
	close(fds[1]);
}

/* All that a tar's fields are too small for comes back as it was. */
static void
test_writer(void **state)
{
	static const struct ir_tar_xattr attr = {"user.x", "a\0\n=b", 5};
	static const struct ir_tar_piece pieces[] = {
	    {1ull << 42, 4}, {(1ull << 43) - 1, 1}};
	static char path[300];
	struct ir_tar_member m = {.path = path,
	    .type = '-',
	    .mode = 06755,
	    .uid = UINT32_MAX - 1,
	    .gid = 3000000,
	    .mtime = -2,
	    .mtime_ns = 750000000,
	    .size = 1ull << 43,
	    .sparse = true,
	    .xattrs = &attr,
	    .nxattrs = 1};
	const struct ir_tar_member *got;
	struct memsink sink;
	struct ir_layer *w;
	struct ir_tar *t;
	struct ir_err err;
	uint64_t at;
	const void *p;
	size_t n;

	(void)state;
	memset(path, '\xfe', sizeof(path) - 1);
	memsink_init(&sink);
	w = ir_layer_create(sink.sink.open(&sink.sink, "x", &err), &err);
	assert_int_equal(ir_layer_add(w, &m, pieces, 2, &err), 0);
	assert_int_equal(ir_layer_put(w, "datae", 5, &err), 0);
	assert_int_equal(ir_layer_put(w, "!", 1, &err), -1);
	m.xattrs = &(struct ir_tar_xattr){"user.a=b", "", 0};
	assert_int_equal(ir_layer_add(w, &m, pieces, 2, &err), -1);
	assert_int_equal(err.code, IR_EFORMAT);
	assert_int_equal(ir_layer_finish(w, NULL, &err), 0);
	n = sink.files[0].data.len;
	t = ir_tar_open(
	    ir_source_fd(holding(sink.files[0].data.p, n), "x", &err), 9, "x",
	    &err);
	got = ir_tar_next(t, &err);
	assert_non_null(got);
	assert_string_equal(got->path, path);
	assert_true(got->uid == m.uid && got->gid == m.gid &&
		    got->mode == m.mode && got->size == m.size && got->sparse);
	/* libarchive takes the fraction of such a time for one after it. */
	assert_non_null(memmem(sink.files[0].data.p, sink.files[0].data.len,
	    "mtime=-1.250000000\n", 19));
	assert_int_equal(got->nxattrs, 1);
	assert_memory_equal(got->xattrs[0].value, "a\0\n=b", 5);
	assert_int_equal(ir_tar_data(t, &p, &n, &at, &err), 1);
	assert_true(at == pieces[0].at && n == 4);
	assert_memory_equal(p, "data", 4);
	assert_int_equal(ir_tar_data(t, &p, &n, &at, &err), 1);
	assert_true(at == pieces[1].at && n == 1);
	assert_int_equal(ir_tar_data(t, &p, &n, &at, &err), 0);
	assert_null(ir_tar_next(t, &err));
	assert_int_equal(err.code, IR_OK);
	ir_tar_close(t);
	memsink_free(&sink);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_split),
    cmocka_unit_test(test_bad_split),
    cmocka_unit_test(test_endless_split),
    cmocka_unit_test(test_no_gzip),
    cmocka_unit_test(test_deep),
    cmocka_unit_test(test_stack),
    cmocka_unit_test(test_link_across),
    cmocka_unit_test(test_writer),
};

UNIT_MAIN(tests)
