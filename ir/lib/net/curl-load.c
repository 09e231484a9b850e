/* SPDX-License-Identifier: ISC
 *
 * Loading libcurl: see curl.h.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "net/curl.h"

static struct {
	pthread_once_t once;
	bool there;
	struct ir_curl functions;
	char why[256];
} lib = {.once = PTHREAD_ONCE_INIT};

/* dlsym(3) gives no pointer to a function. */
static bool
find(void *handle, const char *name, void *to)
{
	void *at = dlsym(handle, name);

	memcpy(to, &at, sizeof(at));
	return at != NULL;
}

static bool
find_all(void *handle)
{
	CURLcode (*init)(long);

#define FIND(name) find(handle, "curl_" #name, (void *)&lib.functions.name) &&
	return IR_CURL_FUNCTIONS(FIND)
		   find(handle, "curl_global_init", (void *)&init) &&
	       init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
#undef FIND
}

/* Debian has it with any of three libraries for TLS. */
static void
load(void)
{
	static const char *const names[] = {
	    "libcurl.so.4", "libcurl-gnutls.so.4", "libcurl-nss.so.4"};
	const char *said;
	void *handle = NULL;

	for (size_t i = 0; i < 3 && handle == NULL; i++) {
		handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
		said = handle == NULL && i == 0 ? dlerror() : NULL;
		if (said != NULL)
			snprintf(lib.why, sizeof(lib.why), "%s", said);
	}
	lib.there = handle != NULL && find_all(handle);
	if (handle != NULL && !lib.there)
		snprintf(lib.why, sizeof(lib.why), "it is too old");
}

const struct ir_curl *
ir_curl(struct ir_err *err)
{
	pthread_once(&lib.once, load);
	if (lib.there)
		return &lib.functions;
	ir_fail(err, IR_EUNAVAIL,
	    "TCP and TLS need libcurl, which cannot be loaded (Debian's "
	    "package is libcurl4): %s",
	    lib.why);
	return NULL;
}
