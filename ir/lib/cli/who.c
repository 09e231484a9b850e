/* SPDX-License-Identifier: ISC
 *
 * Who acts: see who.h.
 */
#include "cli/who.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "crypto/digest.h"

/* The person's own uid, also behind sudo. */
static uid_t
person(void)
{
	const char *sudo = getuid() == 0 ? getenv("SUDO_UID") : NULL;

	return sudo != NULL && *sudo != '\0' ? (uid_t)strtoul(sudo, NULL, 10)
					     : getuid();
}

static char *
default_key(struct ir_err *err)
{
	const char *home = getenv("HOME");
	const struct passwd *pw;
	char *path;

	if (home != NULL) {
		path = ir_asprintf(err, "%s/.ssh/id_ed25519", home);
		if (path == NULL || access(path, F_OK) == 0)
			return path;
		free(path);
	}
	if ((pw = getpwuid(person())) == NULL)
		return ir_asprintf(err, "/nonexistent");
	return ir_asprintf(err, "%s/.ssh/id_ed25519", pw->pw_dir);
}

bool
ir_who_named(const char *given, const char **path)
{
	*path = given != NULL ? given : getenv("IR_KEY");
	return *path != NULL && **path != '\0';
}

int
ir_who_key(const char *given, struct ir_key **key, struct ir_err *err)
{
	const char *path;
	ir_auto_free char *guess = NULL;
	struct ir_err agent;
	int rc;

	*key = NULL;
	if (ir_who_named(given, &path))
		return (*key = ir_key_load(path, err)) != NULL ? 0 : -1;
	rc = ir_key_agent(key, &agent);
	if (*key != NULL)
		return 0;
	if ((guess = default_key(err)) == NULL)
		return -1;
	if (access(guess, F_OK) == 0)
		return (*key = ir_key_load(guess, err)) != NULL ? 0 : 1;
	if (rc == 0)
		return 0;
	*err = agent;
	return 1;
}

/* A principal is one word: white space, commas, quotes and patterns mean
 * something else in allowed_signers. */
bool
ir_who_principal(const char *s)
{
	return *s != '\0' && strlen(s) <= 128 &&
	       strspn(s,
		   "abcdefghijklmnopqrstuvwxyz"
		   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@+-") == strlen(s);
}

char *
ir_who_id(const char *given, const struct ir_key *key, struct ir_err *err)
{
	const char *id = given != NULL ? given : getenv("IR_ACTOR");
	const struct passwd *pw;
	char host[256] = "unknown";

	if (id != NULL && *id != '\0') {
		if (ir_who_principal(id))
			return ir_asprintf(err, "%s", id);
		ir_fail(err, IR_EUSAGE,
		    "%s cannot be an actor: it is one word of letters, digits "
		    "and ._@+-, such as alice@lab",
		    id);
		return NULL;
	}
	if (key != NULL && ir_who_principal(ir_key_comment(key)))
		return ir_asprintf(err, "%s", ir_key_comment(key));
	gethostname(host, sizeof(host) - 1);
	pw = getpwuid(person());
	return ir_asprintf(
	    err, "%s@%s", pw != NULL ? pw->pw_name : "unknown", host);
}

void
ir_who_exe(char hex[65])
{
	struct ir_err err;
	uint64_t size;
	ir_auto_close int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	hex[0] = '\0';
	if (fd != -1 && ir_sha256_fd(fd, UINT64_MAX, hex, &size,
			    "/proc/self/exe", &err) == -1)
		hex[0] = '\0';
}
