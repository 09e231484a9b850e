/* SPDX-License-Identifier: ISC
 *
 * A container as this host has it: its first process, held so that nothing done
 * through this handle can hit another process or another container's network,
 * whatever ends, restarts or takes over a number in the meantime.
 *
 * This is for a local engine and root.  The engine only says which process to
 * look at; whether that process belongs to the container is read from its
 * cgroup, or, where a rootless engine makes none, from who started it (own.h).
 */
#ifndef IR_HOST_HOST_H
#define IR_HOST_HOST_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"

struct ir_host;

/** ir_host_open(id, pid, err): id is the container's 64 hex digits, pid the
 * engine's State.Pid.  IR_ENOENT: it is not to be seen from here (not running,
 * or an engine of another host or PID namespace); IR_EPERM: it is, but looking
 * into its namespaces takes root.  The message is the reason, fit to follow
 * "cannot act on this host: ".  Freed by ir_host_close(). */
struct ir_host *ir_host_open(const char *id, long long pid, struct ir_err *err);
void ir_host_close(struct ir_host *h); /* NULL is fine */

/** ir_host_of(inspect, err): the same for the container of that inspect
 * document. */
struct ir_host *ir_host_of(const json_t *inspect, struct ir_err *err);

/** ir_host_alive(h): whether that process still runs. */
bool ir_host_alive(const struct ir_host *h);

/** ir_host_has_cgroup(h): false if its processes are told by their PID
 * namespace: then there is nothing to freeze it by, and who shares that
 * namespace is taken for one of them. */
bool ir_host_has_cgroup(const struct ir_host *h);

#endif
