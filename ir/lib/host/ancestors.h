/* SPDX-License-Identifier: ISC
 *
 * Who started a container: the process that tends it (containerd-shim, conmon),
 * which is in the engine's namespaces, and those above.
 */
#ifndef IR_HOST_ANCESTORS_H
#define IR_HOST_ANCESTORS_H

/** ir_host_parent(proc): for a descriptor of /proc/PID that of its parent's
 * directory; -1 if there is none, or it ended. */
int ir_host_parent(int proc);

#endif
