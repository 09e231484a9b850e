/* SPDX-License-Identifier: ISC
 *
 * What dies with a cut: see state.h.
 */
#include "host/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "host/conntrack.h"
#include "host/ctnetlink.h"
#include "host/dumps.h"
#include "host/inside.h"
#include "host/ledger.h"
#include "host/links.h"
#include "host/look.h"
#include "host/rootfile.h"
#include "json/json.h"

/* Of /proc/net, in the order in which they matter: what is talked to first. */
static const char *const files[] = {"tcp", "tcp6", "udp", "udp6", "raw", "raw6",
    "udplite", "udplite6", "icmp", "icmp6", "unix", "packet", "netlink", "arp",
    "route", "ipv6_route", "if_inet6", "fib_trie", "dev", "snmp", "snmp6",
    "netstat", "sockstat", "sockstat6", "igmp", "igmp6", "protocols",
    "xfrm_stat"};
#define FILES (sizeof(files) / sizeof(files[0]))

/* The first of them list sockets.  The kernel hands out as many whole lines as
 * a page of its own takes (seq_file), and none of these has 512 bytes: what is
 * shorter than half a page was the end.  To ask whether it was makes the kernel
 * go through all sockets of the host once more, a millisecond for tcp alone. */
#define SOCKETS     13
#define LAST_SOCKET 2048

/* Of the container's root. */
static const char *const settings[] = {"resolv.conf", "hosts", "hostname"};

/* How long one of them may take to come. */
#define SETTING_MS 300

/* Everything that a run of this needs. */
struct state {
	struct ir_host *h;
	struct ir_host_ledger l;
	struct ir_host_look *look; /* NULL: only its first namespace is known */
	struct ir_host_names names;
};

/* Opened by a thread in the namespace, whose they are from then on. */
static int
open_files(void *arg, struct ir_err *err)
{
	int *fds = arg;
	char path[64];

	(void)err;
	for (size_t i = 0; i < FILES; i++) {
		snprintf(
		    path, sizeof(path), "/proc/thread-self/net/%s", files[i]);
		fds[i] = open(path, O_RDONLY | O_CLOEXEC);
	}
	return 0;
}

static void
take_files(struct state *s, int netns, const char *prefix)
{
	struct ir_err why;
	int fds[FILES];

	if (ir_host_in(netns, open_files, fds, &why) == -1) {
		ir_host_ledger_note(&s->l, "sockets", "failed", why.msg);
		return;
	}
	for (size_t i = 0; i < FILES; i++) {
		struct ir_host_file f;

		if (fds[i] == -1) {
			ir_host_file_begin(&f, &s->l, prefix, files[i]);
			ir_host_file_drop(
			    &f, "skipped", "this kernel has none");
			continue;
		}
		ir_host_file_fd(&s->l, fds[i], prefix, files[i],
		    i < SOCKETS ? LAST_SOCKET : 0);
		close(fds[i]);
	}
}

/* One element of an array of JSON, a line each. */
static bool
put_element(struct ir_host_file *f, const json_t *j)
{
	struct ir_err err;
	ir_auto_free char *line = ir_json_line(j, &err);

	return line != NULL &&
	       ir_host_file_put(f, f->bytes == 0 ? "[\n" : ",\n", 2) &&
	       ir_host_file_put(f, line, strlen(line));
}

/* -1 if it was left in the middle. */
static int
take_dump(struct state *s, struct ir_host_nl *nl, const struct ir_host_dump *d,
    const char *prefix)
{
	ir_auto_buf struct ir_buf answers = IR_BUF_INIT;
	const struct nlmsghdr *m = NULL;
	struct ir_host_file f;
	struct ir_err why;
	char name[32];
	int rc;

	snprintf(name, sizeof(name), "%s.json", d->name);
	ir_host_file_begin(&f, &s->l, prefix, name);
	nl->limit = IR_MAX_STATE_DUMP;
	rc = ir_host_dump(nl, d, &answers, &why);
	nl->limit = IR_MAX_NETLINK;
	if (rc == -1 && nl->error != EFBIG) {
		ir_host_file_drop(&f, "failed", why.msg);
		return -1;
	}
	while (*f.cut == '\0' && (m = ir_host_nl_each(&answers, m)) != NULL) {
		json_auto_t *j = m->nlmsg_type == d->is ? d->json(m) : NULL;

		if (j != NULL)
			put_element(&f, j);
	}
	if (rc == -1)
		ir_host_file_cut(&f, "more than the limit of one file");
	/* What is cut has no end. */
	ir_host_file_put(&f, f.bytes == 0 ? "[]\n" : "\n]\n", 3);
	ir_host_file_end(&f);
	return rc;
}

