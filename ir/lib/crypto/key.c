/* SPDX-License-Identifier: ISC
 *
 * The responder's signing key: see key.h.  Whatever held a part of the private
 * key is wiped, on failure too.
 */
#include "crypto/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "crypto/sshwire.h"

static const char begin[] = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
static const char end[] = "\n-----END OPENSSH PRIVATE KEY-----\n";
static const char only[] = "only OpenSSH Ed25519 keys can sign here; "
			   "make one with ssh-keygen -t ed25519";

struct ir_key {
	struct ir_ed25519 *pair;
	uint8_t blob[IR_ED25519_BLOB];
	char *comment;
};

static void
wipe(struct ir_buf *b)
{
	if (b->p)
		explicit_bzero(b->p, b->cap);
	ir_buf_free(b);
}
#define auto_wiped __attribute__((cleanup(wipe))) struct ir_buf

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
	if (S_ISDIR(st.st_mode))
		return ir_fail(err, IR_EFORMAT,
		    "%s: a directory; name the key file in it", path);
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

static int
read_text(const char *path, struct ir_buf *text, struct ir_err *err)
{
	ir_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n;

	if (fd == -1)
		return ir_fail_errno(err, "%s", path);
	if (check_access(fd, path, err) == -1 || make_room(text, err) == -1)
		return -1;
	do {
		n = read(fd, text->p + text->len, text->cap - 1 - text->len);
		if (n == -1 && errno != EINTR)
			return ir_fail_errno(err, "%s", path);
		text->len += n > 0 ? (size_t)n : 0;
	} while (n != 0 && text->len <= IR_MAX_KEY_FILE);
	if (text->len > IR_MAX_KEY_FILE)
		return ir_fail(err, IR_EFORMAT,
		    "%s: not a private key: larger than %u bytes", path,
		    IR_MAX_KEY_FILE);
	text->p[text->len] = '\0';
	return 0;
}

/* What else a person may have named. */
static int
refuse(const char *path, const struct ir_buf *text, struct ir_err *err)
{
	static const char public[] = "a public key; name the private key's "
				     "file, which has no .pub at its end";
	static const struct {
		const char *start, *words;
	} kinds[] = {
	    {"ssh-", public},
	    {"ecdsa-", public},
	    {"sk-", public},
	    {"---- BEGIN SSH2 PUBLIC KEY", public},
	    {"-----BEGIN PUBLIC KEY", public},
	    {"-----BEGIN RSA PRIVATE KEY", "an RSA key in PEM form"},
	    {"-----BEGIN EC PRIVATE KEY", "an ECDSA key in PEM form"},
	    {"-----BEGIN DSA PRIVATE KEY", "a DSA key in PEM form"},
	    {"-----BEGIN ENCRYPTED PRIVATE KEY", "a key in PKCS#8 PEM form"},
	    {"-----BEGIN PRIVATE KEY", "a key in PKCS#8 PEM form"},
	    {"PuTTY-User-Key-File", "a key in PuTTY's form"},
	};

	if (text->len == 0)
		return ir_fail(err, IR_EFORMAT, "%s: empty", path);
	if (memchr(text->p, '\r', text->len))
		return ir_fail(err, IR_EFORMAT,
		    "%s: has carriage returns in it; save it with Unix line "
		    "ends",
		    path);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *words = kinds[i].words, *start = kinds[i].start;

		if (strncmp(text->p, start, strlen(start)) != 0)
			continue;
		if (words == public)
			return ir_fail(err, IR_EFORMAT, "%s: %s", path, words);
		return ir_fail(
		    err, IR_EFORMAT, "%s: %s; %s", path, words, only);
	}
	return ir_fail(
	    err, IR_EFORMAT, "%s: not a private key; %s", path, only);
}

static int
malformed(const char *path, const char *what, struct ir_err *err)
{
	return ir_fail(
	    err, IR_EFORMAT, "%s: damaged private key: %s", path, what);
}

/* The binary key out of the text around it. */
static int
dearmor(const char *path, const struct ir_buf *text, struct ir_buf *bin,
    struct ir_err *err)
{
	const char *body, *stop;

	if (strncmp(text->p, begin, strlen(begin)) != 0)
		return refuse(path, text, err);
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

/* What stands before the private section; that goes to secret. */
static int
parse_outer(const char *path, struct ir_wire r, struct ir_wire *public,
    struct ir_wire *secret, struct ir_err *err)
{
	static const char magic[] = "openssh-key-v1"; /* and its NUL */
	struct ir_wire m, cipher, kdf, options, type;
	uint32_t count;

