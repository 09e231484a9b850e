/* SPDX-License-Identifier: ISC
 *
 * One run at a time for each container: see turn.h.
 */
#include "cli/turn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/signal.h"
#include "base/text.h"
#include "docker/container.h"
#include "json/json.h"

/* A run has done what it does to a container within a second, if the engine
 * answers; one that does not is given up after a minute. */
#define PATIENCE_MS 30000
#define POLL_MS     20

struct turn {
	int fd, dir; /* -1: no lock is held */
	char name[65];
};

/* A directory that nobody else can put a file into. */
static int
open_dir(void)
{
	const char *base =
	    geteuid() == 0 ? "/run" : secure_getenv("XDG_RUNTIME_DIR");
	struct stat st;
	char path[512];
	int fd;

	if (base == NULL || (size_t)snprintf(path, sizeof(path), "%s/ir-tools",
				base) >= sizeof(path))
		return -1;
	if (mkdir(path, 0700) == -1 && errno != EEXIST)
		return -1;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1 || (fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
			    (st.st_mode & 022) == 0))
		return fd;
	close(fd);
	return -1;
}

/* 1 if it is ours, 0 if it is another's, -1 if there can be no lock. */
static int
try_lock(struct turn *t)
{
	struct stat st;

	t->fd = openat(
	    t->dir, t->name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (t->fd == -1)
		return -1;
	/* Who had it may have removed it just before it was locked here. */
	if (flock(t->fd, LOCK_EX | LOCK_NB) == 0 && fstat(t->fd, &st) == 0 &&
	    st.st_nlink > 0)
		return 1;
	close(t->fd);
	t->fd = -1;
	return 0;
}

static int
wait_for(struct turn *t, const char *name, struct ir_err *err)
{
	const struct timespec moment = {0, POLL_MS * 1000000L};
	int rc;

	ir_say("another run is at work on %s: waiting for it", name);
	for (int ms = 0; ms < PATIENCE_MS; ms += POLL_MS) {
		if (ir_interrupted())
			return ir_fail(err, IR_EINTR,
			    "interrupted while another run was at work on %s: "
			    "nothing was done",
			    name);
		nanosleep(&moment, NULL);
		if ((rc = try_lock(t)) != 0)
			return 0;
	}
	ir_warn("another run is at work on %s for %d s: not waited for any "
		"longer",
	    name, PATIENCE_MS / 1000);
	return 0;
}

/* *now, the caller owns it, is the container as it is then. */
static int
take(struct ir_cli *cli, const json_t *inspect, struct turn *t, json_t **now,
    struct ir_err *err)
{
	const char *id = ir_json_str(inspect, "Id");

	snprintf(t->name, sizeof(t->name), "%s", id);
	if (!cli->dry_run && ir_is_hex(id, 64))
		t->dir = open_dir();
	if (t->dir == -1 || try_lock(t) != 0) {
		*now = json_incref((json_t *)(uintptr_t)inspect);
		return 0;
	}
	if (wait_for(t, ir_docker_name(inspect), err) == -1)
		return -1;
	*now = ir_docker_inspect(cli->engine, id, err);
	return *now != NULL ? 0 : -1;
}

static void
end(struct turn *t)
{
	if (t->fd != -1) {
		unlinkat(t->dir, t->name, 0);
		close(t->fd);
	}
	if (t->dir != -1)
		close(t->dir);
}

int
ir_in_turn(struct ir_cli *cli, const json_t *inspect, bool chosen,
    ir_target_fn act, struct ir_err *err)
{
	struct turn turn = {.fd = -1, .dir = -1};
	json_auto_t *now = NULL;
	int rc = take(cli, inspect, &turn, &now, err);

	if (rc == 0)
		rc = act(cli, now, chosen, err);
	end(&turn);
	return rc;
}
