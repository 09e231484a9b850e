/* SPDX-License-Identifier: ISC
 *
 * ssh://[user@]host[:port][/path/to/socket], as docker(1) has it: the engine's
 * socket on another host, through the system's ssh.
 */
#ifndef IR_NET_SSH_H
#define IR_NET_SSH_H

#include "base/err.h"

struct ir_ssh {
	char *user; /* or NULL: whom ssh_config(5) says */
	char *host; /* a name of DNS or ssh_config(5), or an address */
	char *port; /* or NULL */
	char *path; /* or NULL: the socket that docker there uses */
};

/** ir_ssh_parse(s, out, err): what may not be is IR_EUSAGE and said: nothing
 * that ssh, or a shell on the other side, could take for something else.
 * Released by ir_ssh_free(). */
int ir_ssh_parse(const char *s, struct ir_ssh *out, struct ir_err *err);
void ir_ssh_free(struct ir_ssh *ssh);

/* At most these, and NULL. */
#define IR_SSH_ARGS 40

/** ir_ssh_argv(ssh, seconds, buf, argv): the command, which speaks with the
 * engine on its standard input and output; its strings are ssh's, constants,
 * and two in buf. */
struct ir_ssh_buf {
	char timeout[40];
	char socket[4200];
};
void ir_ssh_argv(const struct ir_ssh *ssh, long seconds, struct ir_ssh_buf *buf,
    const char *argv[IR_SSH_ARGS]);

/** ir_ssh_explain(where, said, status, err): why it ended, by what it said and
 * by wait(2)'s status; returns -1. */
int ir_ssh_explain(
    const char *where, const char *said, int status, struct ir_err *err);

#endif