	if (!ir_wire_bytes(&r, sizeof(magic), &m) ||
	    memcmp(m.p, magic, sizeof(magic)) != 0)
		return malformed(path, "no openssh-key-v1 in it", err);
	if (!ir_wire_string(&r, &cipher) || !ir_wire_string(&r, &kdf) ||
	    !ir_wire_string(&r, &options) || !ir_wire_u32(&r, &count))
		return malformed(path, "cut short", err);
	if (!ir_wire_is(cipher, "none"))
		return ir_fail(err, IR_EFORMAT,
		    "%s: protected by a passphrase; make a copy without one "
		    "with ssh-keygen -p, or use another key (ssh-agent is not "
		    "supported yet)",
		    path);
	if (!ir_wire_is(kdf, "none") || options.len != 0)
		return malformed(path, "a passphrase without a cipher", err);
	if (count != 1)
		return ir_fail(err, IR_EFORMAT,
		    "%s: holds %u keys; one is needed", path, count);
	if (!ir_wire_string(&r, public) || !ir_wire_string(&r, secret))
		return malformed(path, "cut short", err);
	if (r.len != 0)
		return malformed(path, "bytes after its end", err);
	if (!ir_wire_key_type(public->p, public->len, &type))
		return malformed(path, "no type of key", err);
	if (!ir_wire_is(type, IR_ED25519))
		return ir_fail(err, IR_EFORMAT, "%s: a key of type %.*s; %s",
		    path, IR_WIRE_ARG(type), only);
	return 0;
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
parse_secret(
    const char *path, struct ir_wire r, struct ir_key *k, struct ir_err *err)
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
	    memcmp(k->blob + IR_ED25519_BLOB - 32, k->pair->pub, 32) != 0)
		return malformed(
		    path, "its public and private halves do not match", err);
	k->comment = strndup((const char *)comment.p, comment.len);
	return k->comment ? 0 : ir_fail_mem(err);
}

static int
load(const char *path, struct ir_key *k, struct ir_err *err)
{
	auto_wiped text = IR_BUF_INIT;
	auto_wiped bin = IR_BUF_INIT;
	struct ir_wire r, public, secret;
	const uint8_t *pub;

	k->pair = ir_ed25519_new(err);
	if (!k->pair || read_text(path, &text, err) == -1 ||
	    dearmor(path, &text, &bin, err) == -1)
		return -1;
	r.p = (const uint8_t *)bin.p;
	r.len = bin.len;
	if (parse_outer(path, r, &public, &secret, err) == -1)
		return -1;
	if (!ir_wire_ed25519(public.p, public.len, &pub))
		return malformed(path, "its public part is malformed", err);
	memcpy(k->blob, public.p, sizeof(k->blob));
	return parse_secret(path, secret, k, err);
}

struct ir_key *
ir_key_load(const char *path, struct ir_err *err)
{
	struct ir_key *k = calloc(1, sizeof(*k));

	if (!k) {
		ir_fail_mem(err);
		return NULL;
	}
	if (load(path, k, err) == -1) {
		ir_key_free(k);
		return NULL;
	}
	return k;
}

void
ir_key_free(struct ir_key *k)
{
	if (!k)
		return;
	ir_ed25519_free(k->pair);
	free(k->comment);
	free(k);
}

const char *
ir_key_comment(const struct ir_key *k)
{
	return k->comment;
}

const uint8_t *
ir_key_blob(const struct ir_key *k, size_t *len)
{
	*len = sizeof(k->blob);
	return k->blob;
}

char *
ir_key_public(const struct ir_key *k, struct ir_err *err)
{
	struct ir_buf b = IR_BUF_INIT;

	ir_buf_puts(&b, IR_ED25519 " ");
	ir_base64(&b, k->blob, sizeof(k->blob), 0);
	return ir_buf_take(&b, err);
}

char *
ir_key_fingerprint(const uint8_t *blob, size_t len, struct ir_err *err)
{
	struct ir_sha256 *d = ir_sha256_new(err);
	struct ir_buf b = IR_BUF_INIT;
	uint8_t raw[IR_SHA256_LEN];

	if (!d)
		return NULL;
	ir_sha256_update(d, blob, len);
	ir_sha256_raw(d, raw);
	ir_sha256_free(d);
	ir_buf_puts(&b, "SHA256:");
	ir_base64(&b, raw, sizeof(raw), 0);
	while (b.len > 0 && b.p[b.len - 1] == '=')
		b.p[--b.len] = '\0';
	return ir_buf_take(&b, err);
}

int
ir_key_sign(const struct ir_key *k, const void *p, size_t n, uint8_t sig[64],
    struct ir_err *err)
{
	return ir_ed25519_sign(k->pair, p, n, sig, err);
}

int
ir_key_verify(const uint8_t pub[32], const void *p, size_t n,
    const uint8_t sig[64], struct ir_err *err)
{
	return ir_ed25519_verify(pub, p, n, sig, err);
}
