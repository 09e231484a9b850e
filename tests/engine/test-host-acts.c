/* SPDX-License-Identifier: ISC
 *
 * What lib/host does to a container, by a word each, for tests in shell:
 *
 *	test-host-acts ID PID stop | stopped | continue LIST
 *	test-host-acts ID PID filter-links ADDRESS... | filter-cgroup ADDRESS...
 *	test-host-acts ID PID look | leaks | remove
 *	test-host-acts ID 0 remove-id
 *
 * What comes of it goes to stdout as JSON; a failure's message to stderr, its
 * code is the exit code.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/filter.h"
#include "host/host.h"
#include "host/processes.h"
#include "json/json.h"

static struct ir_err err;

static void
show(const json_t *j)
{
	if (j == NULL)
		puts("null");
	else
		json_dumpf(j, stdout, JSON_COMPACT);
}

static int
act_stop(struct ir_host *h, char *argv[])
{
	json_auto_t *list = NULL;
	int rc = ir_host_stop(h, &list, &err);

	(void)argv;
	show(list);
	return rc;
}

static int
act_stopped(struct ir_host *h, char *argv[])
{
	int running, rc = ir_host_stopped(h, &running, &err);

	(void)argv;
	printf("{\"stopped\":%d,\"running\":%d}", rc, running);
	return rc == -1 ? -1 : 0;
}

static int
act_continue(struct ir_host *h, char *argv[])
{
	json_auto_t *list =
	    ir_json_parse(argv[0], strlen(argv[0]), "the list", &err);

	return list != NULL ? ir_host_continue(h, list, &err) : -1;
}

static json_t *
addresses(char *argv[])
{
	json_t *list = json_array();

	for (; *argv != NULL; argv++)
		json_array_append_new(list, json_string(*argv));
	return list;
}

static int
act_filter_links(struct ir_host *h, char *argv[])
{
	json_auto_t *keep = addresses(argv);

	return ir_host_filter_links(h, keep, &err);
}

static int
act_filter_cgroup(struct ir_host *h, char *argv[])
{
	json_auto_t *keep = addresses(argv);

	return ir_host_filter_cgroup(h, keep, &err);
}

static int
act_look(struct ir_host *h, char *argv[])
{
	json_auto_t *found = NULL;
	int rc = ir_host_filter_look(h, &found, &err);

	(void)argv;
	show(found);
	return rc;
}

static int
act_leaks(struct ir_host *h, char *argv[])
{
	int rc = ir_host_filter_leaks(h, &err);

	(void)argv;
	printf("%d", rc);
	return rc == -1 ? -1 : 0;
}

static int
act_remove(struct ir_host *h, char *argv[])
{
	(void)argv;
	return ir_host_filter_remove(h, &err);
}

static const struct act {
	const char *word;
	int args;
	int (*run)(struct ir_host *h, char *argv[]);
} acts[] = {
    {"stop", 0, act_stop},
    {"stopped", 0, act_stopped},
    {"continue", 1, act_continue},
    {"filter-links", -1, act_filter_links},
    {"filter-cgroup", -1, act_filter_cgroup},
    {"look", 0, act_look},
    {"leaks", 0, act_leaks},
    {"remove", 0, act_remove},
};

static int
act(int argc, char *argv[])
{
	struct ir_host *h;
	int rc;

	if (strcmp(argv[3], "remove-id") == 0)
		return ir_host_filter_remove_id(argv[1], &err);
	h = ir_host_open(argv[1], atoll(argv[2]), &err);
	if (h == NULL)
		return -1;
	rc = ir_fail(&err, IR_EUSAGE, "unknown word or arguments");
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(acts[i].word, argv[3]) == 0 &&
		    (acts[i].args == -1 || acts[i].args == argc - 4))
			rc = acts[i].run(h, argv + 4);
	ir_host_close(h);
	return rc;
}

int
main(int argc, char *argv[])
{
	if (argc < 4)
		return IR_EUSAGE;
	if (act(argc, argv) == 0)
		return 0;
	fprintf(stderr, "%s\n", err.msg);
	return (int)err.code;
}
