/* SPDX-License-Identifier: ISC
 *
 * A recorded session: see session.h.
 */
#include "cli/session.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/signal.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/actions.h"
#include "cli/cast.h"
#include "cli/dryrun.h"
#include "docker/container.h"
#include "docker/session.h"
#include "json/json.h"

/* How long the engine may take to notice that a command has ended, which it
 * has said by closing the connection. */
#define ENDED_MS 5000

struct session {
	struct ir_http_talk talk; /* the first: see more() */
	struct ir_cli *cli;
	const struct ir_session_wish *wish;
	const json_t *inspect;
	char *exec;
	struct ir_docker *twin; /* for the size of the terminal */
	struct ir_cast *cast;
	struct winsize size;
	bool escape[3]; /* by descriptor */
	struct termios before;
	bool raw;
	char began[IR_TIME_SIZE];
};

static volatile sig_atomic_t resized;

static void
on_resize(int sig)
{
	(void)sig;
	resized = 1;
}

static bool
look_at_size(struct session *s)
{
	struct winsize was = s->size;

	s->size = (struct winsize){.ws_row = 24, .ws_col = 80};
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &s->size) == -1 ||
	    s->size.ws_row == 0 || s->size.ws_col == 0)
		s->size = (struct winsize){.ws_row = 24, .ws_col = 80};
	return was.ws_row != s->size.ws_row || was.ws_col != s->size.ws_col;
}

static void
tick(struct ir_http_talk *talk)
{
	struct session *s = (struct session *)talk;
	struct ir_err ignored; /* an ugly screen is no reason to stop */

	if (!s->wish->tty || !resized)
		return;
	resized = 0;
	if (look_at_size(s))
		ir_cast_resize(
		    s->cast, s->size.ws_col, s->size.ws_row, &ignored);
	if (s->twin != NULL)
		ir_docker_exec_resize(
		    s->twin, s->exec, s->size.ws_col, s->size.ws_row, &ignored);
}

static int
more(struct ir_http_talk *talk, void *p, size_t room, size_t *n,
    struct ir_err *err)
{
	struct session *s = (struct session *)talk;
	ssize_t got = read(STDIN_FILENO, p, room);

	/* A terminal that is gone has come to its end. */
	*n = got > 0 ? (size_t)got : 0;
	return *n > 0 ? ir_cast_put(s->cast, IR_CAST_STDIN, p, *n, err) : 0;
}

/* Text of the container's on a terminal. */
static int
escaped(int fd, const char *p, size_t n, struct ir_err *err)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	size_t i, from = 0;

	for (i = 0; i < n; i++)
		if (p[i] == '\n' || p[i] == '\t') {
			ir_text_escape(&b, p + from, i - from);
			ir_buf_add(&b, p + i, 1);
			from = i + 1;
		}
	ir_text_escape(&b, p + from, n - from);
	if (ir_buf_ok(&b, err) == -1)
		return -1;
	return ir_write_all(fd, b.p, b.len, "output", err);
}

/* It is recorded first: what nobody can look up later, nobody sees. */
static int
said(void *arg, int fd, const void *p, size_t n, struct ir_err *err)
{
	struct session *s = arg;
	bool was_full = ir_cast_full(s->cast);

	if (ir_cast_put(s->cast, fd == 2 ? IR_CAST_STDERR : IR_CAST_STDOUT, p,
		n, err) == -1)
		return -1;
	if (!was_full && ir_cast_full(s->cast))
		ir_warn("from here on nothing is recorded: the recording is "
			"as long as one may be");
	if (s->cli->json)
		return 0;
	return s->escape[fd] ? escaped(fd, p, n, err)
			     : ir_write_all(fd, p, n, "output", err);
}

static json_t *
words(char *const *argv)
{
	json_t *a = json_array();

	for (; argv != NULL && *argv != NULL; argv++)
		json_array_append_new(a, ir_json_text(*argv));
	return a;
}

