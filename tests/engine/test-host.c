/* SPDX-License-Identifier: ISC
 *
 * lib/host by hand, for tests in shell:
 *
 *	test-host ID PID links			prints them
 *	test-host ID PID can-cut
 *	test-host ID PID none
 *	test-host ID PID down|up		and prints them
 *	test-host ID PID wait-down FILE		opens, makes FILE.ready, waits
 *						until FILE is gone, then takes
 *						them down
 *	test-host ID PID race FILE		looks, makes FILE.ready, waits
 *						until FILE is gone, and says of
 *						each end whether it still is one
 *	test-host ID PID ends			"INDEX NAME up|down INNER"
 *	test-host ID PID state			prints the tar archive, and its
 *						ledger on stderr
 *	test-host ID PID tracked		prints what is tracked in this
 *						namespace, by netlink
 *	test-host ID PID leaks			prints 1, 0 or -1
 *
 * Exits with the code of the error and its message on stderr, if there is one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "host/ctnetlink.h"
#include "host/inside.h"
#include "host/links.h"
#include "host/look.h"
#include "host/state.h"
#include "json/json.h"

static struct ir_err err;

static void
print(const json_t *j)
{
	ir_auto_free char *text = j != NULL ? ir_json_pretty(j, &err) : NULL;

	if (text != NULL)
		fputs(text, stdout);
}

static int
set(struct ir_host *h, bool up)
{
	json_t *links = NULL;
	int rc = ir_host_links_set(h, up, &links, &err);
	struct ir_err first = err;

	print(links);
	json_decref(links);
	err = first;
	return rc;
}

/* Makes FILE.ready, and waits until FILE is gone. */
static void
wait_for(const char *file)
{
	char ready[4096];
	FILE *f;

	snprintf(ready, sizeof(ready), "%s.ready", file);
	if ((f = fopen(ready, "w")) != NULL)
		fclose(f);
	while (access(file, F_OK) == 0)
		usleep(10000);
}

static int
race(struct ir_host *h, const char *file)
{
	struct ir_host_look *l = ir_host_look(h, &err);

	wait_for(file);
	for (size_t i = 0; l != NULL && i < l->n; i++)
		if (l->v[i].proven)
			printf("%d\n", ir_host_look_prove(l, i, &err));
	return l != NULL ? 0 : -1;
}

static int
ends(struct ir_host *h)
{
	struct ir_host_end *v;
	int n = ir_host_ends(h, &v, &err);

	for (int i = 0; i < n; i++)
		printf("%d %s %s %d\n", v[i].index, v[i].name,
		    v[i].up ? "up" : "down", v[i].inner);
	ir_host_ends_free(v, n);
	return n == -1 ? -1 : 0;
}

static int
state(struct ir_host *h)
{
	ir_auto_buf struct ir_buf tar = IR_BUF_INIT;
	json_t *ledger = NULL;
	int rc = ir_host_state(h, &tar, &ledger, &err);

	fwrite(tar.p, 1, tar.len, stdout);
	json_dumpf(ledger, stderr, JSON_INDENT(2));
	json_decref(ledger);
	return rc;
}

static int
tracked(void)
{
	ir_auto_buf struct ir_buf answers = IR_BUF_INIT;
	const struct nlmsghdr *m = NULL;
	ir_auto_close int own = ir_host_own_netns(&err);
	char line[1024];

	if (ir_host_ctnetlink_dump(own, &answers, 1u << 20, &err) == -1)
		return -1;
	while ((m = ir_host_nl_each(&answers, m)) != NULL)
		if (ir_host_ctnetlink_line(m, line, sizeof(line)) == 0)
			fputs(line, stdout);
	return 0;
}

static int
look(struct ir_host *h, bool only_judge)
{
	json_auto_t *links = ir_host_links(h, &err);

	if (links == NULL)
		return -1;
	if (only_judge)
		return ir_host_links_can_cut(links, &err);
	print(links);
	return 0;
}

static int
act(struct ir_host *h, const char *word, const char *file)
{
	if (strcmp(word, "links") == 0 || strcmp(word, "can-cut") == 0)
		return look(h, *word == 'c');
	if (strcmp(word, "none") == 0)
		return ir_host_links_none(h, &err);
	if (strcmp(word, "race") == 0)
		return race(h, file);
	if (strcmp(word, "ends") == 0)
		return ends(h);
	if (strcmp(word, "state") == 0)
		return state(h);
	if (strcmp(word, "tracked") == 0)
		return tracked();
	if (strcmp(word, "leaks") == 0) {
		printf("%d\n", ir_host_resolver_leaks(h));
		return 0;
	}
	if (strcmp(word, "wait-down") == 0) {
		wait_for(file);
		word = "down";
	}
	if (strcmp(word, "up") == 0 || strcmp(word, "down") == 0)
		return set(h, *word == 'u');
	return ir_fail(&err, IR_EUSAGE, "unknown word: %s", word);
}

int
main(int argc, char **argv)
{
	struct ir_host *h;
	int rc;

	if (argc < 4)
		return IR_EUSAGE;
	h = ir_host_open(argv[1], atoll(argv[2]), &err);
	rc = h == NULL ? -1 : act(h, argv[3], argc > 4 ? argv[4] : "");
	ir_host_close(h);
	if (rc == 0)
		return 0;
	fprintf(stderr, "%s\n", err.msg);
	return err.code;
}
