/* SPDX-License-Identifier: ISC
 *
 * A table as nft lists it (nft.h): whether it is as it was made.
 */
#ifndef IR_HOST_LISTING_H
#define IR_HOST_LISTING_H

#include <jansson.h>
#include <stdbool.h>

#include "host/ruleset.h"

/** ir_host_listing_is(listing, r, by): whether it has the chains and rules of
 * r, in their order, and no other; by is NULL if r is about links.  What the
 * rules match is not compared, but for the container's processes: this is for
 * the analyst who changed something and forgot, not for whoever has root. */
bool ir_host_listing_is(const json_t *listing, const struct ir_host_ruleset *r,
    const struct ir_host_by *by);

/** ir_host_listing_kept(listing): the addresses that it keeps, an array, the
 * caller owns it. */
json_t *ir_host_listing_kept(const json_t *listing);

/** ir_host_listing_dropped(listing): packets that it dropped so far. */
json_int_t ir_host_listing_dropped(const json_t *listing);

#endif