/* On a socket that was left in the middle of a dump there can be no other. */
static void
take_dumps(struct state *s, struct ir_host_space *space, const char *prefix)
{
	for (size_t i = 0; i < IR_HOST_DUMPS; i++) {
		struct ir_err why;
		struct ir_host_nl *nl = ir_host_space_nl(space, &why);

		if (nl == NULL)
			ir_host_ledger_note(
			    &s->l, ir_host_dumps[i].name, "failed", why.msg);
		else if (take_dump(s, nl, &ir_host_dumps[i], prefix) == -1) {
			ir_host_nl_close(nl);
			ir_host_space_nl(space, &why);
		}
	}
}

static void
take_links(struct state *s)
{
	struct ir_err why;
	struct ir_host_file f;
	json_auto_t *links = ir_host_links_last(s->h, &why);
	ir_auto_free char *text =
	    links != NULL ? ir_json_pretty(links, &why) : NULL;

	ir_host_file_begin(&f, &s->l, "", "links.json");
	if (text == NULL) {
		ir_host_file_drop(&f, "failed", why.msg);
		return;
	}
	ir_host_file_put(&f, text, strlen(text));
	ir_host_file_end(&f);
}

/* The addresses by which the host's tables know the container. */
static int
take_names(struct state *s, struct ir_err *err)
{
	struct ir_host_address a;

	for (size_t i = 0; i < s->look->members.n; i++) {
		ir_auto_buf struct ir_buf dump = IR_BUF_INIT;
		const struct nlmsghdr *m = NULL;
		struct ir_host_nl *nl =
		    ir_host_space_nl(&s->look->members.v[i], err);

		if (nl == NULL || ir_host_address_dump(nl, &dump, err) == -1)
			return -1;
		while ((m = ir_host_nl_each(&dump, m)) != NULL)
			if (ir_host_address_parse(m, &a) == 0 &&
			    ir_host_names_add(&s->names, &a, err) == -1)
				return -1;
	}
	return 0;
}

static int
open_conntrack(void *arg, struct ir_err *err)
{
	FILE **f = arg;

	*f = fopen("/proc/thread-self/net/nf_conntrack", "re");
	return *f != NULL ? 0 : ir_fail_errno(err, "/proc/net/nf_conntrack");
}

/* The lines of one namespace that name the container.  Everybody's go by, so
 * the time is looked at also while none is of interest. */
static void
take_entries(struct state *s, FILE *in, struct ir_host_file *f)
{
	ir_auto_free char *line = NULL;
	size_t size = 0, n = 0;
	bool more = true;

	while (more && getline(&line, &size, in) > 0) {
		if (ir_host_names_in(&s->names, line))
			more = ir_host_file_put(f, line, strlen(line));
		else if (++n % 1024 == 0)
			more = ir_host_file_put(f, "", 0);
	}
}

/* The same where the kernel has no such file. */
static int
take_answers(
    struct state *s, int netns, struct ir_host_file *f, struct ir_err *err)
{
	ir_auto_buf struct ir_buf answers = IR_BUF_INIT;
	const struct nlmsghdr *m = NULL;
	char line[1024];
	int rc;

