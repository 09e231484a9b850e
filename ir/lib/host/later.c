/* SPDX-License-Identifier: ISC
 *
 * What filter.c and state.c are to do, until they are there: each function goes
 * from here when its own file comes.
 */
#include "host/filter.h"
#include "host/state.h"

int
ir_host_state(
    struct ir_host *h, struct ir_buf *tar, json_t **ledger, struct ir_err *err)
{
	(void)h;
	(void)tar;
	*ledger = NULL;
	return ir_fail(err, IR_EINTERNAL, "not there yet");
}

int
ir_host_resolver_leaks(struct ir_host *h)
{
	(void)h;
	return -1;
}

int
ir_host_filter_links(struct ir_host *h, const json_t *keep, struct ir_err *err)
{
	(void)h;
	(void)keep;
	return ir_fail(err, IR_EPROTO, "no filter is there yet");
}

int
ir_host_filter_cgroup(struct ir_host *h, const json_t *keep, struct ir_err *err)
{
	return ir_host_filter_links(h, keep, err);
}

int
ir_host_filter_look(struct ir_host *h, json_t **found, struct ir_err *err)
{
	(void)h;
	(void)err;
	*found = NULL;
	return 0;
}

int
ir_host_filter_remove(struct ir_host *h, struct ir_err *err)
{
	(void)h;
	(void)err;
	return 0;
}
