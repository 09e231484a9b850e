/* SPDX-License-Identifier: ISC
 *
 * nftables in a network namespace: see nft.h.
 */
#include "host/nft.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/proc.h"
#include "host/inside.h"
#include "host/netlink.h"
#include "json/json.h"

/* A table of ours for a container with a hundred links, and IR_MAX_KEEP
 * addresses, lists as some 300 KiB. */
#define MAX_LISTING (4u << 20)

struct errand {
	char **argv;
	int in;
	struct ir_buf *out;
};

static int
run_nft(void *arg, struct ir_err *err)
{
	struct errand *e = arg;
	int rc = ir_proc_feed(e->argv, e->in, e->out, MAX_LISTING, err);

	if (rc == -1)
		return ir_fail(err, IR_EPROTO,
		    "nft cannot be run, which a packet filter takes: install "
		    "the package nftables");
	if (rc == 0)
		return 0;
	/* It says it in the first line, and shows where in the next. */
	if (e->out->p != NULL)
		e->out->p[strcspn(e->out->p, "\n")] = '\0';
	return ir_fail(err, IR_EPROTO, "nft: %s",
	    e->out->p != NULL ? e->out->p : "failed without a word");
}

/* A script; the options are letters after a dash. */
static int
nft(int netns, char *options, const char *script, struct ir_buf *out,
    struct ir_err *err)
{
	char name[] = "nft", input[] = "-";
	char *argv[] = {name, options, input, NULL};
	ir_auto_close int in = ir_memfd(script, strlen(script), err);
	struct errand e = {argv, in, out};

	return in != -1 ? ir_host_in(netns, run_nft, &e, err) : -1;
}

int
ir_host_nft_apply(int netns, const char *script, struct ir_err *err)
{
	ir_auto_buf struct ir_buf out = IR_BUF_INIT;
	char options[] = "-f";

	return nft(netns, options, script, &out, err);
}

json_t *
ir_host_nft_list(
    int netns, const char *family, const char *table, struct ir_err *err)
{
	ir_auto_buf struct ir_buf out = IR_BUF_INIT;
	char options[] = "-jf", script[128];
	json_t *list;

	snprintf(script, sizeof(script), "list table %s %s\n", family, table);
	if (nft(netns, options, script, &out, err) == -1)
		return NULL;
	json_auto_t *all =
	    ir_json_parse(out.p != NULL ? out.p : "", out.len, "nft -j", err);
	if (all == NULL)
		return NULL;
	list = json_object_get(all, "nftables");
	if (!json_is_array(list)) {
		ir_fail(err, IR_EFORMAT, "nft -j: nftables: not a list");
		return NULL;
	}
	return json_incref(list);
}

char *
ir_host_nft_ruleset(int netns, struct ir_err *err)
{
	ir_auto_buf struct ir_buf out = IR_BUF_INIT;
	char options[] = "-jf";

	if (access("/sys/module/nf_tables", F_OK) == -1 &&
	    access("/proc/sys/net/netfilter/nf_log", F_OK) == -1) {
		ir_fail(err, IR_ENOENT, "nf_tables is not loaded");
		return NULL;
	}
	return nft(netns, options, "list ruleset\n", &out, err) == 0
		   ? ir_buf_take(&out, err)
		   : NULL;
}

/* The kernel without nf_tables has no tables either. */
static int
no_table(int error)
{
	return error == ENOENT || error == EINVAL || error == EOPNOTSUPP;
}

int
ir_host_nft_has(
    int netns, const char *family, const char *table, struct ir_err *err)
{
	char room[256] __attribute__((aligned(8)));
	struct nlmsghdr *m = mnl_nlmsg_put_header(room);
	struct nfgenmsg *g;
	struct ir_host_nl nl;
	int rc;

	if (ir_host_nl_open(&nl, netns, NETLINK_NETFILTER, err) == -1)
		return -1;
	m->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE;
	g = mnl_nlmsg_put_extra_header(m, sizeof(*g));
	g->nfgen_family =
	    strcmp(family, "inet") == 0 ? NFPROTO_INET : NFPROTO_NETDEV;
	g->version = NFNETLINK_V0;
	mnl_attr_put_strz(m, NFTA_TABLE_NAME, table);
	rc = ir_host_nl_ask(&nl, m, NULL, "looking for a packet filter", err);
	if (rc == -1 && no_table(nl.error))
		rc = 0;
	else if (rc == 0)
		rc = 1;
	ir_host_nl_close(&nl);
	return rc;
}
