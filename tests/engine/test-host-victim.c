/* SPDX-License-Identifier: ISC
 *
 * Processes that are hard to stop, for a test in a container:
 *
 *	bomb	each starts others, as many as it may, for ever
 *	hop	starts another and ends, for ever: never the same number for
 *long thread	its first thread has ended, another one runs wake	sends
 *SIGCONT to all others, for ever
 */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static void *
run(void *arg)
{
	for (;;)
		usleep(1000);
	return arg;
}

static void
thread(void)
{
	pthread_t t;

	if (pthread_create(&t, NULL, run, NULL) == 0)
		pthread_exit(NULL);
}

static void
bomb(void)
{
	while (fork() != -2)
		;
}

static void
hop(void)
{
	signal(SIGCHLD, SIG_IGN);
	while (fork() <= 0)
		;
}

static void
wake(void)
{
	while (kill(-1, SIGCONT) != -2)
		;
}

static const struct {
	const char *word;
	void (*run)(void);
} acts[] = {
    {"bomb", bomb},
    {"hop", hop},
    {"thread", thread},
    {"wake", wake},
};

int
main(int argc, char *argv[])
{
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (argc == 2 && strcmp(argv[1], acts[i].word) == 0)
			acts[i].run();
	return 64;
}
