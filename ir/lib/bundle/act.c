/* SPDX-License-Identifier: ISC
 *
 * Acts after the seal: see act.h.  The entry is signed before anything is
 * written, under a lock on the bundle's directory, so that no two programs can
 * take one number.
 */
#include "bundle/act.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/signal.h"
#include "base/text.h"
#include "bundle/bag.h"
#include "bundle/chain.h"
#include "bundle/custody.h"
#include "bundle/stamping.h"
#include "crypto/key.h"
#include "crypto/sshsig.h"
#include "json/json.h"

/* Who holds the lock may be waiting for the touch of a security key. */
#define LOCK_WAIT_MS 90000
#define LOCK_POLL_MS 50

static int
open_sealed(const char *dir, struct ir_err *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return ir_fail_errno(err, "%s", dir);
	switch (ir_bag_state(fd)) {
	case IR_BAG_SEALED:
		return fd;
	case IR_BAG_OPEN:
		ir_fail(err, IR_EFORMAT,
		    "%s: is not sealed: what is done to it stands in its "
		    "journals; close it with ir seal first",
		    dir);
		break;
	case IR_BAG_BROKEN:
		ir_fail(err, IR_EFORMAT,
		    "%s: is neither open nor sealed: its " IR_OPEN
		    " was removed",
		    dir);
		break;
	case IR_BAG_NONE:
		ir_fail(err, IR_EFORMAT,
		    "%s: is no bundle: it has no " IR_BAGIT, dir);
		break;
	}
	close(fd);
	return -1;
}

static int
lock(int dirfd, int op, struct ir_err *err)
{
	const struct timespec pause = {.tv_nsec = LOCK_POLL_MS * 1000000L};

	for (int ms = 0; flock(dirfd, op | LOCK_NB) == -1; ms += LOCK_POLL_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return ir_fail_errno(err,
			    "its directory cannot be locked, and two acts "
			    "could take one number: copy it to a local disk");
		if (ir_interrupted())
			return ir_fail(err, IR_EINTR, "interrupted");
		if (ms >= LOCK_WAIT_MS)
			return ir_fail(err, IR_EEXIST,
			    "another program is adding an act: try again when "
			    "it has ended");
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* custody/, which must be ours to write to. */
static int
open_custody(int dirfd, struct ir_err *err)
{
	int fd = ir_open_beneath(dirfd, "custody", O_RDONLY | O_DIRECTORY, err);
	struct stat st;

	if (fd == -1 || faccessat(fd, ".", W_OK, AT_EACCESS) == 0)
		return fd;
	if (errno == EROFS)
		ir_fail(err, IR_EPERM,
		    "lies on a read-only file system: copy it to another, and "
		    "record the act there");
	else if (errno == EACCES && fstat(fd, &st) == 0 &&
		 st.st_uid != geteuid())
		ir_fail(err, IR_EPERM,
		    "belongs to another user (uid %u): record the act as that "
		    "user, or in a copy of your own",
		    (unsigned)st.st_uid);
	else
		ir_fail_errno(err, "custody cannot be written to");
	close(fd);
	return -1;
}

/* What a program left that was killed, on a file system where a file has a name
 * before it is whole.  The lock says that nobody is at work on it; time-stamps
 * come without one. */
static void
clear(int custody)
{
	struct ir_err ignored;
	DIR *d = ir_open_dir(custody, ".", &ignored);
	struct dirent *e;
	unsigned seq;

	while (d != NULL && (e = readdir(d)) != NULL) {
		char name[256];
		size_t n = strlen(e->d_name);

		if (!ir_ends(e->d_name, ".tmp") ||
		    strstr(e->d_name, IR_TSR) != NULL)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)n - 4, e->d_name);
		if (ir_custody_name_ok(name, &seq))
			unlinkat(custody, e->d_name, 0);
	}
	if (d != NULL)
		closedir(d);
}

static int
refuse_turn(const struct ir_holder *h, const char *type, const char *actor,
    struct ir_err *err)
{
	const char *who = ir_holder_name(h), *to = ir_holder_to(h);

