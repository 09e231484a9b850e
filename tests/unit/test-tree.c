/* SPDX-License-Identifier: ISC
 *
 * tree: the files in a tar, without extracting them.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/proc.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "tests/unit/tar.h"
#include "tree/tree.h"

/* A tree and the descriptor that it reads. */
struct grown {
	int fd;
	struct ir_tree *t;
};

static struct grown
grow(struct ir_buf *b)
{
	struct ir_err err;
	struct grown g;

	tar_end(b);
	g.fd = ir_memfd(b->p, b->len, &err);
	if ((g.t = ir_tree_read(g.fd, "t.tar", &err)) == NULL)
		fail_msg("%s", err.msg);
	ir_buf_free(b);
	return g;
}

static void
fell(struct grown *g)
{
	ir_tree_free(g->t);
	close(g->fd);
}

static void
refused(struct ir_buf *b, const char *why)
{
	struct ir_err err;
	int fd;

	tar_end(b);
	fd = ir_memfd(b->p, b->len, &err);
	assert_null(ir_tree_read(fd, "t.tar", &err));
	assert_int_equal(err.code, IR_EFORMAT);
	if (strstr(err.msg, why) == NULL)
		fail_msg("%s: does not say %s", err.msg, why);
	close(fd);
	ir_buf_free(b);
}

static void
has_digest(const struct ir_node *node, const char *content)
{
	char want[IR_SHA256_HEX], got[IR_SHA256_HEX];

	ir_sha256_mem(content, strlen(content), want);
	ir_hex(got, node->sha256, 32);
	assert_string_equal(got, want);
}

static void
test_paths(void **state)
{
	static const struct {
		const char *in, *out;
	} v[] = {{"a", "/a"}, {"./b", "/b"}, {"/c", "/c"}, {"d/", "/d"},
	    {"./e//f/.//g/.", "/e/f/g"}, {"...", "/..."}, {".h", "/.h"},
	    {"i..", "/i.."}, {"./", "/"}, {".wh.deleted", "/.wh.deleted"},
	    {"..data", "/..data"}, {"j\nk\xff", "/j\nk\xff"}};
	static const char *const bad[] = {
	    "..", "../a", "a/..", "a/../b", "/..", "./../a"};
	struct ir_buf b = IR_BUF_INIT;
	struct grown g;

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		tar_header(&b, '5', v[i].in, "", 0);
	g = grow(&b);
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		if (ir_tree_find(g.t, v[i].out) == NULL)
			fail_msg("no %s for %s", v[i].out, v[i].in);
	assert_null(ir_tree_find(g.t, "/b/"));
	assert_null(ir_tree_find(g.t, ""));
	assert_null(ir_tree_find(g.t, "/zzz"));
	fell(&g);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		tar_file(&b, bad[i], "x");
		refused(&b, "a path that leads out");
	}
	tar_header(&b, '1', "x", "a/../../b", 0);
	refused(&b, "a path that leads out");
}

static void
test_long_paths(void **state)
{
	struct ir_buf b = IR_BUF_INIT;
	static char name[IR_MAX_TREE_PATH];
	struct grown g;

	(void)state;
	memset(name, 'x', sizeof(name));
	name[0] = '/';
	tar_record(&b, 'x', "path", name, sizeof(name) - 1);
	tar_file(&b, "short", "1");
	g = grow(&b);
	name[sizeof(name) - 1] = '\0';
	assert_non_null(ir_tree_find(g.t, name));
	fell(&g);
	name[sizeof(name) - 1] = 'x';
	tar_record(&b, 'x', "path", name, sizeof(name));
	tar_file(&b, "short", "1");
	refused(&b, "a name of 16384 bytes");
	tar_record(&b, 'x', "linkpath", name, sizeof(name));
	tar_header(&b, '2', "short", "short", 0);
	refused(&b, "a link to a name of 16384 bytes");
}

static void
test_order(void **state)
{
	static const char *const in[] = {
	    "a-b", "a/c", "a", "\xff", "a/b/x", "a/b", "ab", "a/b-", ".", "A"};
	static const char *const want[] = {"/", "/A", "/a", "/a/b", "/a/b/x",
	    "/a/b-", "/a/c", "/a-b", "/ab", "/\xff"};
	struct ir_buf b = IR_BUF_INIT;
	const struct ir_node *const *nodes;
	struct grown g;
	size_t n;

	(void)state;
	for (size_t i = 0; i < 10; i++)
		tar_header(&b, '5', in[i], "", 0);
	g = grow(&b);
	nodes = ir_tree_nodes(g.t, &n);
	assert_int_equal(n, 10);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(nodes[i]->path, want[i]);
	fell(&g);
}

static void
special(struct ir_buf *b, char type, unsigned mode)
{
	size_t at = tar_header(b, type, "x", type == '2' ? "../to" : "", 0);

	snprintf(b->p + at + 100, 8, "%07o", mode);
	snprintf(b->p + at + 108, 8, "%07o", 1000);
	snprintf(b->p + at + 116, 8, "%07o", 50);
	snprintf(b->p + at + 329, 8, "%07o", 10);
	snprintf(b->p + at + 337, 8, "%07o", 200);
	tar_checksum(b->p + at);
}

