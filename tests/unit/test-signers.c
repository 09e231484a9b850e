/* SPDX-License-Identifier: ISC
 *
 * crypto/signers: who is trusted, for what, when; and that ssh-keygen -Y
 * verify says the same of each row here.
 */
#include "tests/unit/unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "base/limits.h"
#include "base/time.h"
#include "crypto/signers.h"
#include "crypto/sshsig.h"
#include "tests/unit/sshtest.h"

#define NS    "custody.v1@ir-tools"
#define Y2026 "2026-01-01T00:00:00Z"
#define PUB2                                              \
	"ssh-ed25519 "                                    \
	"AAAAC3NzaC1lZDI1NTE5AAAAID1AF8PoQ4lakrcKp00bfry" \
	"cmCzPLsSWjMDNVfEq9GYM"
#define ECDSA                                             \
	"ecdsa-sha2-nistp256 "                            \
	"AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTY" \
	"AAABBBGze9fS7Bc6xgz8AJvFPsDRB6PJXYoIEpqKIQc6REU" \
	"lokEapdO8Qm7xts35AAFgU9WBJv1GoXQy+Qh3Go4VYKI8="

static const char msg[] = "It was a quiet night.\n";

/* Central Europe, without a need for tzdata. */
static const char berlin[] = "CET-1CEST,M3.5.0,M10.5.0/3";