	switch (ir_holder_turn(h, type, actor)) {
	case IR_TURN_OK:
		return 0;
	case IR_TURN_NOT_HOLDER:
		return ir_fail(err, IR_EPERM,
		    "%s holds it, not %s, who therefore cannot %s it: %s must "
		    "first release it to %s, who then receives it",
		    who, actor, type, who, actor);
	case IR_TURN_IN_TRANSIT:
		return ir_fail(err, IR_EPERM,
		    "it is on its way to %s: %s must receive it first, or %s "
		    "receive it back",
		    to, to, who);
	case IR_TURN_NOT_RELEASED:
		if (strcmp(who, actor) == 0)
			return ir_fail(
			    err, IR_EPERM, "%s holds it already", who);
		return ir_fail(err, IR_EPERM,
		    "%s holds it and has not released it: %s must first, with "
		    "ir custody release --to %s",
		    who, who, actor);
	case IR_TURN_NOT_ADDRESSEE:
		return ir_fail(err, IR_EPERM,
		    "it was released to %s, not to %s: only %s can receive it, "
		    "or %s receive it back",
		    to, actor, to, who);
	case IR_TURN_DISPOSED:
		break;
	}
	return ir_fail(err, IR_EPERM,
	    "it was disposed of: nothing but a note or a key-compromise can be "
	    "added");
}

/* The entry that is to follow. */
static json_t *
make(const struct ir_chain *c, const struct ir_act *act,
    const struct ir_bundle_who *who, struct ir_err *err)
{
	const struct ir_link *last = ir_chain_last(c);
	json_t *doc;

	if (act->head != NULL && strcmp(act->head, last->e.hash) != 0) {
		ir_fail(err, IR_EEXIST,
		    "another act was added meanwhile: do yours again");
		return NULL;
	}
	if (refuse_turn(&c->holder, act->type, who->id, err) == -1 ||
	    (!act->any_clock &&
		ir_custody_clock(&last->e, last->path, err) == -1))
		return NULL;
	doc = ir_custody_entry(ir_json_str(c->v[0].doc, "bundle"),
	    (int)last->seq + 1, act->type, &last->e,
	    ir_json_str(c->v[0].doc, "case"), act->c, who);
	if (doc == NULL || json_object_update_missing(
			       doc, (json_t *)(uintptr_t)act->more) == -1) {
		json_decref(doc);
		doc = NULL;
		ir_fail_mem(err);
	}
	return doc;
}

static int
put(int custody, const json_t *doc, const struct ir_bundle_who *who,
    struct ir_acted *done, struct ir_err *err)
{
	const char *name = done->path + strlen("custody/");
	ir_auto_buf struct ir_buf text = IR_BUF_INIT;
	ir_auto_free char *sig = NULL;
	ir_auto_free char *signame = ir_asprintf(err, "%s.sig", name);

	if (signame == NULL ||
	    ir_custody_text(doc, done->path, &text, err) == -1)
		return -1;
	sig = ir_sshsig_sign(who->key, IR_NS_CUSTODY, text.p, text.len, err);
	if (sig == NULL)
		return -1;
	const struct ir_new_file files[] = {
	    {name, text.p, text.len}, {signame, sig, strlen(sig)}};
	ir_sha256_mem(text.p, text.len, done->head);
	return ir_put_files(custody, files, 2, err);
}

static int
write_act(int dirfd, const struct ir_act *act, const struct ir_bundle_who *who,
    struct ir_acted *done, struct ir_err *err)
{
	ir_auto_close int custody = open_custody(dirfd, err);
	json_auto_t *doc = NULL;
	struct ir_chain c = {0};
	int rc = -1;

	if (custody == -1 || lock(dirfd, LOCK_EX, err) == -1)
		return -1;
	clear(custody);
	if (ir_chain_read(dirfd, &c, err) == 0 &&
	    ir_chain_check(&c, err) == 0 &&
	    (doc = make(&c, act, who, err)) != NULL) {
		done->seq = (unsigned)ir_json_int(doc, "seq");
		snprintf(done->path, sizeof(done->path), "custody/%04u-%s.json",
		    done->seq, act->type);
		rc = done->seq >= IR_MAX_ACTS
			 ? ir_fail(
			       err, IR_EFORMAT, "it has as many acts as it can")
			 : put(custody, doc, who, done, err);
	}
	ir_chain_free(&c);
	return rc;
}

