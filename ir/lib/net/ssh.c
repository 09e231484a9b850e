/* SPDX-License-Identifier: ISC
 *
 * Connections through ssh: see wire.h and ssh.h.
 */
#include "net/ssh.h"

#include <stdlib.h>
#include <string.h>

#include "net/child.h"
#include "net/wire.h"

/* How long ssh may take to end, once it has closed its side. */
#define LAST_WORDS_MS 2000

struct ssh_wire {
	struct ir_child child;
	char *where;
};

static int
ssh_why(struct ir_wire *w, struct ir_err *err)
{
	struct ssh_wire *s = (struct ssh_wire *)w;

	ir_child_wait(&s->child, LAST_WORDS_MS);
	return ir_ssh_explain(s->where, s->child.said, s->child.status, err);
}

static void
ssh_close(struct ir_wire *w)
{
	struct ssh_wire *s = (struct ssh_wire *)w;

	ir_child_stop(&s->child);
	free(s->where);
	free(s);
}

static int
start(struct ssh_wire *s, const struct ir_wire_to *to, const struct ir_ssh *ssh,
    struct ir_err *err)
{
	const char *argv[IR_SSH_ARGS];
	struct ir_ssh_buf buf;

	ir_ssh_argv(ssh, (to->ms + 999) / 1000, &buf, argv);
	if ((s->where = strdup(to->where)) == NULL)
		return ir_fail_mem(err);
	if (ir_child_start(&s->child, argv, err) == -1)
		return err->code != IR_ENOENT
			   ? -1
			   : ir_fail(err, IR_EUNAVAIL,
				 "%s needs ssh, which is not installed here "
				 "(Debian's package is openssh-client)",
				 to->where);
	s->child.wire.why = ssh_why;
	s->child.wire.close = ssh_close;
	s->child.wire.costly = true;
	s->child.wire.advice = "does a start-up file of the shell over there "
			       "print something?";
	return 0;
}

struct ir_wire *
ir_wire_ssh(const struct ir_wire_to *to, struct ir_err *err)
{
	struct ssh_wire *s = calloc(1, sizeof(*s));
	struct ir_ssh ssh = {0};
	int rc;

	if (s == NULL) {
		ir_fail_mem(err);
		return NULL;
	}
	rc = ir_ssh_parse(to->server->ssh, &ssh, err);
	if (rc == 0)
		rc = start(s, to, &ssh, err);
	ir_ssh_free(&ssh);
	if (rc == 0)
		return &s->child.wire;
	free(s->where);
	free(s);
	return NULL;
}
