/* SPDX-License-Identifier: ISC
 *
 * Every socket of the container with the processes that have it open, and what
 * the kernel keeps of its network besides: links, routes, neighbours, tracked
 * connections, names, filters.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "collectors/copy.h"
#include "collectors/jsonl.h"
#include "collectors/socketline.h"
#include "host/each.h"
#include "host/nft.h"
#include "host/state.h"
#include "json/json.h"

/* Network namespaces of one container that are looked at. */
#define MAX_SPACES 256u

/* Who has it open. */
struct owner {
	unsigned long long inode;
	pid_t pid;
	int fd;
	bool told;
};

struct run {
	const struct ir_target *t;
	struct ir_sink *sink;
	struct ir_jsonl j;
	struct owner *v; /* by inode, once all are known */
	size_t n, cap;
	int spaces[MAX_SPACES]; /* /proc/PID of one process in each */
	ino_t inodes[MAX_SPACES];
	size_t nspaces;
	bool more;  /* than that */
	ino_t ours; /* the host's own */
	bool whole; /* /proc could all be read */
};

static int
by_inode(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return x->pid != y->pid ? (x->pid < y->pid ? -1 : 1) : x->fd - y->fd;
}

static int
add_owner(struct run *r, struct owner o, struct ir_err *err)
{
	if (r->n == r->cap) {
		size_t cap = r->cap == 0 ? 256 : 2 * r->cap;
		struct owner *v = reallocarray(r->v, cap, sizeof(*v));

		if (v == NULL)
			return ir_fail_mem(err);
		r->v = v;
		r->cap = cap;
	}
	r->v[r->n++] = o;
	return 0;
}

struct looking {
	struct run *r;
	const struct ir_host_one *one;
};

static int
on_fd(void *arg, const struct ir_host_fd *f, struct ir_err *err)
{
	struct looking *l = arg;
	const char *p = ir_text_after(f->target, "socket:[");

	if (p == NULL)
		return 0;
	return add_owner(l->r,
	    (struct owner){strtoull(p, NULL, 10), l->one->pid, f->fd, false},
	    err);
}

static void
add_space(struct run *r, const struct ir_host_one *one)
{
	struct stat st;

	if (fstatat(one->dir, "ns/net", &st, 0) == -1)
		return;
	for (size_t i = 0; i < r->nspaces; i++)
		if (r->inodes[i] == st.st_ino)
			return;
	if (r->nspaces == MAX_SPACES) {
		r->more = true;
		return;
	}
	r->inodes[r->nspaces] = st.st_ino;
	r->spaces[r->nspaces++] = fcntl(one->dir, F_DUPFD_CLOEXEC, 0);
}

static int
look(void *arg, const struct ir_host_one *one, struct ir_err *err)
{
	struct looking l = {arg, one};
	struct ir_err why = {IR_OK, ""};

	add_space(l.r, one);
	if (ir_host_fds(one->dir, on_fd, &l, &why) == -1 &&
	    why.code == IR_EINTERNAL) {
		*err = why;
		return -1;
	}
	return 0;
}

/* The first of those that have it, or NULL. */
static struct owner *
owners(const struct run *r, unsigned long long inode)
{
	size_t low = 0, high = r->n;

	while (low < high) {
		size_t i = low + (high - low) / 2;

		if (r->v[i].inode < inode)
			low = i + 1;
		else
			high = i;
	}
	return low < r->n && inode != 0 && r->v[low].inode == inode ? &r->v[low]
								    : NULL;
}

static json_t *
processes(const struct run *r, struct owner *o)
{
	json_t *list = json_array();
	unsigned long long inode = o != NULL ? o->inode : 0;

	for (; o != NULL && o < r->v + r->n && o->inode == inode; o++) {
		o->told = true;
		json_array_append_new(list,
		    json_pack("{s:i, s:i}", "pid", (int)o->pid, "fd", o->fd));
	}
	return list;
}

/* In the host's own network only the container's are of interest. */
static int
put(struct run *r, json_t *v, ino_t space, struct ir_err *err)
{
	struct owner *o =
	    owners(r, (unsigned long long)ir_json_int(v, "inode"));

	if (o == NULL && space == r->ours) {
		json_decref(v);
		return 0;
	}
	json_object_set_new(v, "netns", json_integer((json_int_t)space));
	json_object_set_new(v, "processes", processes(r, o));
	ir_jsonl_open(&r->j, v);
	return ir_jsonl_end(&r->j, err);
}

/* A kind that the kernel does not have is none. */
static int
take_file(struct run *r, size_t space, const struct ir_socketfile *f,
    struct ir_err *err)
{
	char path[32];
	ir_auto_free char *line = NULL;
	size_t size = 0;
	int rc = 0;

	snprintf(path, sizeof(path), "net/%s", f->name);
	int fd = openat(r->spaces[space], path, O_RDONLY | O_CLOEXEC);
	FILE *in = fd != -1 ? fdopen(fd, "r") : NULL;
	if (in == NULL)
		return 0;
	while (rc == 0 && getline(&line, &size, in) > 0) {
		json_t *v;

		line[strcspn(line, "\n")] = '\0';
		if ((v = f->parse(f->name, line)) != NULL)
			rc = put(r, v, r->inodes[space], err);
	}
	if (ferror(in))
		r->whole = false;
	fclose(in);
	return rc;
}