static const struct row {
	const char *file, *principal, *ns, *when;
	enum ir_trust want;
} rows[] = {
    /* keys and principals */
    {"", "alice", NS, Y2026, IR_TRUST_NO_KEY},
    {"alice " PUB1, "alice", NS, Y2026, IR_TRUSTED},
    {"alice " PUB1 " a comment = \"x\"\n", "alice", NS, Y2026, IR_TRUSTED},
    {"# who\n\n \t\n  alice\t " PUB1 "\r\n", "alice", NS, Y2026, IR_TRUSTED},
    {"#alice " PUB1 "\n", "alice", NS, Y2026, IR_TRUST_NO_KEY},
    {"alice " PUB2 "\n", "alice", NS, Y2026, IR_TRUST_NO_KEY},
    {"alice " PUB2 "\nalice " ECDSA "\nalice " PUB1 "\n", "alice", NS, Y2026,
	IR_TRUSTED},
    {"bob " PUB1 "\n", "alice", NS, Y2026, IR_TRUST_OTHER},
    {"alice2 " PUB1 "\n", "alice", NS, Y2026, IR_TRUST_OTHER},
    {"Alice " PUB1 "\n", "alice", NS, Y2026, IR_TRUST_OTHER},
    {"bob,alice,carol " PUB1 "\n", "alice", NS, Y2026, IR_TRUSTED},
    {"\"a b,alice\" " PUB1 "\n", "alice", NS, Y2026, IR_TRUSTED},
    {"\"a b\" " PUB1 "\n", "a b", NS, Y2026, IR_TRUSTED},
    /* patterns */
    {"* " PUB1 "\n", "alice@lab", NS, Y2026, IR_TRUSTED},
    {"*@lab " PUB1 "\n", "alice@lab", NS, Y2026, IR_TRUSTED},
    {"*@lab " PUB1 "\n", "alice@lab.evil", NS, Y2026, IR_TRUST_OTHER},
    {"*a*b*c " PUB1 "\n", "xxaxabxbcxc", NS, Y2026, IR_TRUSTED},
    {"*a*b*c " PUB1 "\n", "xxaxcxbx", NS, Y2026, IR_TRUST_OTHER},
    {"al??e " PUB1 "\n", "alice", NS, Y2026, IR_TRUSTED},
    {"al??e " PUB1 "\n", "alie", NS, Y2026, IR_TRUST_OTHER},
    {"alice? " PUB1 "\n", "alice", NS, Y2026, IR_TRUST_OTHER},
    {"alice** " PUB1 "\n", "alice", NS, Y2026, IR_TRUSTED},
    {"*,!alice " PUB1 "\n", "alice", NS, Y2026, IR_TRUST_OTHER},
    {"!alice,* " PUB1 "\n", "bob", NS, Y2026, IR_TRUSTED},
    {"!al*,* " PUB1 "\n", "alice", NS, Y2026, IR_TRUST_OTHER},
    {"!bob " PUB1 "\n", "alice", NS, Y2026, IR_TRUST_OTHER},
    {"*,!alice " PUB1 "\nalice " PUB1 "\n", "alice", NS, Y2026, IR_TRUSTED},
    {"alice,, " PUB1 "\n", "alice", NS, Y2026, IR_TRUSTED},
    /* a principal that looks like a pattern is only itself */
    {"alice " PUB1 "\n", "*", NS, Y2026, IR_TRUST_OTHER},
    {"alice " PUB1 "\n", "alice,*", NS, Y2026, IR_TRUST_OTHER},
    /* namespaces */
    {"alice namespaces=\"" NS "\" " PUB1 "\n", "alice", NS, Y2026, IR_TRUSTED},
    {"alice namespaces=\"file\" " PUB1 "\n", "alice", NS, Y2026,
	IR_TRUST_NAMESPACE},
    {"alice namespaces=\"\" " PUB1 "\n", "alice", NS, Y2026,
	IR_TRUST_NAMESPACE},
    {"alice namespaces=\"file,*@ir-tools\" " PUB1 "\n", "alice", NS, Y2026,
	IR_TRUSTED},
    {"alice NameSpaces=\"*@ir-tools,!custody*\" " PUB1 "\n", "alice", NS, Y2026,
	IR_TRUST_NAMESPACE},
    {"alice namespaces=\"*@ir-tools,!custody*\" " PUB1 "\n", "alice",
	"journal.v1@ir-tools", Y2026, IR_TRUSTED},
    {"alice namespaces=\"a\\\"b\" " PUB1 "\n", "alice", "a\"b", Y2026,
	IR_TRUSTED},
    {"bob namespaces=\"" NS "\" " PUB1 "\nalice namespaces=\"file\" " PUB1 "\n",
	"alice", NS, Y2026, IR_TRUST_NAMESPACE},
    /* times: both ends belong to the span */
    {"alice valid-after=\"20260101Z\" " PUB1, "alice", NS,
	"2025-12-31T23:59:59Z", IR_TRUST_TIME},
    {"alice valid-after=\"20260101Z\" " PUB1, "alice", NS, Y2026, IR_TRUSTED},
    {"alice valid-before=\"20260101Z\" " PUB1, "alice", NS, Y2026, IR_TRUSTED},
    {"alice valid-before=\"20260101Z\" " PUB1, "alice", NS,
	"2026-01-01T00:00:01Z", IR_TRUST_TIME},
    {"alice valid-after=\"202601010130z\" " PUB1, "alice", NS,
	"2026-01-01T01:29:59Z", IR_TRUST_TIME},
    {"alice valid-after=\"202601010130UTC\" " PUB1, "alice", NS,
	"2026-01-01T01:30:00Z", IR_TRUSTED},
    {"alice valid-after=\"20260101013015Z\" " PUB1, "alice", NS,
	"2026-01-01T01:30:14Z", IR_TRUST_TIME},
    {"alice valid-after=\"20260101013015Z\" " PUB1, "alice", NS,
	"2026-01-01T01:30:15Z", IR_TRUSTED},
    {"alice valid-after=\"20260101\" " PUB1, "alice", NS,
	"2025-12-31T22:59:59Z", IR_TRUST_TIME},
    {"alice valid-after=\"20260101\" " PUB1, "alice", NS,
	"2025-12-31T23:00:00Z", IR_TRUSTED},
    {"alice valid-after=\"20260701\" " PUB1, "alice", NS,
	"2026-06-30T22:59:59Z", IR_TRUST_TIME},
    {"alice valid-after=\"20260701\" " PUB1, "alice", NS,
	"2026-06-30T23:00:00Z", IR_TRUSTED},
    {"alice valid-after=\"20260101Z\",namespaces=\"" NS
     "\",valid-before=\"20270101Z\"\t" PUB1,
	"alice", NS, "2026-07-01T00:00:00Z", IR_TRUSTED},
    {"alice valid-after=\"20260101Z\",valid-before=\"20270101Z\" " PUB1,
	"alice", NS, "2028-07-01T00:00:00Z", IR_TRUST_TIME},
    {"alice namespaces=\"file\" " PUB1
     "\nalice valid-before=\"20200101Z\" " PUB1 "\nbob " PUB1,
	"alice", NS, Y2026, IR_TRUST_TIME},
    {"alice valid-before=\"20200101Z\" " PUB1
     "\nalice valid-after=\"20200101Z\" " PUB1,
	"alice", NS, Y2026, IR_TRUSTED},
};

