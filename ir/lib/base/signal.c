/* SPDX-License-Identifier: ISC
 *
 * Interruption: see signal.h.
 */
#include "base/signal.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>

static atomic_int interrupted; /* any thread looks */
static __thread bool deaf;

static void
on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

void
ir_signal_setup(void)
{
	static const int sigs[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	sa.sa_flags = (int)SA_RESETHAND;
	for (size_t i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++) {
		struct sigaction old;

		/* nohup(1) must go on to hold. */
		if (sigaction(sigs[i], NULL, &old) == 0 &&
		    old.sa_handler == SIG_IGN)
			continue;
		sigaction(sigs[i], &sa, NULL);
	}
	signal(SIGPIPE, SIG_IGN);
}

void
ir_interrupt(void)
{
	interrupted = 1;
}

bool
ir_interrupted(void)
{
	return interrupted != 0 && !deaf;
}

void
ir_interruptible(bool yes)
{
	deaf = !yes;
}

bool
ir_uninterrupted(void)
{
	bool was = interrupted != 0;

	interrupted = 0;
	return was;
}
