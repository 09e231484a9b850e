/* SPDX-License-Identifier: ISC
 *
 * The allowed_signers file: see signers.h.
 */
#include "crypto/signers.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "crypto/signerline.h"

struct ir_signers {
	struct ir_signer *list;
	size_t n, room;
};

static int
add(struct ir_signers *s, const struct ir_signer *line, struct ir_err *err)
{
	if (s->n == s->room) {
		size_t room = s->room ? 2 * s->room : 16;
		void *p = reallocarray(s->list, room, sizeof(*s->list));

		if (!p)
			return ir_fail_mem(err);
		s->list = p;
		s->room = room;
	}
	s->list[s->n++] = *line;
	return 0;
}

static int
parse_lines(
    struct ir_signers *s, char *text, const char *name, struct ir_err *err)
{
	size_t number = 0;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		struct ir_signer one;

		number++;
		if (ir_signer_parse(line, &one, err) == 0 &&
		    (!one.principals || add(s, &one, err) == 0))
			continue;
		ir_signer_clear(&one);
		return ir_wrap(err, "%s:%zu", name, number);
	}
	return 0;
}

struct ir_signers *
ir_signers_parse(const char *p, size_t n, const char *name, struct ir_err *err)
{
	ir_auto_free char *text = strndup(p, n);
	struct ir_signers *s = calloc(1, sizeof(*s));

	if (!text || !s) {
		free(s);
		ir_fail_mem(err);
		return NULL;
	}
	if (strlen(text) != n)
		ir_fail(err, IR_EFORMAT,
		    "%s: not an allowed_signers file: has a NUL in it", name);
	else if (parse_lines(s, text, name, err) == 0)
		return s;
	ir_signers_free(s);
	return NULL;
}

struct ir_signers *
ir_signers_load(const char *path, struct ir_err *err)
{
	size_t n;
	ir_auto_free char *p = ir_read_file(path, IR_MAX_SIGNERS, &n, err);

	return p ? ir_signers_parse(p, n, path, err) : NULL;
}

void
ir_signers_free(struct ir_signers *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		ir_signer_clear(&s->list[i]);
	free(s->list);
	free(s);
}

/* Whether s matches a pattern of n bytes.  After a mismatch only the last *
 * needs to be tried again, so that no pattern takes more than strlen(s) * n
 * steps. */
static bool
match(const char *s, const char *pattern, size_t n)
{
	size_t i = 0, star = n;
	const char *back = NULL;

	while (*s != '\0' || i < n) {
		if (i < n && pattern[i] == '*') {
			star = i++;
			back = s;
		} else if (*s != '\0' && i < n &&
			   (pattern[i] == '?' || pattern[i] == *s)) {
			i++;
			s++;
		} else if (back && *back != '\0') {
			i = star + 1;
			s = ++back;
		} else {
			return false;
		}
	}
	return true;
}

/* A list matches if one of its patterns does, and no negated one. */
static bool
match_list(const char *s, const char *list)
{
	bool found = false;

	for (;; list++) {
		bool negated = *list == '!';
		size_t n;

		list += negated;
		n = strcspn(list, ",");
		if (match(s, list, n)) {
			if (negated)
				return false;
			found = true;
		}
		list += n;
		if (*list == '\0')
			return found;
	}
}

static enum ir_trust
check_one(const struct ir_signer *s, const char *principal, const char *ns,
    int64_t when)
{
	if (!match_list(principal, s->principals))
		return IR_TRUST_OTHER;
	if (s->namespaces && !match_list(ns, s->namespaces))
		return IR_TRUST_NAMESPACE;
	if ((s->after != 0 && when < s->after) ||
	    (s->before != 0 && when > s->before))
		return IR_TRUST_TIME;
	return IR_TRUSTED;
}

enum ir_trust
ir_signers_check(const struct ir_signers *s, const char *principal,
    const char *ns, const uint8_t *blob, size_t len, int64_t when)
{
	enum ir_trust best = IR_TRUST_NO_KEY;

	for (size_t i = 0; i < s->n; i++) {
		const struct ir_signer *one = &s->list[i];
		enum ir_trust t;

		if (one->blob.len != len || memcmp(one->blob.p, blob, len) != 0)
			continue;
		t = check_one(one, principal, ns, when);
		if (t == IR_TRUSTED)
			return t;
		if (t > best) /* the later the check that it failed at */
			best = t;
	}
	return best;
}
