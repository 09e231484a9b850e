/* SPDX-License-Identifier: ISC
 *
 * The private key file: see keyfile.h.  Whatever held a part of the private key
 * is wiped, on failure too.
 */
#include "crypto/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "crypto/signerline.h"
#include "crypto/sshwire.h"

static const char begin[] = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
static const char end[] = "\n-----END OPENSSH PRIVATE KEY-----\n";

void
ir_keyfile_wipe(struct ir_buf *b)
{
	if (b->p)
		explicit_bzero(b->p, b->cap);
	ir_buf_free(b);
}
#define auto_wiped __attribute__((cleanup(ir_keyfile_wipe))) struct ir_buf

/* Room for a whole key file at once: a buffer that grew would leave copies. */
static int
make_room(struct ir_buf *b, struct ir_err *err)
{
	b->cap = IR_MAX_KEY_FILE + 2;
	b->p = malloc(b->cap);
	return b->p ? 0 : ir_fail_mem(err);
}

/* As ssh: nobody else may read the key.  A root shell that sudo(8) made may
 * use the keys of the user who asked for it. */
static int
check_access(int fd, const char *path, struct ir_err *err)
{
	struct stat st;
	const char *sudo = geteuid() == 0 ? getenv("SUDO_UID") : NULL;

	if (fstat(fd, &st) == -1)
		return ir_fail_errno(err, "%s", path);
	if (st.st_uid != geteuid() && st.st_uid != 0 &&
	    !(sudo && st.st_uid == strtoul(sudo, NULL, 10)))
		return ir_fail(err, IR_EPERM,
		    "%s: belongs to another user (uid %u), who can read and "
		    "replace it; use a key of your own",
		    path, st.st_uid);
	if ((st.st_mode & 077) != 0)
		return ir_fail(err, IR_EPERM,
		    "%s: readable by others; chmod 600 it", path);
	return 0;
}

/* What ssh-agent may hold instead. */
static int
ask_agent(struct ir_err *err, const char *path, const char *what)
{
	ir_fail(err, IR_EFORMAT, "%s: %s", path, what);
	return 1;
}

static bool
is_public(const char *text)
{
	return ir_starts(text, "ssh-") || ir_starts(text, "ecdsa-") ||
	       ir_starts(text, "sk-");
}

int
ir_keyfile_text(const char *path, struct ir_buf *text, struct ir_err *err)
{
	ir_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n;

	if (fd == -1) {
		ir_fail_errno(err, "%s", path);
		return errno == ENOENT ? 1 : -1;
	}
	if (make_room(text, err) == -1)
		return -1;
	do {
		n = read(fd, text->p + text->len, text->cap - 1 - text->len);
		if (n == -1 && errno == EISDIR)
			return ir_fail(err, IR_EFORMAT,
			    "%s: a directory; name the key file in it", path);
		if (n == -1 && errno != EINTR)
			return ir_fail_errno(err, "%s", path);
		text->len += n > 0 ? (size_t)n : 0;
	} while (n != 0 && text->len <= IR_MAX_KEY_FILE);
	text->p[text->len] = '\0';
	if (!is_public(text->p) && check_access(fd, path, err) == -1)
		return -1;
	if (text->len > IR_MAX_KEY_FILE)
		return ir_fail(err, IR_EFORMAT,
		    "%s: not a private key: larger than %u bytes", path,
		    IR_MAX_KEY_FILE);
	return 0;
}

/* The key of a public key file. */
static int
parse_public(
    const char *path, char *text, struct ir_buf *out, struct ir_err *err)
{
	text[strcspn(text, "\n")] = '\0';
	return ir_signer_key_parse(text, out, err) == -1
		   ? ir_wrap(err, "%s", path)
		   : 0;
}

