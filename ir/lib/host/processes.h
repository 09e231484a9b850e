/* SPDX-License-Identifier: ISC
 *
 * Stopping every process of a container by signal, where the engine cannot
 * freeze it (rootless on cgroup v1).  This is not atomic: processes can see
 * that others have stopped, and the parent of a stopped one is told.
 */
#ifndef IR_HOST_PROCESSES_H
#define IR_HOST_PROCESSES_H

#include <jansson.h>

#include "host/host.h"

/** ir_host_stop(h, stopped, err): SIGSTOP to every process of the container
 * (own.h), again and again until there is none that runs.
 * *stopped, the caller owns it, lists those that were stopped by this:
 * [{"pid","start"}], start being field 22 of /proc/PID/stat, which with the pid
 * tells a process for good, and "guest":true on who only shares its PID
 * namespace (ir_host_is_guest()); also after a failure.  One that was stopped
 * before is not in it.  IR_ETIMEOUT if new ones appear faster than they are
 * stopped.
 */
int ir_host_stop(struct ir_host *h, json_t **stopped, struct ir_err *err);

/** ir_host_stopped(h, running, err): 1 if every process of the container is
 * stopped, 0 if not, and *running then counts those that are not. */
int ir_host_stopped(struct ir_host *h, int *running, struct ir_err *err);

/** ir_host_stopped_now(h, list, err): *list, the caller owns it, are the
 * processes that are stopped, by whomever, as ir_host_stop() lists them,
 * without "guest". */
int ir_host_stopped_now(struct ir_host *h, json_t **list, struct ir_err *err);

/** ir_host_continue(h, stopped, err): SIGCONT to those of the list that are
 * still the same, still of this container, and stopped; children before their
 * parents. */
int ir_host_continue(
    struct ir_host *h, const json_t *stopped, struct ir_err *err);

#endif