/* Sockets of other kinds, or of networks that no process is in. */
static int
put_rest(struct run *r, struct ir_err *err)
{
	for (size_t i = 0; i < r->n; i++) {
		if (r->v[i].told)
			continue;
		json_t *v = json_pack("{s:s, s:I}", "kind", "other", "inode",
		    (json_int_t)r->v[i].inode);
		json_object_set_new(v, "processes", processes(r, &r->v[i]));
		ir_jsonl_open(&r->j, v);
		if (ir_jsonl_end(&r->j, err) == -1)
			return -1;
	}
	return 0;
}

static int
take_all(struct run *r, struct ir_err *err)
{
	struct ir_err second;
	int rc = 0;
	ir_auto_free char *path =
	    ir_asprintf(err, "%s/sockets.jsonl", r->t->dir);

	if (path == NULL)
		return -1;
	if (r->sink->has(r->sink, path))
		return 0;
	if ((r->j.out = r->sink->open(r->sink, path, err)) == NULL)
		return -1;
	if (r->n > 0)
		qsort(r->v, r->n, sizeof(*r->v), by_inode);
	for (size_t i = 0; rc == 0 && i < r->nspaces; i++)
		for (size_t k = 0; rc == 0 && k < IR_SOCKETFILES; k++)
			rc = take_file(r, i, &ir_socketfiles[k], err);
	if (rc == 0)
		rc = put_rest(r, err);
	if (ir_jsonl_flush(&r->j, rc == 0 ? err : &second) == -1)
		rc = -1;
	if (rc == 0)
		return r->j.out->close(r->j.out, NULL, err);
	r->j.out->close(r->j.out, err->msg, &second);
	return -1;
}

static int
put_text(struct run *r, const char *file, const void *p, size_t n,
    struct ir_err *err)
{
	ir_auto_free char *path = ir_asprintf(err, "%s/%s", r->t->dir, file);

	if (path == NULL)
		return -1;
	return r->sink->has(r->sink, path)
		   ? 0
		   : ir_sink_put(r->sink, path, p, n, err);
}

/* The rulesets that are in force for it, each by its namespace.  Without nft
 * the rest still counts: the reason stands there. */
static void
take_rules(struct run *r, json_t *ledger)
{
	for (size_t i = 0; i < r->nspaces; i++) {
		char file[48];
		struct ir_err why;
		ir_auto_close int ns =
		    openat(r->spaces[i], "ns/net", O_RDONLY | O_CLOEXEC);
		ir_auto_free char *text =
		    ns != -1 ? ir_host_nft_ruleset(ns, &why) : NULL;

		snprintf(file, sizeof(file), "nft-%llu.json",
		    (unsigned long long)r->inodes[i]);
		if (ns == -1)
			ir_fail(&why, IR_ENOENT, "its processes ended");
		if (text != NULL &&
		    put_text(r, file, text, strlen(text), &why) == 0)
			json_array_append_new(
			    ledger, json_pack("{s:s, s:s, s:I}", "what", file,
					"outcome", "collected", "bytes",
					(json_int_t)strlen(text)));
		else
			json_array_append_new(
			    ledger, json_pack("{s:s, s:s, s:o}", "what", file,
					"outcome", "skipped", "why",
					ir_json_text(why.msg)));
	}
}

static int
take_state(struct run *r, struct ir_err *err)
{
	ir_auto_buf struct ir_buf tar = IR_BUF_INIT;
	json_t *list = NULL;
	int rc = ir_host_state(r->t->host, &tar, &list, err);
	json_auto_t *ledger = list;

	if (rc == -1)
		return -1;
	take_rules(r, ledger);
	ir_auto_free char *text = ir_json_pretty(ledger, err);
	if (text == NULL ||
	    put_text(r, "network.json", text, strlen(text), err) == -1)
		return -1;
	return put_text(r, "network.tar", tar.p, tar.len, err);
}

static enum ir_collected
run_all(struct run *r, struct ir_err *err)
{
	if (ir_host_each(r->t->host, look, r, err) == -1 ||
	    take_all(r, err) == -1 || take_state(r, err) == -1)
		return IR_FAIL;
	if (r->whole && !r->more)
		return IR_GOT;
	if (r->more)
		ir_fail(err, IR_EFORMAT,
		    "its processes are in more than %u networks", MAX_SPACES);
	else
		ir_fail(err, IR_EIO, "not all of /proc/net could be read");
	return IR_FAIL;
}

static enum ir_collected
sockets_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	struct run *r = calloc(1, sizeof(*r));
	enum ir_collected how;
	struct stat st;

	if (r == NULL) {
		ir_fail_mem(err);
		return IR_FAIL;
	}
	r->t = t;
	r->sink = sink;
	r->whole = true;
	if (stat("/proc/self/ns/net", &st) == 0)
		r->ours = st.st_ino;
	how = run_all(r, err);
	for (size_t i = 0; i < r->nspaces; i++)
		close(r->spaces[i]);
	free(r->v);
	free(r);
	return how;
}

const struct ir_collector ir_collector_sockets = {
    .name = "sockets",
    .what = "sockets with their processes, and the state of the network",
    .changes = "",
    .calls = "",
    .needs_host = true,
    .hostile = true,
    .profiles = IR_EVERY_PROFILE,
    .deadline_s = 60,
    .run = sockets_run,
};