static json_t *
config(const struct ir_session_wish *w)
{
	return json_pack("{s:b, s:b, s:b, s:b, s:b, s:o, s:o, s:s*, s:s*}",
	    "AttachStdin", (int)w->input, "AttachStdout", 1, "AttachStderr", 1,
	    "Tty", (int)w->tty, "Privileged", (int)w->privileged, "Cmd",
	    words(w->argv), "Env", words((char *const *)(uintptr_t)w->env),
	    "User", w->user, "WorkingDir", w->workdir);
}

static int
check(const json_t *inspect, struct ir_err *err)
{
	char handle[IR_DOCKER_HANDLE];
	const char *name = ir_docker_name(inspect);

	ir_docker_handle(handle, name, ir_json_str(inspect, "Id"));
	if (!ir_json_true(inspect, "State.Running"))
		return ir_fail(err, IR_EPROTO,
		    "%s does not run, and nothing can be run in it: its files "
		    "are for ir capture %s",
		    name, handle);
	if (ir_json_true(inspect, "State.Paused"))
		return ir_fail(err, IR_EPROTO,
		    "%s is paused, and nothing can be run in it: ir capture %s "
		    "collects without running anything, ir pause --undo %s "
		    "thaws it",
		    name, handle, handle);
	return 0;
}

static void
make_raw(struct session *s)
{
	struct termios raw;

	if (!s->wish->tty || !s->wish->input ||
	    tcgetattr(STDIN_FILENO, &s->before) == -1)
		return;
	raw = s->before;
	cfmakeraw(&raw);
	s->raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

static int
converse(struct session *s, struct ir_err *err)
{
	struct sigaction sa = {.sa_handler = on_resize}, was;
	int rc;

	s->talk.fd = s->wish->input ? STDIN_FILENO : -1;
	s->talk.more = more;
	s->talk.tick = tick;
	resized = 1; /* the engine does not know the size yet */
	sigaction(SIGWINCH, &sa, &was);
	make_raw(s);
	rc = ir_docker_exec_start(
	    s->cli->engine, s->exec, s->wish->tty, &s->talk, said, s, err);
	if (s->raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &s->before);
	sigaction(SIGWINCH, &was, NULL);
	return rc;
}

/* Its exit code, once the engine knows it. */
static int
outcome(struct session *s, uint64_t ms, int *code, struct ir_err *err)
{
	uint64_t until = ir_mono_ns() + ms * 1000000u;

	for (;;) {
		json_auto_t *j =
		    ir_docker_exec_inspect(s->cli->engine, s->exec, err);

		if (j == NULL)
			return ir_wrap(err, "what became of it is not known");
		if (!ir_json_true(j, "Running")) {
			*code = (int)(ir_json_int(j, "ExitCode") & 0xff);
			return 0;
		}
		if (ir_mono_ns() >= until)
			return ir_fail(err, IR_EPROTO,
			    "the session ended, and the command still runs "
			    "in the container, as process %lld of its host",
			    (long long)ir_json_int(j, "Pid"));
		poll(NULL, 0, 20);
	}
}

/* What is kept of it; code is -1 if that is not known. */
static int
record(struct session *s, const char *base, int code, const char *why,
    struct ir_err *err)
{
	const struct ir_session_wish *w = s->wish;
	char now[IR_TIME_SIZE];
	ir_auto_free char *path = ir_asprintf(err, "%s.json", base);
	ir_auto_free char *text = NULL;
	json_t *j;

	ir_time_now(now);
	j = json_pack("{s:i, s:s, s:o, s:s, s:s, s:s*}", "v", 1, "container",
	    ir_json_str(s->inspect, "Id"), "name",
	    ir_json_text(ir_docker_name(s->inspect)), "time", s->began, "ended",
	    now, "exec", s->exec);
	if (j == NULL || path == NULL) {
		json_decref(j);
		return ir_fail_mem(err);
	}
	json_object_set_new(j, "config", config(w));
	json_object_set_new(
	    j, "exit_code", code >= 0 ? json_integer(code) : json_null());
	json_object_set_new(
	    j, "why", *why != '\0' ? ir_json_text(why) : json_null());
	text = ir_json_pretty(j, err);
	ir_result(j);
	if (text == NULL)
		return -1;
	return ir_cli_put(s->cli, path, text, strlen(text), err);
}

static int
run_it(struct session *s, const char *base, const char *command,
    struct ir_err *err)
{
	struct ir_err why = {IR_OK, ""}, second;
	json_auto_t *body = config(s->wish);
	int code = -1, rc = -1;

	if (body == NULL)
		return ir_fail_mem(err);
	s->exec = ir_docker_exec_create(
	    s->cli->engine, ir_json_str(s->inspect, "Id"), body, &why);
	if (s->exec != NULL)
		s->cast = ir_cast_new(ir_bundle_sink(s->cli->bundle), base,
		    s->size.ws_col, s->size.ws_row, command, &why);
	if (s->cast != NULL)
		rc = converse(s, &why);
	ir_interruptible(false); /* it is still put on record */
	if (rc == 0) /* an engine that is lost ends the connection, too */
		rc = outcome(s, ENDED_MS, &code, &why);
	else if (why.code == IR_EINTR && s->cast != NULL &&
		 outcome(s, 0, &code, &second) == -1)
		ir_wrap(&why, "%s", second.msg);
	if (ir_cast_end(s->cast, rc == -1 ? why.msg : NULL,
		rc == -1 ? &second : &why) == -1)
		rc = -1;
	if (record(s, base, code, why.msg, rc == -1 ? &second : &why) == -1)
		rc = -1;
	ir_interruptible(true);
	if (rc == 0)
		return code;
	*err = why;
	return -1;
}

/* The command as people read it. */
static char *
one_line(char *const *argv, struct ir_err *err)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;

	for (size_t i = 0; argv[i] != NULL; i++) {
		if (i > 0)
			ir_buf_add(&b, " ", 1);
		ir_text_escape(&b, argv[i], strlen(argv[i]));
	}
	return ir_buf_take(&b, err);
}

