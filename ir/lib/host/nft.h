/* SPDX-License-Identifier: ISC
 *
 * nftables in a network namespace: one table at a time, by the program nft.
 */
#ifndef IR_HOST_NFT_H
#define IR_HOST_NFT_H

#include <jansson.h>

#include "base/err.h"

/** ir_host_nft_has(netns, family, table, err): 1 if that namespace has such a
 * table ("inet", "netdev"), 0 if not; asks the kernel itself. */
int ir_host_nft_has(
    int netns, const char *family, const char *table, struct ir_err *err);

/** ir_host_nft_apply(netns, script, err): nft -f, one transaction: all of it or
 * nothing.  IR_EPROTO with what nft said if the kernel or nft refuses, or if
 * there is no nft. */
int ir_host_nft_apply(int netns, const char *script, struct ir_err *err);

/** ir_host_nft_list(netns, family, table, err): nft -j list table: the array of
 * what is in it (libnftables-json(5)), the caller owns it. */
json_t *ir_host_nft_list(
    int netns, const char *family, const char *table, struct ir_err *err);

/** ir_host_nft_ruleset(netns, err): nft -j list ruleset: all tables of the
 * namespace, as nft writes them; the caller frees.  IR_ENOENT where the kernel
 * has no nf_tables loaded: asking would load it, which is not for us to do. */
char *ir_host_nft_ruleset(int netns, struct ir_err *err);

#endif