static void
test_kinds(void **state)
{
	static const struct {
		char in, out;
		unsigned mode;
	} v[] = {{'0', '-', 06755}, {'2', 'l', 0777}, {'3', 'c', 0660},
	    {'4', 'b', 0600}, {'5', 'd', 01777}, {'6', 'p', 0644}};
	struct ir_buf b = IR_BUF_INIT;
	const struct ir_node *node;
	struct grown g;

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		special(&b, v[i].in, v[i].mode);
		g = grow(&b);
		assert_non_null(node = ir_tree_find(g.t, "/x"));
		assert_int_equal(node->type, v[i].out);
		assert_int_equal(node->mode, v[i].mode);
		assert_int_equal(node->uid, 1000);
		assert_int_equal(node->gid, 50);
		assert_int_equal(node->mtime, 1000000000);
		if (v[i].out == 'c' || v[i].out == 'b') {
			assert_int_equal(node->major, 10);
			assert_int_equal(node->minor, 200);
		}
		if (v[i].out == 'l')
			assert_string_equal(node->link, "../to");
		fell(&g);
	}
}

static void
test_content(void **state)
{
	struct ir_buf b = IR_BUF_INIT;
	const struct ir_node *node;
	struct ir_err err;
	struct grown g;
	size_t len;

	(void)state;
	tar_file(&b, "first", "one");
	tar_record(&b, 'x', "path", "second", 6);
	tar_file(&b, "x", "content");
	tar_file(&b, "empty", "");
	tar_header(&b, '5', "dir", "", 0);
	g = grow(&b);
	node = ir_tree_find(g.t, "/second");
	assert_int_equal(node->size, 7);
	has_digest(node, "content");
	ir_auto_free char *p = ir_tree_content(g.t, node, 7, &len, &err);
	assert_non_null(p);
	assert_int_equal(len, 7);
	assert_string_equal(p, "content");
	assert_null(ir_tree_content(g.t, node, 6, &len, &err));
	assert_int_equal(err.code, IR_EFORMAT);
	node = ir_tree_find(g.t, "/empty");
	has_digest(node, "");
	ir_auto_free char *q = ir_tree_content(g.t, node, 0, &len, &err);
	assert_non_null(q);
	assert_int_equal(len, 0);
	node = ir_tree_find(g.t, "/dir");
	assert_null(ir_tree_content(g.t, node, 100, &len, &err));
	/* The tar changes under the tree, and then goes away. */
	assert_int_equal(
	    pwrite(g.fd, "C", 1, ir_tree_find(g.t, "/second")->at), 1);
	node = ir_tree_find(g.t, "/second");
	assert_null(ir_tree_content(g.t, node, 7, &len, &err));
	assert_int_equal(err.code, IR_EFORMAT);
	assert_non_null(strstr(err.msg, "t.tar: /second: the tar changed"));
	assert_int_equal(ftruncate(g.fd, 512), 0);
	node = ir_tree_find(g.t, "/second");
	assert_null(ir_tree_content(g.t, node, 7, &len, &err));
	assert_non_null(strstr(err.msg, "t.tar: /second: "));
	fell(&g);
}

static void
test_replaced(void **state)
{
	struct ir_buf b = IR_BUF_INIT;
	const struct ir_node *node;
	struct grown g;
	size_t n;

	(void)state;
	tar_file(&b, "a", "first");
	tar_file(&b, "b", "other");
	tar_file(&b, "./a", "last");
	g = grow(&b);
	ir_tree_nodes(g.t, &n);
	assert_int_equal(n, 2);
	assert_non_null(node = ir_tree_find(g.t, "/a"));
	has_digest(node, "last");
	fell(&g);
}

static void
test_hardlinks(void **state)
{
	struct ir_buf b = IR_BUF_INIT;
	const struct ir_node *node;
	struct ir_err err;
	struct grown g;
	size_t len;

	(void)state;
	tar_file(&b, "z", "first");
	tar_header(&b, '1', "a", "z", 0);
	tar_header(&b, '1', "b", "./a", 0);
	tar_file(&b, "z", "last");
	tar_header(&b, '1', "c", "z", 0);
	tar_header(&b, '2', "l", "elsewhere", 0);
	tar_header(&b, '1', "m", "l", 0);
	tar_header(&b, '1', "lost", "nothing", 0);
	tar_header(&b, '1', "self", "self", 0);
	tar_header(&b, '1', "lost2", "lost", 0);
	g = grow(&b);
	has_digest(ir_tree_find(g.t, "/a"), "first");
	node = ir_tree_find(g.t, "/b");
	has_digest(node, "first");
	assert_int_equal(node->size, 5);
	assert_string_equal(node->path, "/b");
	assert_string_equal(node->hardlink, "/a");
	ir_auto_free char *p = ir_tree_content(g.t, node, 9, &len, &err);
	assert_string_equal(p, "first");
	has_digest(ir_tree_find(g.t, "/c"), "last");
	node = ir_tree_find(g.t, "/m");
	assert_int_equal(node->type, 'l');
	assert_string_equal(node->link, "elsewhere");
	node = ir_tree_find(g.t, "/lost");
	assert_true(node->unknown);
	assert_int_equal(node->type, '-');
	assert_null(ir_tree_content(g.t, node, 9, &len, &err));
	assert_true(ir_tree_find(g.t, "/self")->unknown);
	assert_true(ir_tree_find(g.t, "/lost2")->unknown);
	assert_false(ir_tree_find(g.t, "/a")->unknown);
	fell(&g);
	tar_header(&b, '5', "d", "", 0);
	tar_header(&b, '1', "x", "d", 0);
	refused(&b, "/x: a hard link to a directory");
}