	if (!ir_host_ctnetlink_there())
		return ir_fail(
		    err, IR_ENOENT, "this kernel shows no tracked connections");
	rc = ir_host_ctnetlink_dump(netns, &answers, IR_MAX_STATE, err);
	if (rc == -1 && err->code != IR_EFORMAT)
		return -1;
	while ((m = ir_host_nl_each(&answers, m)) != NULL)
		if (ir_host_ctnetlink_line(m, line, sizeof(line)) == 0 &&
		    ir_host_names_in(&s->names, line))
			ir_host_file_put(f, line, strlen(line));
	if (rc == -1)
		ir_host_file_cut(f, "more than can be looked through");
	return 0;
}

/* What one namespace tracks for the container. */
static int
take_tracked(
    struct state *s, int netns, struct ir_host_file *f, struct ir_err *err)
{
	FILE *in = NULL;

	if (ir_host_in(netns, open_conntrack, &in, err) == -1)
		return err->code == IR_ENOENT ? take_answers(s, netns, f, err)
					      : -1;
	take_entries(s, in, f);
	fclose(in);
	return 0;
}

/* Where translation for the container is done: on the host's side of its
 * links. */
static bool
is_near(const struct state *s, size_t space)
{
	for (size_t i = 0; i < s->look->n; i++)
		if (s->look->v[i].proven && s->look->v[i].space == space)
			return true;
	return false;
}

static void
take_conntrack(struct state *s)
{
	struct ir_host_file f;
	struct ir_err why;
	bool any = false;

	ir_host_file_begin(&f, &s->l, "", "conntrack");
	if (s->look == NULL) {
		ir_host_file_drop(&f, "skipped",
		    "the container's are not told apart from the host's own");
		return;
	}
	if (take_names(s, &why) == -1) {
		ir_host_file_drop(&f, "failed", why.msg);
		return;
	}
	for (size_t i = 0; i < ir_host_spaces_known(s->look->spaces); i++) {
		const struct ir_host_space *space =
		    ir_host_spaces_at(s->look->spaces, i);

		if (space->engines || is_near(s, i))
			any |= take_tracked(s, space->fd, &f, &why) == 0;
	}
	if (any)
		ir_host_file_end(&f);
	else
		ir_host_file_drop(&f, "skipped", why.msg);
}

static void
take_setting(struct state *s, const char *name)
{
	struct ir_host_file f;
	struct ir_err why;
	char path[64];
	size_t len;

	snprintf(path, sizeof(path), "etc/%s", name);
	ir_auto_free char *text = ir_host_rootfile(
	    s->h->proc, path, IR_MAX_SETTING + 1, SETTING_MS, &len, &why);
	ir_host_file_begin(&f, &s->l, "", name);
	if (text == NULL) {
		ir_host_file_drop(
		    &f, why.code == IR_ENOENT ? "skipped" : "failed", why.msg);
		return;
	}
	ir_host_file_put(&f, text, len > IR_MAX_SETTING ? IR_MAX_SETTING : len);
	if (len > IR_MAX_SETTING)
		ir_host_file_cut(&f, "longer than the limit for settings");
	ir_host_file_end(&f);
}

/* What each namespace has for itself. */
static void
take_spaces(struct state *s)
{
	struct ir_host_space first = {.fd = s->h->netns, .nl = {.fd = -1}};
	struct ir_host_space *v = s->look != NULL ? s->look->members.v : &first;
	size_t n = s->look != NULL ? s->look->members.n : 1;
	char prefix[40] = "";

	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			snprintf(prefix, sizeof(prefix), "netns-%llu/",
			    (unsigned long long)v[i].inode);
		take_files(s, v[i].fd, prefix);
		take_dumps(s, &v[i], prefix);
	}
	ir_host_nl_close(&first.nl);
}

int
ir_host_state(
    struct ir_host *h, struct ir_buf *tar, json_t **ledger, struct ir_err *err)
{
	struct state s = {.h = h};
	struct ir_err why;

	*ledger = NULL;
	if (ir_host_ledger_new(tar, &s.l, err) == -1)
		return -1;
	s.look = ir_host_look_last(h, &why);
	take_spaces(&s);
	take_links(&s);
	take_conntrack(&s);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		take_setting(&s, settings[i]);
	ir_host_ledger_end(&s.l);
	ir_host_names_free(&s.names);
	*ledger = s.l.list;
	return ir_buf_ok(tar, err);
}