static struct ir_key *key;

static int
enter(void **state)
{
	struct ir_err err;

	if (scratch_enter(state) == -1)
		return -1;
	setenv("TZ", berlin, 1);
	tzset();
	put_key("key", seed1, pub1, NULL);
	key = ir_key_load("key", &err);
	return key ? 0 : -1;
}

static int
leave(void **state)
{
	ir_key_free(key);
	return scratch_leave(state);
}

static void
test_verdicts(void **state)
{
	size_t len;
	const uint8_t *blob = ir_key_blob(key, &len);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];
		struct ir_err err;
		struct ir_signers *s =
		    ir_signers_parse(r->file, strlen(r->file), "as", &err);
		enum ir_trust got;
		int64_t when;

		if (!s)
			fail_msg("%s: %s", r->file, err.msg);
		assert_int_equal(ir_time_parse(r->when, &when), 0);
		got = ir_signers_check(s, r->principal, r->ns, blob, len, when);
		if (got != r->want)
			fail_msg("%d, not %d: %s at %s: %s", got, r->want,
			    r->principal, r->when, r->file);
		ir_signers_free(s);
	}
}

/* 2026-01-01T00:00:00Z as ssh-keygen wants it: 20260101000000Z. */
static void
ssh_time(char out[32], const char *when)
{
	size_t n = 0;

	for (; *when != '\0'; when++)
		if (!strchr("-:T", *when))
			out[n++] = *when;
	out[n] = '\0';
}

/* Whether ssh-keygen trusts r's principal with our signature. */
static bool
ssh_trusts(const struct row *r)
{
	struct ir_err err;
	char when[32];
	ir_auto_free char *sig =
	    ir_sshsig_sign(key, r->ns, msg, sizeof(msg) - 1, &err);

	assert_non_null(sig);
	put_file("sig", sig, strlen(sig), 0600);
	put_file("as", r->file, strlen(r->file), 0600);
	ssh_time(when, r->when);
	return sh("ssh-keygen -Y verify -f as -I '%s' -n '%s' -s sig "
		  "-Overify-time=%s < msg",
		   r->principal, r->ns, when) == 0;
}

static void
test_verdicts_of_ssh(void **state)
{
	(void)state;
	need("ssh-keygen");
	put_file("msg", msg, sizeof(msg) - 1, 0600);
	for (size_t i = 0; i < COUNT(rows); i++)
		if (ssh_trusts(&rows[i]) != (rows[i].want == IR_TRUSTED))
			fail_msg("%s at %s: %s: %s", rows[i].principal,
			    rows[i].when, rows[i].file, said());
}

