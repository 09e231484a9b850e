/* SPDX-License-Identifier: ISC
 *
 * --tsa: see stamp.h.
 */
#include "cli/stamp.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/time.h"
#include "bundle/act.h"
#include "bundle/chain.h"
#include "bundle/custody.h"
#include "bundle/stamping.h"
#include "cli/out.h"
#include "net/url.h"
#include "json/json.h"

static const char *url;

static const struct ir_option options[] = {
    {0, "tsa", "URL",
	"a time-stamping authority to prove the time (default: IR_TSA)", NULL,
	&url},
    IR_OPTION_END,
};

int
ir_cli_stamp_named(struct ir_err *err)
{
	ir_auto_url struct ir_url u = {0};

	if (url == NULL)
		url = getenv("IR_TSA");
	if (url == NULL || *url == '\0')
		return 0;
	return ir_url_parse(url, &u, err) == -1 ? -1 : 1;
}

const struct ir_options ir_cli_stamp_options = {
    .table = options,
    .check = ir_cli_stamp_named,
};

static bool
is_open(const char *entry)
{
	return strcmp(entry, IR_CUSTODY_OPEN) == 0;
}

/* Aside, for who opens prints one line, the bundle, for a script to take. */
static json_t *
tell(const char *entry, const struct ir_stamp *s, bool aside)
{
	char when[IR_TIME_SIZE];

	ir_time_format(when, (struct timespec){.tv_sec = (time_t)s->time});
	if (aside)
		ir_say("time      %.19sZ, says %s", when, s->authority);
	else
		ir_out(
		    IR_PLAIN, "time      %.19sZ, says %s", when, s->authority);
	ir_say("whether that authority is to be believed is for the reader to "
	       "say: ir verify --tsa-ca");
	return json_pack("{s:o, s:s, s:I, s:o}", "file",
	    json_sprintf("%s" IR_TSR, entry), "time", when, "accuracy_ms",
	    (json_int_t)s->accuracy_ms, "authority",
	    ir_json_text(s->authority));
}

int
ir_cli_stamp(int dirfd, const char *entry, json_t **said)
{
	struct ir_stamp got = {0};
	struct ir_err err;
	int code = IR_OK, named = ir_cli_stamp_named(&err);

	*said = NULL;
	if (named == 1 &&
	    (named = ir_bundle_stamp(dirfd, entry, url, &got, &err)) == 0)
		*said = tell(entry, &got, is_open(entry));
	if (named == -1) {
		ir_warn("no time-stamp: %s", err.msg);
		ir_warn("%s stands without one; get it soon%s: ir custody "
			"stamp %lu --tsa URL",
		    entry, is_open(entry) ? ", after ir seal" : " with",
		    strtoul(entry + strlen("custody/"), NULL, 10));
		code = err.code == IR_EINTR ? IR_EINTR : 10;
	}
	if (*said == NULL)
		*said = json_null();
	ir_stamp_free(&got);
	return code;
}

/* Whether somebody means this act. */
static bool
means(const char *entry, const struct ir_link *l)
{
	size_t n = strspn(entry, "0123456789");

	if (n > 0 && n < 10 && entry[n] == '\0')
		return (unsigned)strtoul(entry, NULL, 10) == l->seq;
	return strcmp(entry, l->path) == 0 ||
	       strcmp(entry, l->path + strlen("custody/")) == 0;
}

static const struct ir_link *
find(const struct ir_chain *c, const char *entry, struct ir_err *err)
{
	for (size_t i = c->n; i > 0; i--)
		if (entry == NULL || means(entry, &c->v[i - 1]))
			return &c->v[i - 1];
	ir_fail(err, IR_ENOENT,
	    "%s: is none of the acts: name its file or its number, as ir "
	    "custody list has it",
	    entry != NULL ? entry : "custody");
	return NULL;
}

int
ir_cli_stamp_later(struct ir_cli *cli, const char *entry, struct ir_err *err)
{
	ir_auto_close int dirfd = -1;
	struct ir_chain c = {0};
	struct ir_stamp got = {0};
	const struct ir_link *l;
	int named = ir_cli_stamp_named(err), rc = -1;

	if (named == 0)
		return ir_fail(err, IR_EUSAGE,
		    "stamp needs --tsa, or IR_TSA: the URL of an authority");
	if (named == -1)
		return -1;
	if (ir_act_read(cli->bundle_dir, &c, err) == 0 &&
	    (l = find(&c, entry, err)) != NULL) {
		dirfd =
		    open(cli->bundle_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		rc = ir_bundle_stamp(dirfd, l->path, url, &got, err);
	}
	if (rc == 0)
		ir_result(
		    json_pack("{s:o}", "stamp", tell(l->path, &got, false)));
	ir_chain_free(&c);
	ir_stamp_free(&got);
	return rc == 0 ? IR_OK : -1;
}
