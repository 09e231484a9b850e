/* SPDX-License-Identifier: ISC
 *
 * Answers: see answer.h.
 */
#include "net/answer.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"

/* A line with a chunk's size: 16 digits, and extensions, which nobody uses. */
#define MAX_CHUNK_LINE 1024u

#define DIGITS "0123456789"

static int
refuse(struct ir_answer *a, struct ir_err *err, const char *why)
{
	a->refused = true;
	return ir_fail(err, IR_EPROTO, "%s", why);
}

void
ir_answer_init(
    struct ir_answer *a, bool head, const struct ir_answer_taker *taker)
{
	*a = (struct ir_answer){.taker = taker, .bodiless = head, .keep = true};
}

void
ir_answer_free(struct ir_answer *a)
{
	ir_buf_free(&a->line);
}

/* "HTTP/1.1 200 OK"; the words are nobody's business. */
static int
status_line(struct ir_answer *a, const char *s, struct ir_err *err)
{
	if (strncmp(s, "HTTP/1.", 7) != 0 || !isdigit((unsigned char)s[7]) ||
	    s[8] != ' ' || s[9] < '1' || s[9] > '9' ||
	    strspn(s + 9, DIGITS) != 3 || (s[12] != ' ' && s[12] != '\0'))
		return refuse(a, err, "its answer does not begin as one");
	a->status = (s[9] - '0') * 100 + (s[10] - '0') * 10 + (s[11] - '0');
	if (a->status == 101)
		return refuse(a, err, "it changes to another protocol unasked");
	if (s[7] == '0')
		a->keep = false;
	a->state = IR_ANSWER_FIELDS;
	return 0;
}