/* What else a person may have named. */
static int
other(const char *path, const struct ir_buf *text, struct ir_err *err)
{
	static const struct {
		const char *start, *words;
	} kinds[] = {
	    {"-----BEGIN RSA PRIVATE KEY", "an RSA key in PEM form"},
	    {"-----BEGIN EC PRIVATE KEY", "an ECDSA key in PEM form"},
	    {"-----BEGIN ENCRYPTED PRIVATE KEY", "a key in PKCS#8 PEM form"},
	    {"-----BEGIN PRIVATE KEY", "a key in PKCS#8 PEM form"},
	};
	const char *what = "not a private key";

	if (text->len == 0)
		return ir_fail(err, IR_EFORMAT, "%s: empty", path);
	if (memchr(text->p, '\r', text->len))
		return ir_fail(err, IR_EFORMAT,
		    "%s: has carriage returns in it; save it with Unix line "
		    "ends",
		    path);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (ir_starts(text->p, kinds[i].start))
			return ask_agent(err, path, kinds[i].words);
	if (ir_starts(text->p, "-----BEGIN DSA PRIVATE KEY"))
		what = "a DSA key, which nobody trusts any more";
	else if (ir_starts(text->p, "PuTTY-User-Key-File"))
		what = "a key in PuTTY's form";
	else if (ir_starts(text->p, "---- BEGIN SSH2 PUBLIC KEY") ||
		 ir_starts(text->p, "-----BEGIN PUBLIC KEY"))
		what = "a public key in another form than OpenSSH's";
	return ir_fail(err, IR_EFORMAT,
	    "%s: %s; make one with ssh-keygen -t ed25519", path, what);
}

static int
malformed(const char *path, const char *what, struct ir_err *err)
{
	return ir_fail(
	    err, IR_EFORMAT, "%s: damaged private key: %s", path, what);
}

/* The binary key out of the text around it; 1 as ir_keyfile_read(). */
static int
dearmor(const char *path, const struct ir_buf *text, struct ir_buf *bin,
    struct ir_err *err)
{
	const char *body, *stop;

	if (!ir_starts(text->p, begin))
		return other(path, text, err);
	body = text->p + strlen(begin);
	stop = strstr(body, end);
	if (!stop)
		return malformed(path, "no END line", err);
	if (stop + strlen(end) != text->p + text->len)
		return malformed(path, "text after the END line", err);
	if (make_room(bin, err) == -1)
		return -1;
	if (ir_base64_decode(bin, body, (size_t)(stop - body)) == -1)
		return malformed(path, "not base64", err);
	return 0;
}

static int
known_kind(const char *path, struct ir_wire cipher, struct ir_wire public,
    struct ir_err *err)
{
	struct ir_wire type;
	char words[96];

	if (!ir_wire_key_type(public.p, public.len, &type))
		return malformed(path, "no type of key", err);
	if (!ir_wire_is(cipher, "none"))
		return ask_agent(err, path, "protected by a passphrase");
	if (ir_wire_is(type, IR_ED25519))
		return 0;
	snprintf(words, sizeof(words), "a key of type %.*s", IR_WIRE_ARG(type));
	return ask_agent(err, path, words);
}

/* What stands before the private section; that goes to secret. */
static int
parse_outer(const char *path, struct ir_wire r, struct ir_wire *public,
    struct ir_wire *secret, struct ir_err *err)
{
	static const char magic[] = "openssh-key-v1"; /* and its NUL */
	struct ir_wire m, cipher, kdf, options, tag;
	uint32_t count;

	if (!ir_wire_bytes(&r, sizeof(magic), &m) ||
	    memcmp(m.p, magic, sizeof(magic)) != 0)
		return malformed(path, "no openssh-key-v1 in it", err);
	if (!ir_wire_string(&r, &cipher) || !ir_wire_string(&r, &kdf) ||
	    !ir_wire_string(&r, &options) || !ir_wire_u32(&r, &count))
		return malformed(path, "cut short", err);
	if (ir_wire_is(cipher, "none") &&
	    (!ir_wire_is(kdf, "none") || options.len != 0))
		return malformed(path, "a passphrase without a cipher", err);
	if (count != 1)
		return ir_fail(err, IR_EFORMAT,
		    "%s: holds %u keys; one is needed", path, count);
	if (!ir_wire_string(&r, public) || !ir_wire_string(&r, secret))
		return malformed(path, "cut short", err);
	/* AES-GCM and the like put their tag behind it. */
	if (r.len != 0 && (ir_wire_is(cipher, "none") ||
			      !ir_wire_bytes(&r, 16, &tag) || r.len != 0))
		return malformed(path, "bytes after its end", err);
	return known_kind(path, cipher, *public, err);
}

/* After the comment come 1, 2, 3, ... up to a multiple of 8 bytes. */
static bool
padding_ok(struct ir_wire r, size_t section)
{
	if (section % 8 != 0 || r.len > 7)
		return false;
	for (size_t i = 0; i < r.len; i++)
		if (r.p[i] != i + 1)
			return false;
	return true;
}