/* Lines that are refused; of the lax ones ssh-keygen makes something. */
static const struct {
	const char *line, *words;
	bool lax;
} bad[] = {
    {"alice", "no key in it", false},
    {"alice ", "no key in it", false},
    {PUB1 " alice@lab", "begins with a key type: put the person's name", false},
    {"ecdsa-sha2-nistp256 AAAA=", "begins with a key type", false},
    {"ssh-rsa x", "no key in it", false},
    {"\"alice " PUB1, "its principals are malformed", false},
    {"\"alice\"" PUB1, "its principals are malformed", true},
    {"al\"ice\" " PUB1, "its principals are malformed", true},
    {"\"\" " PUB1, "its principals are malformed", false},
    {"alice, bob " PUB1, "its key is not base64", false},
    {"alice ssh-ed25519", "no key in it", false},
    {"alice ssh-ed25519 \"AAAA\"", "no key in it", false},
    {"alice ssh-ed25519 !", "its key is not base64", false},
    {"alice ssh-ed25519 AAAA", "its key is not of the type", false},
    {"alice ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2q"
     "YjJa8CGmj3B1Ea",
	"its key is not of the type", false},
    {"alice ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==", "its key is malformed",
	false},
    {"alice ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAI",
	"its key is malformed", false},
    {"alice cert-authority " PUB1, "cert-authority is not supported", false},
    {"alice namespaces=\"x\",CERT-authority " PUB1,
	"cert-authority is not supported", false},
    {"alice namespaces=\"" NS "\"", "no key after the options", false},
    {"alice namespaces=\"" NS "\" ", "no key in it", false},
    {"alice namespaces=\"" NS "\"" PUB1, "no key after the options", false},
    {"alice namespaces=\"" NS "\", " PUB1, "an option without a value", false},
    {"alice namespaces=" NS " " PUB1, "value is not in quotes", false},
    {"alice namespaces=\"" NS " " PUB1, "value is not in quotes", false},
    {"alice namespaces " PUB1, "its key is not base64", false},
    {"alice =\"x\" " PUB1, "an option without a value", false},
    {"alice spaces=\"x\" " PUB1, "unknown option spaces", false},
    {"alice namespaces=\"" NS "\",namespaces=\"" NS "\" " PUB1,
	"the same option twice", false},
    {"alice valid-after=\"20200101\",valid-after=\"20200101\" " PUB1,
	"the same option twice", false},
    {"alice valid-before=\"20300101\",valid-before=\"20300101\" " PUB1,
	"the same option twice", false},
    {"alice valid-after=\"20200101\",valid-before=\"20200101\" " PUB1,
	"valid-before is not after valid-after", false},
    {"alice valid-after=\"\" " PUB1, "is not a time", false},
    {"alice valid-after=\"Z\" " PUB1, "is not a time", false},
    {"alice valid-after=\"2020\" " PUB1, "is not a time", false},
    {"alice valid-after=\"2020010112\" " PUB1, "is not a time", false},
    {"alice valid-after=\"202001011\" " PUB1, "is not a time", false},
    {"alice valid-after=\"20200101ZZ\" " PUB1, "is not a time", false},
    {"alice valid-after=\"20200101 \" " PUB1, "is not a time", false},
    {"alice valid-after=\"2020010112000000\" " PUB1, "is not a time", false},
    {"alice valid-after=\"20201301\" " PUB1, "is not a time", false},
    {"alice valid-after=\"20200001\" " PUB1, "is not a time", false},
    {"alice valid-after=\"20200230\" " PUB1, "is not a time", true},
    {"alice valid-after=\"20200132\" " PUB1, "is not a time", false},
    {"alice valid-after=\"202001012400\" " PUB1, "is not a time", false},
    {"alice valid-after=\"202001011260\" " PUB1, "is not a time", false},
    {"alice valid-after=\"20200101120060Z\" " PUB1, "is not a time", true},
    {"alice valid-after=\"20200101120062\" " PUB1, "is not a time", false},
    {"alice valid-after=\"19690101\" " PUB1, "is not a time", false},
    {"alice valid-after=\"19700101Z\" " PUB1, "is not a time", false},
};