static void
test_xattrs(void **state)
{
	static const uint8_t none[32];
	struct ir_buf b = IR_BUF_INIT;
	const struct ir_node *x, *y, *z, *w;
	struct grown g;

	(void)state;
	tar_record(&b, 'x', "SCHILY.xattr.security.capability", "\1\0\0\2", 4);
	tar_file(&b, "x", "1");
	tar_pax(&b, 'x', "19 SCHILY.xattr.b=\n23 SCHILY.xattr.aaa=11\n", 42);
	tar_file(&b, "y", "1");
	tar_pax(&b, 'x', "23 SCHILY.xattr.aaa=11\n19 SCHILY.xattr.b=\n", 42);
	tar_file(&b, "z", "1");
	tar_file(&b, "w", "1");
	g = grow(&b);
	x = ir_tree_find(g.t, "/x");
	y = ir_tree_find(g.t, "/y");
	z = ir_tree_find(g.t, "/z");
	w = ir_tree_find(g.t, "/w");
	assert_memory_equal(w->xattrs, none, 32);
	assert_memory_not_equal(x->xattrs, none, 32);
	assert_memory_not_equal(x->xattrs, y->xattrs, 32);
	assert_memory_equal(y->xattrs, z->xattrs, 32);
	fell(&g);
}

/* One member in pax's sparse form 0.1: a name, a map, what is in the tar. */
static void
sparse(struct ir_buf *b, const char *size, const char *map, const char *data)
{
	struct ir_buf r = IR_BUF_INIT;
	const char *const pairs[][2] = {{"GNU.sparse.size", size},
	    {"GNU.sparse.numblocks", "2"}, {"GNU.sparse.map", map}};

	for (size_t i = 0; i < 3; i++) {
		size_t n = strlen(pairs[i][0]) + strlen(pairs[i][1]) + 5;

		assert_true(n > 9 && n < 100);
		ir_buf_printf(&r, "%zu %s=%s\n", n, pairs[i][0], pairs[i][1]);
	}
	tar_pax(b, 'x', r.p, r.len);
	tar_file(b, "s", data);
	ir_buf_free(&r);
}

/* Holes cost nothing, however large, and where they are counts. */
static void
test_sparse(void **state)
{
	static const struct {
		const char *size, *map;
	} v[] = {{"10000000000009", "0,2,10000000000000,2"},
	    {"10000000000009", "0,2,10000000000001,2"},
	    {"10000000000009", "1,2,10000000000000,2"},
	    {"10000000000009", "0,1,1,3"},
	    {"10000000000010", "0,2,10000000000000,2"}};
	struct ir_buf b = IR_BUF_INIT;
	const struct ir_node *node;
	uint8_t seen[5][32];
	struct ir_err err;
	struct grown g;
	size_t len;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		sparse(&b, v[i].size, v[i].map, "abcd");
		g = grow(&b);
		assert_non_null(node = ir_tree_find(g.t, "/s"));
		assert_int_equal(node->size, strtoull(v[i].size, NULL, 10));
		assert_true(node->sparse);
		memcpy(seen[i], node->sha256, 32);
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(seen[i], seen[k], 32);
		assert_null(ir_tree_content(g.t, node, SIZE_MAX, &len, &err));
		assert_int_equal(err.code, IR_EFORMAT);
		fell(&g);
	}
	sparse(&b, "9", "0,2,8,2", "abcd");
	refused(&b, "");
	sparse(&b, "9", "4,2,1,2", "abcd");
	refused(&b, "");
}

static void
test_cut(void **state)
{
	struct ir_buf b = IR_BUF_INIT;
	struct ir_err err;

	(void)state;
	tar_file(&b, "a", "content");
	tar_header(&b, '5', "d", "", 0);
	tar_end(&b);
	for (size_t len = 0; len < b.len; len += 64) {
		int fd = ir_memfd(b.p, len, &err);

		assert_null(ir_tree_read(fd, "t.tar", &err));
		assert_int_equal(err.code, IR_EFORMAT);
		close(fd);
	}
	ir_buf_free(&b);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_paths),
    cmocka_unit_test(test_long_paths),
    cmocka_unit_test(test_order),
    cmocka_unit_test(test_kinds),
    cmocka_unit_test(test_content),
    cmocka_unit_test(test_replaced),
    cmocka_unit_test(test_hardlinks),
    cmocka_unit_test(test_xattrs),
    cmocka_unit_test(test_sparse),
    cmocka_unit_test(test_cut),
};

UNIT_MAIN(tests)
