/* SPDX-License-Identifier: ISC
 *
 * A recorded session inside a container.
 */
#ifndef IR_CLI_SESSION_H
#define IR_CLI_SESSION_H

#include <jansson.h>
#include <stdbool.h>

#include "cli/cli.h"

struct ir_session_wish {
	char **argv; /* the command, NULL-terminated */
	bool tty, input, privileged;
	const char *user, *workdir; /* or NULL */
	const char *const *env;     /* "NAME=VALUE", NULL-terminated */
};

/** ir_session(cli, w, inspect, err): runs it in the container with that inspect
 * document: its exit code, or -1.  IR_EPROTO if the container does not run, or
 * is paused. */
int ir_session(struct ir_cli *cli, const struct ir_session_wish *w,
    const json_t *inspect, struct ir_err *err);

#endif