/* RFC 9110's tchar. */
static size_t
name_length(const char *s)
{
	return strspn(s, DIGITS "!#$%&'*+-.^_`|~"
				"abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

static bool
has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if (((unsigned char)*s < ' ' && *s != '\t') || *s == 0x7f)
			return true;
	return false;
}

static int
content_length(struct ir_answer *a, const char *value, struct ir_err *err)
{
	size_t n = strspn(value, DIGITS);

	/* 18 digits do not overflow, and are an exabyte. */
	if (n == 0 || n > 18 || value[n] != '\0')
		return refuse(a, err, "its Content-Length is no number");
	if (a->measured)
		return refuse(a, err, "it has two Content-Lengths");
	a->measured = true;
	for (a->left = 0; *value != '\0'; value++)
		a->left = a->left * 10 + (uint64_t)(*value - '0');
	return 0;
}

/* Whether a comma-separated list has the word. */
static bool
lists(const char *list, const char *word)
{
	size_t n = strlen(word), len;

	for (; *list != '\0'; list += len) {
		list += strspn(list, ", \t");
		len = strcspn(list, ", \t");
		if (len == n && strncasecmp(list, word, n) == 0)
			return true;
	}
	return false;
}

/* What the framing follows from. */
static int
framing(struct ir_answer *a, const char *name, const char *value,
    struct ir_err *err)
{
	if (strcasecmp(name, "Content-Length") == 0)
		return content_length(a, value, err);
	if (strcasecmp(name, "Connection") == 0 && lists(value, "close"))
		a->keep = false;
	if (strcasecmp(name, "Transfer-Encoding") != 0)
		return 0;
	if (a->chunked || strcasecmp(value, "chunked") != 0)
		return refuse(
		    a, err, "its Transfer-Encoding is other than chunked");
	a->chunked = true;
	return 0;
}

static int
field(struct ir_answer *a, char *line, struct ir_err *err)
{
	size_t n = name_length(line), end;
	char *value = line + n + 1;

	if (n == 0 || line[n] != ':')
		return refuse(a, err, "a line of its header is none");
	line[n] = '\0';
	value += strspn(value, " \t");
	for (end = strlen(value); end > 0 && strchr(" \t", value[end - 1]);)
		value[--end] = '\0';
	if (has_control(value))
		return refuse(
		    a, err, "a line of its header has control characters");
	if (a->status < 200)
		return 0;
	if (framing(a, line, value, err) == -1)
		return -1;
	return a->taker->field(a->taker->arg, line, value, err);
}

static int
head_end(struct ir_answer *a, struct ir_err *err)
{
	if (a->status < 200) { /* the answer proper is to follow */
		a->status = 0;
		a->state = IR_ANSWER_STATUS;
		return 0;
	}
	if (a->chunked && a->measured)
		return refuse(
		    a, err, "it says in two ways how long its body is");
	if (a->bodiless || a->status == 204 || a->status == 304)
		a->state = IR_ANSWER_DONE;
	else if (a->chunked)
		a->state = IR_ANSWER_CHUNK_SIZE;
	else if (a->measured)
		a->state = a->left > 0 ? IR_ANSWER_LENGTH : IR_ANSWER_DONE;
	else {
		a->state = IR_ANSWER_UNTIL_END;
		a->keep = false;
	}
	return 0;
}

static int
chunk_size(struct ir_answer *a, const char *s, struct ir_err *err)
{
	size_t n = strspn(s, DIGITS "abcdefABCDEF");
	const char *after = s + n + strspn(s + n, " \t");

	/* 15 digits do not overflow, and are an exabyte. */
	if (n == 0 || n > 15 || (*after != '\0' && *after != ';'))
		return refuse(a, err, "a chunk's size is no number");
	for (a->left = 0; n > 0; n--, s++)
		a->left =
		    a->left * 16 +
		    (uint64_t)(isdigit((unsigned char)*s)
				   ? *s - '0'
				   : tolower((unsigned char)*s) - 'a' + 10);
	a->state = a->left > 0 ? IR_ANSWER_CHUNK : IR_ANSWER_TRAILER;
	return 0;
}

/* A whole line, without its end. */
static int
line(struct ir_answer *a, char *s, struct ir_err *err)
{
	switch (a->state) {
	case IR_ANSWER_STATUS:
		return status_line(a, s, err);
	case IR_ANSWER_FIELDS:
		return *s != '\0' ? field(a, s, err) : head_end(a, err);
	case IR_ANSWER_CHUNK_SIZE:
		return chunk_size(a, s, err);
	case IR_ANSWER_CHUNK_END:
		if (*s != '\0')
			return refuse(a, err, "a chunk is longer than it says");
		a->state = IR_ANSWER_CHUNK_SIZE;
		return 0;
	default: /* the trailer, of which nothing is taken */
		if (*s == '\0')
			a->state = IR_ANSWER_DONE;
		return 0;
	}
}

/* How long lines may still become. */
static int
check_length(struct ir_answer *a, size_t n, struct ir_err *err)
{
	if (a->state == IR_ANSWER_CHUNK_SIZE || a->state == IR_ANSWER_CHUNK_END)
		return a->line.len + n <= MAX_CHUNK_LINE
			   ? 0
			   : refuse(a, err, "a chunk's size is no number");
	a->head += n;
	if (a->head <= IR_MAX_HTTP_HEAD)
		return 0;
	a->refused = true;
	return ir_fail(err, IR_EPROTO,
	    "its answer has more than %u bytes of "
	    "header",
	    IR_MAX_HTTP_HEAD);
}

/* Whoever speaks something else may wait for us, and never end its line. */
static bool
begins_well(const struct ir_answer *a)
{
	size_t n = a->line.len < 7 ? a->line.len : 7;

	return a->state != IR_ANSWER_STATUS ||
	       memcmp(a->line.p, "HTTP/1.", n) == 0;
}

/* Bytes of lines: how many it took. */
static ssize_t
feed_line(struct ir_answer *a, const char *p, size_t n, struct ir_err *err)
{
	const char *lf = memchr(p, '\n', n);
	size_t take = lf != NULL ? (size_t)(lf + 1 - p) : n, len;

	if (check_length(a, take, err) == -1)
		return -1;
	ir_buf_add(&a->line, p, take);
	if (ir_buf_ok(&a->line, err) == -1)
		return -1;
	if (!begins_well(a))
		return refuse(a, err, "its answer does not begin as one");
	if (memchr(p, '\0', take) != NULL)
		return refuse(a, err, "its answer has a NUL among its lines");
	if (lf == NULL)
		return (ssize_t)take;
	len = a->line.len - 1;
	if (len > 0 && a->line.p[len - 1] == '\r')
		len--;
	a->line.p[len] = '\0';
	a->line.len = 0;
	return line(a, a->line.p, err) == -1 ? -1 : (ssize_t)take;
}

/* Bytes of the body: how many it took. */
static ssize_t
feed_body(struct ir_answer *a, const char *p, size_t n, struct ir_err *err)
{
	bool counted = a->state != IR_ANSWER_UNTIL_END;

	if (counted && n > a->left)
		n = (size_t)a->left;
	if (a->taker->body(a->taker->arg, p, n, err) == -1)
		return -1;
	if (counted && (a->left -= n) == 0)
		a->state = a->state == IR_ANSWER_CHUNK ? IR_ANSWER_CHUNK_END
						       : IR_ANSWER_DONE;
	return (ssize_t)n;
}

ssize_t
ir_answer_feed(struct ir_answer *a, const void *p, size_t n, struct ir_err *err)
{
	const char *at = p;
	size_t left = n;
	ssize_t took;

	while (left > 0 && a->state != IR_ANSWER_DONE) {
		if (a->state == IR_ANSWER_LENGTH ||
		    a->state == IR_ANSWER_CHUNK ||
		    a->state == IR_ANSWER_UNTIL_END)
			took = feed_body(a, at, left, err);
		else
			took = feed_line(a, at, left, err);
		if (took == -1)
			return -1;
		at += took;
		left -= (size_t)took;
	}
	return (ssize_t)(n - left);
}

bool
ir_answer_end(struct ir_answer *a)
{
	if (a->state == IR_ANSWER_UNTIL_END)
		a->state = IR_ANSWER_DONE;
	return a->state == IR_ANSWER_DONE;
}
