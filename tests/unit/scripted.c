/* SPDX-License-Identifier: ISC
 *
 * See scripted.h.
 */
#include "tests/unit/scripted.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define MAX_ARGS 40

static void
exec_args(const char *const *argv, int out)
{
	int null = open("/dev/null", O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(null, 0);
	dup2(out == -1 ? null : out, 1);
	if (out == -1)
		dup2(null, 2);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

int
run(const char *program, ...)
{
	const char *argv[MAX_ARGS] = {program};
	int status, n = 1;
	va_list ap;
	pid_t pid;

	va_start(ap, program);
	while ((argv[n] = va_arg(ap, const char *)) != NULL && n < MAX_ARGS - 1)
		n++;
	va_end(ap);
	argv[n] = NULL;
	if ((pid = fork()) == 0)
		exec_args(argv, -1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) == 127)
		return -1;
	return WEXITSTATUS(status);
}

/* A script that is given itself goes to a file. */
static void
put_script(const struct scripted *s, const char *script, char *path, size_t n)
{
	FILE *f;

	if (script[0] != '{') {
		snprintf(path, n, "%s", script);
		return;
	}
	snprintf(path, n, "%s/script", s->dir);
	assert_non_null(f = fopen(path, "w"));
	fputs(script, f);
	fclose(f);
}

static void
launch(struct scripted *s, const char *const *argv)
{
	char line[160];
	int fds[2];
	FILE *f;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	if ((s->pid = fork()) == 0)
		exec_args(argv, fds[1]);
	close(fds[1]);
	assert_non_null(f = fdopen(fds[0], "r"));
	assert_non_null(fgets(line, sizeof(line), f));
	fclose(f);
	assert_int_equal(sscanf(line, "READY %127s", s->where), 1);
}

bool
scripted_start(struct scripted *s, const char *script, ...)
{
	static bool have_python;
	const char *top = getenv("IR_SRCDIR"), *argv[MAX_ARGS], *arg;
	char engine[512], path[64], sock[64];
	va_list ap;
	int n = 0;

	if (!have_python && run("python3", "-c", "", NULL) != 0)
		return false;
	have_python = true;
	memset(s, 0, sizeof(*s));
	strcpy(s->dir, "/tmp/ir-unit-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(engine, sizeof(engine), "%s/tests/scripted-engine.py",
	    top != NULL ? top : ".");
	snprintf(s->log, sizeof(s->log), "%s/log", s->dir);
	snprintf(sock, sizeof(sock), "%s/sock", s->dir);
	put_script(s, script, path, sizeof(path));
	argv[n++] = "python3";
	argv[n++] = engine;
	argv[n++] = "--log";
	argv[n++] = s->log;
	va_start(ap, script);
	while ((arg = va_arg(ap, const char *)) != NULL && n < MAX_ARGS - 4)
		argv[n++] = arg;
	va_end(ap);
	if (n == 4) {
		argv[n++] = "--unix";
		argv[n++] = sock;
	}
	argv[n++] = path;
	argv[n] = NULL;
	launch(s, argv);
	return true;
}

int
scripted_requests(const struct scripted *s, const char *text)
{
	char line[1024];
	int found = 0;
	FILE *f = fopen(s->log, "r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL)
		found += strncmp(line, text, strlen(text)) == 0;
	fclose(f);
	return found;
}

void
scripted_stop(struct scripted *s)
{
	static const char *const files[] = {"sock", "log", "script"};
	char path[64];

	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", s->dir, files[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(s->dir), 0);
}