int
ir_act_write(const char *dir, const struct ir_act *act,
    const struct ir_bundle_who *who, struct ir_acted *done, struct ir_err *err)
{
	ir_auto_close int dirfd = open_sealed(dir, err);

	if (dirfd == -1)
		return -1;
	if (write_act(dirfd, act, who, done, err) == -1)
		return ir_wrap(err, "%s", dir);
	return 0;
}

int
ir_act_read(const char *dir, struct ir_chain *c, struct ir_err *err)
{
	ir_auto_close int dirfd = open_sealed(dir, err);

	*c = (struct ir_chain){0};
	if (dirfd == -1)
		return -1;
	/* What cannot be locked cannot be added to, either. */
	if (lock(dirfd, LOCK_SH, err) == -1 && err->code != IR_EIO)
		return ir_wrap(err, "%s", dir);
	if (ir_chain_read(dirfd, c, err) == -1)
		return ir_wrap(err, "%s", dir);
	return 0;
}

int
ir_act_may(const char *dir, const char *type, const char *actor,
    char head[IR_SHA256_HEX], struct ir_err *err)
{
	struct ir_chain c;
	int rc = ir_act_read(dir, &c, err);

	if (rc == 0 && (ir_chain_check(&c, err) == -1 ||
			   refuse_turn(&c.holder, type, actor, err) == -1))
		rc = ir_wrap(err, "%s", dir);
	if (rc == 0)
		strcpy(head, ir_chain_last(&c)->e.hash);
	ir_chain_free(&c);
	return rc;
}

/* "SHA256:" and 32 bytes in base64 without its padding, as ssh-keygen -l. */
static bool
is_fingerprint(const char *s)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";

	return ir_starts(s, "SHA256:") && strlen(s) == 50 &&
	       strspn(s + 7, alphabet) == 43;
}

/* The key of the act goes to *print, where another must not be yet. */
static int
key_of(const struct ir_link *l, char **print, struct ir_err *err)
{
	struct ir_sshsig sig;
	ir_auto_free char *p = NULL;

	if (ir_sshsig_verify(l->e.sig, l->e.siglen, IR_NS_CUSTODY, l->e.text,
		l->e.len, &sig, err) == -1)
		return ir_wrap(err, "%s", l->path);
	p = ir_key_fingerprint(sig.blob, sig.len, err);
	ir_sshsig_free(&sig);
	if (p == NULL)
		return -1;
	if (*print != NULL && strcmp(*print, p) != 0)
		return ir_fail(err, IR_EUSAGE,
		    "%s has signed with several keys here, such as %s and %s: "
		    "name one with --fingerprint",
		    ir_json_str(l->doc, "actor.id"), *print, p);
	if (*print == NULL)
		*print = ir_asprintf(err, "%s", p);
	return *print != NULL ? 0 : -1;
}

char *
ir_act_key(const char *dir, const char *of, const char *fingerprint,
    struct ir_err *err)
{
	struct ir_chain c;
	char *print = NULL;
	int rc;

	if (fingerprint != NULL && is_fingerprint(fingerprint))
		return ir_asprintf(err, "%s", fingerprint);
	if (fingerprint != NULL) {
		ir_fail(err, IR_EUSAGE,
		    "%s is no fingerprint: ssh-keygen -lf FILE.pub gives it, "
		    "as SHA256:...",
		    fingerprint);
		return NULL;
	}
	rc = ir_act_read(dir, &c, err);
	for (size_t i = 0; rc == 0 && i < c.n; i++)
		if (c.v[i].e.sig != NULL &&
		    strcmp(ir_json_str(c.v[i].doc, "actor.id"), of) == 0)
			rc = key_of(&c.v[i], &print, err);
	ir_chain_free(&c);
	if (rc == 0 && print == NULL)
		rc = ir_fail(err, IR_ENOENT,
		    "%s: nothing here is signed by %s: name the key with "
		    "--fingerprint",
		    dir, of);
	if (rc == 0)
		return print;
	free(print);
	return NULL;
}