static int
parse_secret(const char *path, struct ir_wire r, const uint8_t outer[32],
    struct ir_keyfile *k, struct ir_err *err)
{
	struct ir_wire type, pub, both, comment;
	size_t section = r.len;
	uint32_t check1, check2;

	if (!ir_wire_u32(&r, &check1) || !ir_wire_u32(&r, &check2) ||
	    check1 != check2)
		return malformed(path, "its check numbers differ", err);
	if (!ir_wire_string(&r, &type) || !ir_wire_is(type, IR_ED25519) ||
	    !ir_wire_string(&r, &pub) || pub.len != 32 ||
	    !ir_wire_string(&r, &both) || both.len != 64 ||
	    !ir_wire_string(&r, &comment))
		return malformed(path, "its private part is malformed", err);
	if (!padding_ok(r, section))
		return malformed(path, "its padding is wrong", err);
	if (memchr(comment.p, '\0', comment.len))
		return malformed(path, "a NUL in its comment", err);
	memcpy(k->pair->seed, both.p, 32);
	if (ir_ed25519_derive(k->pair, k->pair->pub, err) == -1)
		return ir_wrap(err, "%s", path);
	if (memcmp(pub.p, k->pair->pub, 32) != 0 ||
	    memcmp(both.p + 32, k->pair->pub, 32) != 0 ||
	    memcmp(outer, k->pair->pub, 32) != 0)
		return malformed(
		    path, "its public and private halves do not match", err);
	k->comment = strndup((const char *)comment.p, comment.len);
	return k->comment ? 0 : ir_fail_mem(err);
}

static int
parse(const char *path, struct ir_wire bin, struct ir_keyfile *k,
    struct ir_err *err)
{
	struct ir_wire public, secret;
	const uint8_t *pub;
	int rc = parse_outer(path, bin, &public, &secret, err);

	if (rc == -1)
		return -1;
	ir_buf_add(&k->public, public.p, public.len);
	if (rc == 1)
		return k->public.failed ? ir_fail_mem(err) : 1;
	if (!ir_wire_ed25519(public.p, public.len, &pub))
		return malformed(path, "its public part is malformed", err);
	k->pair = ir_ed25519_new(err);
	if (!k->pair || ir_buf_ok(&k->public, err) == -1)
		return -1;
	return parse_secret(path, secret, pub, k, err);
}

int
ir_keyfile_parse(const char *path, const struct ir_buf *text,
    struct ir_keyfile *k, struct ir_err *err)
{
	auto_wiped bin = IR_BUF_INIT;
	struct ir_wire r;
	int rc;

	memset(k, 0, sizeof(*k));
	if (is_public(text->p))
		return ask_agent(err, path, "a public key");
	if ((rc = dearmor(path, text, &bin, err)) != 0)
		return rc;
	r = (struct ir_wire){(const uint8_t *)bin.p, bin.len};
	return parse(path, r, k, err);
}

int
ir_keyfile_read(const char *path, struct ir_keyfile *k, struct ir_err *err)
{
	auto_wiped text = IR_BUF_INIT;
	struct ir_err why;
	int rc;

	memset(k, 0, sizeof(*k));
	if ((rc = ir_keyfile_text(path, &text, err)) != 0)
		return rc;
	if ((rc = ir_keyfile_parse(path, &text, k, err)) != 1)
		return rc;
	why = *err;
	if (is_public(text.p)) {
		if (parse_public(path, text.p, &k->public, err) == -1)
			return -1;
		ir_fail(err, IR_EFORMAT,
		    "%s, whose private half must be in ssh-agent: add it there "
		    "(ssh-add), or name the file of the private key",
		    why.msg);
	} else
		ir_fail(err, IR_EFORMAT,
		    "%s: add it to ssh-agent (ssh-add %s), or name an OpenSSH "
		    "Ed25519 key without a passphrase",
		    why.msg, path);
	return 1;
}

void
ir_keyfile_clear(struct ir_keyfile *k)
{
	ir_ed25519_free(k->pair);
	ir_buf_free(&k->public);
	free(k->comment);
	memset(k, 0, sizeof(*k));
}

int
ir_keyfile_public(const char *path, struct ir_buf *out, struct ir_err *err)
{
	size_t n;
	ir_auto_free char *text = ir_read_file(path, IR_MAX_KEY_FILE, &n, err);

	return text ? parse_public(path, text, out, err) : -1;
}
