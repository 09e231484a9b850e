/* SPDX-License-Identifier: ISC
 *
 * --tsa: see stamp.h.
 */
#include "cli/stamp.h"

#include <stdlib.h>
#include <time.h>

#include "base/time.h"
#include "bundle/stamping.h"
#include "cli/out.h"
#include "net/url.h"
#include "json/json.h"

static const char *url;

const struct ir_option ir_cli_stamp_options[] = {
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

static json_t *
tell(const char *entry, const struct ir_stamp *s)
{
	char when[IR_TIME_SIZE];

	ir_time_format(when, (struct timespec){.tv_sec = (time_t)s->time});
	ir_out(IR_PLAIN, "time      %.19sZ, says %s", when, s->authority);
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
		*said = tell(entry, &got);
	if (named == -1) {
		ir_warn("no time-stamp: %s", err.msg);
		ir_warn("%s stands without one; get it soon with: ir custody "
			"stamp --tsa URL",
		    entry);
		code = err.code == IR_EINTR ? IR_EINTR : 10;
	}
	if (*said == NULL)
		*said = json_null();
	ir_stamp_free(&got);
	return code;
}
