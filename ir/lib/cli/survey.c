/* SPDX-License-Identifier: ISC
 *
 * Who else runs on this engine: see survey.h.
 */
#include "cli/survey.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/signal.h"
#include "base/time.h"
#include "cli/consequences.h"
#include "docker/container.h"
#include "host/company.h"
#include "host/host.h"
#include "json/json.h"

/* Docker takes 0.1 ms for each container, podman up to 10, a network more.
 * Whoever freezes one does not wait longer than this to hear of the others; a
 * busy machine is worth some of it. */
#define PATIENCE_NS UINT64_C(5000000000)

static struct {
	pthread_mutex_t lock;
	bool begun, runs;
	pthread_t thread;
	struct ir_docker *engine;
	json_t *docs;
	int unseen;
	bool local; /* this is the engine's host, and cgroups bear ids */
	struct ir_host_process *company;
	ssize_t n;
} survey = {.lock = PTHREAD_MUTEX_INITIALIZER, .unseen = -1};

/* Whether anything of interest may stand in its inspect document. */
static bool
matters(const json_t *listed)
{
	const char *id = ir_json_str(listed, "Id");

	if (!survey.local || ir_consequences_acts(ir_json_str(listed, "Image")))
		return true;
	for (ssize_t i = 0; i < survey.n; i++)
		if (survey.company[i].shares &&
		    strcmp(survey.company[i].container, id) == 0)
			return true;
	return false;
}

static void *
look(void *arg)
{
	uint64_t end = ir_mono_ns() + PATIENCE_NS;
	struct ir_err ignored;
	json_auto_t *list = ir_docker_get(survey.engine, &ignored,
	    "/containers/json"); /* those that run or are paused */
	const json_t *c;
	size_t i;

	(void)arg;
	survey.unseen = list != NULL ? 0 : -1;
	if (survey.local)
		survey.n = ir_host_company(&survey.company, &ignored);
	survey.local = survey.local && survey.n != -1;
	json_array_foreach (list, i, c) {
		if (!matters(c))
			continue;
		json_t *doc = ir_mono_ns() < end && !ir_interrupted()
				  ? ir_docker_inspect(survey.engine,
					ir_json_str(c, "Id"), &ignored)
				  : NULL;

		if (doc != NULL)
			json_array_append_new(survey.docs, doc);
		else if (ir_docker_status(survey.engine) != 404)
			survey.unseen++;
	}
	return NULL;
}

void
ir_survey_start(const struct ir_cli *cli, const json_t *inspect)
{
	struct ir_err ignored;

	pthread_mutex_lock(&survey.lock);
	if (!survey.begun) {
		struct ir_host *h = ir_host_of(inspect, &ignored);

		survey.begun = true;
		survey.local = h != NULL && ir_host_has_cgroup(h);
		ir_host_close(h);
		survey.docs = json_array();
		survey.engine = ir_docker_twin(cli->engine, &ignored);
		survey.runs =
		    survey.engine != NULL &&
		    pthread_create(&survey.thread, NULL, look, NULL) == 0;
	}
	pthread_mutex_unlock(&survey.lock);
}

const json_t *
ir_survey(int *unseen)
{
	pthread_mutex_lock(&survey.lock);
	if (survey.runs)
		pthread_join(survey.thread, NULL);
	survey.runs = false;
	pthread_mutex_unlock(&survey.lock);
	if (unseen != NULL)
		*unseen = survey.unseen;
	return survey.docs;
}

pid_t
ir_survey_strangers(const json_t *inspect, int *n)
{
	ino_t pidns = ir_host_pidns(ir_json_int(inspect, "State.Pid"));
	pid_t first = 0;

	ir_survey(NULL);
	*n = 0;
	for (ssize_t i = 0; survey.local && i < survey.n; i++)
		if (survey.company[i].pidns == pidns &&
		    survey.company[i].container[0] == '\0') {
			first = survey.company[i].pid;
			++*n;
		}
	return first;
}

void
ir_survey_end(void)
{
	ir_survey(NULL);
	free(survey.company);
	survey.company = NULL;
	survey.n = 0;
	ir_docker_close(survey.engine);
	json_decref(survey.docs);
	survey.engine = NULL;
	survey.docs = NULL;
}