static int
rehearse(struct ir_cli *cli, const struct ir_session_wish *w,
    const json_t *inspect, struct ir_err *err)
{
	json_auto_t *body = config(w);
	struct ir_dryrun d;

	ir_dryrun_start(&d, cli->engine, inspect);
	ir_dryrun_call(&d, "POST", body, "/containers/%s/exec",
	    ir_json_str(inspect, "Id"));
	ir_dryrun_call(&d, "POST", NULL, "/exec/.../start");
	ir_dryrun_note(&d, "a command is run in the container: that changes "
			   "its memory, and times of its files");
	return ir_dryrun_end(&d, err);
}

int
ir_session(struct ir_cli *cli, const struct ir_session_wish *w,
    const json_t *inspect, struct ir_err *err)
{
	struct session s = {.cli = cli,
	    .wish = w,
	    .inspect = inspect,
	    .escape = {false, !w->tty && isatty(STDOUT_FILENO),
		!w->tty && isatty(STDERR_FILENO)}};
	ir_auto_free char *command = one_line(w->argv, err);
	ir_auto_free char *what = NULL, *base = NULL;
	struct ir_sink *sink;
	struct ir_err no_twin;
	int rc = -1;

	if (command == NULL || check(inspect, err) == -1)
		return -1;
	if (cli->dry_run)
		return rehearse(cli, w, inspect, err);
	ir_warn("this runs inside %s: it changes its memory, its processes and "
		"times of its files, and what is there can lie to it",
	    ir_docker_name(inspect));
	sink = ir_bundle_sink(cli->bundle);
	what =
	    ir_asprintf(err, "container %.12s: a command was run in it%s: %s",
		ir_json_str(inspect, "Id"), w->privileged ? ", privileged" : "",
		command);
	base = ir_action_path(cli, "exec", ir_json_str(inspect, "Id"), "", err);
	ir_time_now(s.began);
	look_at_size(&s);
	if (what != NULL && base != NULL &&
	    sink->change(sink, what, "", "to look inside", err) == 0) {
		s.twin = w->tty ? ir_docker_twin(cli->engine, &no_twin) : NULL;
		rc = run_it(&s, base, command, err);
		ir_docker_close(s.twin);
	}
	free(s.exec);
	return rc;
}
