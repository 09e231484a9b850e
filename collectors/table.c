/* SPDX-License-Identifier: ISC
 *
 * The only list of collectors, in order of volatility (RFC 3227, 2.1): what
 * is gone soonest comes first.
 */
#include "collectors/collector.h"

extern const struct ir_collector ir_collector_engine, ir_collector_inspect,
    ir_collector_exec, ir_collector_top, ir_collector_stats,
    ir_collector_events, ir_collector_logs, ir_collector_changes,
    ir_collector_networks, ir_collector_filesystem, ir_collector_commit,
    ir_collector_image, ir_collector_processes, ir_collector_executables,
    ir_collector_sockets, ir_collector_memory, ir_collector_tmpfs,
    ir_collector_mounts, ir_collector_volumes;
extern const struct ir_collector ir_collector_changed, ir_collector_neighbours,
    ir_collector_host, ir_collector_events_after;

/* Memory is the first in RFC 3227.  While the container stands still nothing of
 * it fades, so what is quick comes before it: if its host goes down meanwhile,
 * a second's work is had, and not a part of an hour's. */
const struct ir_collector *const ir_collectors[] = {
    &ir_collector_processes,
    &ir_collector_sockets,
    &ir_collector_memory,
    &ir_collector_executables,
    &ir_collector_tmpfs,
    &ir_collector_engine,
    &ir_collector_inspect,
    &ir_collector_exec,
    &ir_collector_top,
    &ir_collector_stats,
    &ir_collector_events,
    &ir_collector_logs,
    &ir_collector_changes,
    &ir_collector_changed,
    &ir_collector_networks,
    &ir_collector_mounts,
    &ir_collector_filesystem,
    &ir_collector_volumes,
    &ir_collector_commit,
    &ir_collector_neighbours,
    &ir_collector_host,
    &ir_collector_image,
    &ir_collector_events_after,
    NULL,
};
