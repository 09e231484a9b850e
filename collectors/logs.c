/* SPDX-License-Identifier: ISC
 *
 * What the container wrote to stdout and stderr since it was made.
 */
#include <stdio.h>
#include <string.h>

#include "collectors/copy.h"
#include "docker/logs.h"
#include "json/json.h"

static enum ir_collected
logs_run(const struct ir_target *t, struct ir_sink *sink, struct ir_err *err)
{
	struct ir_docker_log_counts counts;
	struct ir_copy c;
	char file[80];
	int had;

	if (strcmp(ir_json_str(t->inspect, "HostConfig.LogConfig.Type"),
		"none") == 0) {
		ir_fail(err, IR_EPROTO, "its log driver keeps nothing");
		return IR_SKIP;
	}
	snprintf(file, sizeof(file), "%s-json.log", t->id);
	if ((had = ir_copy_start(&c, sink, t->dir, file, err)) != 0)
		return had == 1 ? IR_GOT : IR_FAIL;
	return ir_copy_end(&c,
	    ir_docker_logs(t->engine, t->id,
		ir_json_true(t->inspect, "Config.Tty"), ir_copy_body, &c,
		&counts, err),
	    err);
}

const struct ir_collector ir_collector_logs = {
    .name = "logs",
    .what = "stdout and stderr since the container was made",
    .changes = "",
    .calls = "GET /containers/{id}/logs?stdout=1&stderr=1&timestamps=1",
    .profiles = IR_EVERY_PROFILE,
    .run = logs_run,
};
