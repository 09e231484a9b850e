/* SPDX-License-Identifier: ISC
 *
 * tests/scripted-engine.py, started and stopped by a unit test.
 */
#ifndef IR_TESTS_SCRIPTED_H
#define IR_TESTS_SCRIPTED_H

#include <stdbool.h>
#include <sys/types.h>

struct scripted {
	char dir[32]; /* of its own: "sock", "log" */
	pid_t pid;
	char where[128]; /* "unix:///..." or "tcp://127.0.0.1:port" */
	char log[64];
};

/** scripted_start(s, script, ...): runs it with these options more, ended by
 * NULL (none: on a unix socket); script is a scenario or, if it begins with
 * '{', the script itself.  False if there is no python3: skip(). */
bool scripted_start(struct scripted *s, const char *script, ...)
    __attribute__((sentinel));

/** scripted_requests(s, text): how many logged requests begin so. */
int scripted_requests(const struct scripted *s, const char *text);

void scripted_stop(struct scripted *s);

/** run(argv...): a program's exit status, its output dropped; -1 if there is
 * no such program. */
int run(const char *program, ...) __attribute__((sentinel));

#endif
