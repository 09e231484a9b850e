/* SPDX-License-Identifier: ISC
 *
 * Who else runs on this engine: see survey.h.
 */
#include "cli/survey.h"

#include <pthread.h>

#include "base/signal.h"
#include "base/time.h"
#include "docker/container.h"
#include "json/json.h"

/* Docker takes 0.1 ms for each container, podman up to 10.  Whoever freezes
 * one does not wait longer than this to hear of the others. */
#define PATIENCE_NS 400000000u

static struct {
	pthread_mutex_t lock;
	bool begun, runs;
	pthread_t thread;
	struct ir_docker *engine;
	json_t *docs;
	int unseen;
} survey = {.lock = PTHREAD_MUTEX_INITIALIZER, .unseen = -1};

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
	json_array_foreach (list, i, c) {
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
ir_survey_start(const struct ir_cli *cli)
{
	struct ir_err ignored;

	pthread_mutex_lock(&survey.lock);
	if (!survey.begun) {
		survey.begun = true;
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

void
ir_survey_end(void)
{
	ir_survey(NULL);
	ir_docker_close(survey.engine);
	json_decref(survey.docs);
	survey.engine = NULL;
	survey.docs = NULL;
}