static void
refused(const char *file, const char *where, size_t i)
{
	struct ir_err err = {0};
	struct ir_signers *s =
	    ir_signers_parse(file, strlen(file), "my-as", &err);

	if (s)
		fail_msg("taken: %s", bad[i].line);
	assert_int_equal(err.code, IR_EFORMAT);
	if (strncmp(err.msg, where, strlen(where)) != 0 ||
	    !strstr(err.msg, bad[i].words))
		fail_msg("%s: instead of: %s%s: %s", err.msg, where,
		    bad[i].words, bad[i].line);
}

static void
test_bad_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		char file[512];

		refused(bad[i].line, "my-as:1: ", i);
		snprintf(file, sizeof(file), "# one\n%s\nbob " PUB1 "\n",
		    bad[i].line);
		refused(file, "my-as:2: ", i);
	}
}

static void
test_bad_lines_of_ssh(void **state)
{
	(void)state;
	need("ssh-keygen");
	put_file("msg", msg, sizeof(msg) - 1, 0600);
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct row r = {bad[i].line, "alice", NS, Y2026, IR_TRUSTED};

		if (ssh_trusts(&r) != bad[i].lax)
			fail_msg("%s: %s", bad[i].line, said());
	}
}

static void
test_load(void **state)
{
	struct ir_err err;
	size_t len;
	const uint8_t *blob = ir_key_blob(key, &len);
	struct ir_signers *s;
	char *big = malloc(IR_MAX_SIGNERS + 1);

	(void)state;
	put_file("as", "alice " PUB1 "\n", strlen("alice " PUB1 "\n"), 0644);
	s = ir_signers_load("as", &err);
	assert_non_null(s);
	assert_int_equal(
	    ir_signers_check(s, "alice", NS, blob, len, 0), IR_TRUSTED);
	assert_int_equal(ir_signers_check(s, "alice", NS, blob, len - 1, 0),
	    IR_TRUST_NO_KEY);
	ir_signers_free(s);
	ir_signers_free(NULL);

	assert_null(ir_signers_load("none", &err));
	assert_int_equal(err.code, IR_ENOENT);
	put_file("as", "#\0\n", 3, 0644);
	assert_null(ir_signers_load("as", &err));
	assert_int_equal(err.code, IR_EFORMAT);
	assert_non_null(strstr(err.msg, "as: not an allowed_signers file"));
	assert_non_null(big);
	memset(big, '\n', IR_MAX_SIGNERS + 1);
	put_file("as", big, IR_MAX_SIGNERS, 0644);
	s = ir_signers_load("as", &err);
	assert_non_null(s);
	ir_signers_free(s);
	put_file("as", big, IR_MAX_SIGNERS + 1, 0644);
	assert_null(ir_signers_load("as", &err));
	assert_int_equal(err.code, IR_EFORMAT);
	free(big);
}

/* A pattern that would keep a careless matcher busy for years. */
static void
test_stars(void **state)
{
	struct ir_err err;
	size_t len;
	const uint8_t *blob = ir_key_blob(key, &len);
	ir_auto_buf struct ir_buf file = IR_BUF_INIT;
	char as[201];
	struct ir_signers *s;

	(void)state;
	memset(as, 'a', 200);
	as[200] = '\0';
	for (int i = 0; i < 100; i++)
		ir_buf_puts(&file, "a*");
	ir_buf_puts(&file, "b " PUB1 "\n");
	s = ir_signers_parse(file.p, file.len, "as", &err);
	assert_non_null(s);
	assert_int_equal(
	    ir_signers_check(s, as, NS, blob, len, 1), IR_TRUST_OTHER);
	as[199] = 'b';
	assert_int_equal(ir_signers_check(s, as, NS, blob, len, 1), IR_TRUSTED);
	ir_signers_free(s);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_verdicts),
    cmocka_unit_test(test_verdicts_of_ssh),
    cmocka_unit_test(test_bad_lines),
    cmocka_unit_test(test_bad_lines_of_ssh),
    cmocka_unit_test(test_load),
    cmocka_unit_test(test_stars),
};

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, enter, leave);
}
