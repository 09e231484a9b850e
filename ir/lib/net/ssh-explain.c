/* SPDX-License-Identifier: ISC
 *
 * Why ssh, or docker on the other side, ended: see ssh.h.
 */
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>

#include "net/ssh.h"

/* ssh's exit status when it is ssh that failed; a shell's for no program. */
#define SSH_FAILED 255
#define NO_PROGRAM 127

/* The first whose text is in what was said. */
static const struct {
	bool ours; /* ssh on this side says it, docker on that side else */
	enum ir_code code;
	const char *text, *words;
} known[] = {
    {true, IR_EPERM, "IDENTIFICATION HAS CHANGED",
	"its host key is NOT the one that was accepted before: it was "
	"installed anew, or somebody is in between; compare the fingerprint "
	"by another way before ssh-keygen -R forgets the old one"},
    {true, IR_EPERM, "REVOKED HOST KEY",
	"its host key is revoked: do not trust what answers there"},
    {true, IR_EPERM, "Host key verification failed",
	"its host key is not known here: connect once with ssh, compare the "
	"fingerprint, and accept it"},
    {true, IR_EPERM, "Permission denied (",
	"it takes no key of yours: ssh-add -l lists those in the agent; a "
	"passphrase or a password is not asked for here"},
    {true, IR_EUNAVAIL, "Too many authentication failures",
	"it takes none of the first keys in your agent: name the one for it "
	"in ~/.ssh/config (IdentityFile, IdentitiesOnly)"},
    {true, IR_EUNAVAIL, "Could not resolve hostname",
	"the host name is not known"},
    {true, IR_EUNAVAIL, "Connection refused", "no ssh server listens there"},
    {true, IR_EUNAVAIL, "timed out", "the host does not answer"},
    {true, IR_EUNAVAIL, "o route to host", "the host is not reached"},
    {true, IR_EUNAVAIL, "unreachable", "the host is not reached"},
    {false, IR_EPERM, "ermission denied",
	"the user over there may not open the engine's socket: log in as "
	"root, or as a member of the socket's group"},
    {false, IR_EUNAVAIL, "is not a docker command",
	"docker over there is older than 18.09, which has no dial-stdio"},
    {false, IR_EUNAVAIL, "no such file or directory",
	"over there the engine's socket does not exist; is the engine "
	"running?"},
    {false, IR_EUNAVAIL, "connection refused",
	"over there nobody listens at the engine's socket; is the engine "
	"running?"},
    {false, IR_EUNAVAIL, "Cannot connect to the Docker daemon",
	"over there is no engine that answers; is it running?"},
};

/* The last line that was said, without its end. */
static const char *
last_line(const char *said, int *n)
{
	size_t end = strlen(said), start;

	while (end > 0 && strchr(" \t\r\n", said[end - 1]) != NULL)
		end--;
	for (start = end; start > 0 && said[start - 1] != '\n';)
		start--;
	*n = end - start < 300 ? (int)(end - start) : 300;
	return said + start;
}

int
ir_ssh_explain(
    const char *where, const char *said, int status, struct ir_err *err)
{
	bool ours = WIFEXITED(status) && WEXITSTATUS(status) == SSH_FAILED;
	int n;
	const char *line = last_line(said, &n);

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].ours == ours &&
		    strstr(said, known[i].text) != NULL)
			return ir_fail(err, known[i].code,
			    "no engine at %s: %s (%.*s)", where, known[i].words,
			    n, line);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_PROGRAM)
		return ir_fail(err, IR_EUNAVAIL,
		    "no engine at %s: over there is no docker in the PATH of "
		    "a shell without a terminal (%.*s)",
		    where, n, line);
	if (status != -1 && WIFSIGNALED(status))
		return ir_fail(err, IR_EPROTO, "%s: ssh was killed (signal %d)",
		    where, WTERMSIG(status));
	return ir_fail(err, IR_EPROTO, "%s: ssh ended without an answer%s%.*s",
	    where, n > 0 ? ": " : "", n, line);
}
