/* SPDX-License-Identifier: ISC
 *
 * One line of an allowed_signers file: see signerline.h.  Where ssh-keygen is
 * lax (a date that does not exist, a quote in the middle of a word) the line
 * is refused: a slip in a file of trust is better heard of than guessed at.
 */
#include "crypto/signerline.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/text.h"
#include "crypto/sshwire.h"

#define BLANK " \t\r"

static void
skip_blanks(char **p)
{
	*p += strspn(*p, BLANK);
}

/* The word at *p, which may stand in quotes; ends it with a NUL and steps over
 * it and the blanks after it.  NULL if it is malformed. */
static char *
take_word(char **p, bool quotable)
{
	bool quoted = quotable && **p == '"';
	char *word = *p + quoted;
	size_t n = strcspn(word, quoted ? "\"" : BLANK "\"");
	char *stop = word + n;

	if (n == 0 || quoted != (*stop == '"'))
		return NULL;
	*p = stop + quoted;
	if (**p != '\0' && !strchr(BLANK, **p))
		return NULL;
	skip_blanks(p);
	*stop = '\0';
	return word;
}

static bool
is_ca(const char *p, size_t n)
{
	static const char ca[] = "cert-authority";

	return n == strlen(ca) && strncasecmp(p, ca, n) == 0;
}

/* The value of an option, in quotes, in which \" is a quote. */
static char *
take_quoted(char **p)
{
	char *value = *p + 1, *to = value, *from = value;

	if (**p != '"')
		return NULL;
	for (; *from != '"'; *to++ = *from++) {
		if (from[0] == '\\' && from[1] == '"')
			from++;
		if (*from == '\0')
			return NULL;
	}
	*p = from + 1;
	*to = '\0';
	return value;
}

static bool
digits(const char *s, size_t n, int *out)
{
	*out = 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		*out = *out * 10 + (s[i] - '0');
	}
	return true;
}

/* YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS; then "Z" or "UTC", or local
 * time, which for ssh-keygen is standard time all year round. */
static bool
parse_time(const char *s, int64_t *out)
{
	struct tm tm = {0}, carried;
	size_t n = strspn(s, "0123456789");
	bool utc = strcasecmp(s + n, "Z") == 0 || strcasecmp(s + n, "UTC") == 0;

	if ((n != 8 && n != 12 && n != 14) || (!utc && s[n] != '\0'))
		return false;
	if (!digits(s, 4, &tm.tm_year) || !digits(s + 4, 2, &tm.tm_mon) ||
	    !digits(s + 6, 2, &tm.tm_mday) ||
	    (n >= 12 && !digits(s + 8, 2, &tm.tm_hour)) ||
	    (n >= 12 && !digits(s + 10, 2, &tm.tm_min)) ||
	    (n >= 14 && !digits(s + 12, 2, &tm.tm_sec)))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	/* A field out of its range carries over into the next. */
	carried = tm;
	if (timegm(&carried) == -1 || carried.tm_mon != tm.tm_mon ||
	    carried.tm_hour != tm.tm_hour || carried.tm_min != tm.tm_min)
		return false;
	*out = utc ? timegm(&tm) : mktime(&tm);
	return *out > 0;
}

static int
bad(struct ir_err *err, const char *what)
{
	return ir_fail(err, IR_EFORMAT, "%s", what);
}

static int
set_time(int64_t *to, const char *value, struct ir_err *err)
{
	if (*to != 0)
		return bad(err, "the same option twice");
	if (!parse_time(value, to))
		return ir_fail(err, IR_EFORMAT,
		    "\"%s\" is not a time; write YYYYMMDD or "
		    "YYYYMMDDHHMM[SS], and Z after it for UTC",
		    value);
	return 0;
}

static int
set_option(struct ir_signer *s, const char *name, const char *value,
    struct ir_err *err)
{
	if (strcasecmp(name, "valid-after") == 0)
		return set_time(&s->after, value, err);
	if (strcasecmp(name, "valid-before") == 0)
		return set_time(&s->before, value, err);
	if (strcasecmp(name, "namespaces") != 0)
		return ir_fail(err, IR_EFORMAT, "unknown option %s", name);
	if (s->namespaces)
		return bad(err, "the same option twice");
	s->namespaces = strdup(value);
	return s->namespaces ? 0 : ir_fail_mem(err);
}

static int
parse_options(char **p, struct ir_signer *s, struct ir_err *err)
{
	for (;;) {
		char *name = *p, *value;
		size_t n = strcspn(name, BLANK "\"=,");

		if (is_ca(name, n))
			return bad(err,
			    "cert-authority is not supported; list the keys "
			    "themselves");
		if (n == 0 || name[n] != '=')
			return bad(err, "an option without a value");
		name[n] = '\0';
		*p += n + 1;
		value = take_quoted(p);
		if (!value)
			return bad(err, "an option's value is not in quotes");
		if (set_option(s, name, value, err) == -1)
			return -1;
		if (**p != ',')
			break;
		++*p;
	}
	if (**p == '\0' || !strchr(BLANK, **p))
		return bad(err, "no key after the options");
	if (s->after != 0 && s->before != 0 && s->before <= s->after)
		return bad(err, "valid-before is not after valid-after");
	return 0;
}

int
ir_signer_key_parse(char *p, struct ir_buf *blob, struct ir_err *err)
{
	const char *type = take_word(&p, false);
	const char *code = type ? take_word(&p, false) : NULL;
	struct ir_wire r, name, more;
	const uint8_t *pub;

	if (!code)
		return bad(err, "no key in it");
	if (ir_base64_decode(blob, code, strlen(code)) == -1)
		return ir_buf_ok(blob, err) == -1
			   ? -1
			   : bad(err, "its key is not base64");
	r = (struct ir_wire){(const uint8_t *)blob->p, blob->len};
	if (!ir_wire_key_type(r.p, r.len, &name) || !ir_wire_is(name, type))
		return bad(err, "its key is not of the type before it");
	if (strcmp(type, IR_ED25519) == 0
		? !ir_wire_ed25519(r.p, r.len, &pub)
		: !ir_wire_string(&r, &name) || !ir_wire_string(&r, &more))
		return bad(err, "its key is malformed");
	return 0;
}

/* Whether this is the type of a key, and base64 of one follows: the line is of
 * a public key file. */
static bool
is_key_file(const char *word, const char *rest)
{
	static const char *const types[] = {"ssh-", "ecdsa-", "sk-"};

	if (!ir_starts(rest, "AAAA"))
		return false;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (ir_starts(word, types[i]))
			return true;
	return false;
}

int
ir_signer_parse(char *p, struct ir_signer *s, struct ir_err *err)
{
	const char *principals;
	size_t n;

	memset(s, 0, sizeof(*s));
	skip_blanks(&p);
	if (*p == '\0' || *p == '#')
		return 0;
	principals = take_word(&p, true);
	if (!principals)
		return bad(err, "its principals are malformed");
	if (is_key_file(principals, p))
		return bad(err,
		    "begins with a key type: put the person's name before it: "
		    "alice@lab ssh-ed25519 AAAA...");
	s->principals = strdup(principals);
	if (!s->principals)
		return ir_fail_mem(err);
	n = strcspn(p, BLANK "\"=,");
	if ((p[n] != '\0' && !strchr(BLANK, p[n])) || is_ca(p, n)) {
		if (parse_options(&p, s, err) == -1)
			return -1;
		skip_blanks(&p);
	}
	return ir_signer_key_parse(p, &s->blob, err);
}

void
ir_signer_clear(struct ir_signer *s)
{
	free(s->principals);
	free(s->namespaces);
	ir_buf_free(&s->blob);
}
