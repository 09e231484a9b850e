/* SPDX-License-Identifier: ISC
 *
 * A collector takes one kind of evidence.  It sees an engine and a sink, and
 * knows of no bundle.  One file a collector, ending in a const struct
 * ir_collector; table.c lists them in order of volatility (RFC 3227).
 */
#ifndef IR_COLLECTORS_COLLECTOR_H
#define IR_COLLECTORS_COLLECTOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/sink.h"
#include "docker/docker.h"
#include "host/host.h"

/* How much is taken.  A collector belongs to one or more of them. */
enum ir_profile {
	IR_TRIAGE = 1,   /* what is volatile, in seconds; no whole image */
	IR_STANDARD = 2, /* all that is the container's own */
	IR_FULL = 4,     /* also memory, volumes, and the base image */
};
#define IR_EVERY_PROFILE (IR_TRIAGE | IR_STANDARD | IR_FULL)

/* How a run of a collector ended. */
enum ir_collected {
	IR_GOT,     /* something was collected; err can hold a note for the
		     * ledger, with the code IR_OK */
	IR_NOTHING, /* there was nothing to collect */
	IR_SKIP,    /* not applicable here: err says why */
	IR_FAIL,    /* err says why; what was written is kept, marked */
};

/* What is collected from, the same for all collectors of a run. */
struct ir_target {
	struct ir_docker *engine;
	const char *id;        /* the container's 64 hex digits */
	const char *name;      /* its name, outside bytes */
	const json_t *inspect; /* its inspect document at the start */
	const char *image;     /* 64 hex digits of its image */
	/* Where files go, relative to the sink: about the engine, the
	 * container, and the image; the last is NULL when the image is there
	 * already. */
	const char *engine_dir, *dir, *image_dir;
	const char *mark; /* put on what is made on the engine for a while */
	bool live;        /* the container runs and is not to be paused */
	bool by_engine;   /* its files come through the engine, even where they
			   * could be read from its disk */
	/* The container as this host has it, for a local engine and root; or
	 * NULL, and no_host says why, fit to follow "skipped: ". */
	struct ir_host *host;
	const char *no_host;
	enum ir_profile profile;
	int64_t since;         /* only what was logged or happened from then
				* on, in seconds since the epoch; 0: all */
	uint64_t log_tail;     /* only so many bytes of the end of a log, or
				* 0 */
	uint64_t volume_limit; /* of each volume only so many bytes, or 0 */
	const char *commit_repo, *commit_tag; /* NULL: no evidence image */
	const char *comment;                  /* for the evidence image */
	bool drop_image;                      /* which is removed again */
};

/* What a collector would take. */
struct ir_estimate {
	uint64_t bytes;
	unsigned rate;    /* MB a second, as measured */
	const char *from; /* whence it is known, or why it is not: then bytes
			   * is 0 */
};

struct ir_collector {
	const char *name;
	const char *what;    /* for people: one line */
	const char *changes; /* footprint on the target, "" for none */
	const char *calls;   /* what it asks of the engine, a call a line, with
			      * {id} and {image} for those; for --dry-run */
	bool apart;          /* does not look at the container itself, which
			      * need not stand still for it; such ones come
			      * last */
	bool of_engine;      /* of the engine, not of one container: once for
			      * all that are captured at a time */
	bool of_image;       /* of the image: once for all that are made of
			      * it */
	bool on_request;     /* only if t->commit_repo is set; else skipped */
	bool needs_host;     /* skipped where t->host is NULL */
	bool needs_here;     /* skipped where the engine's host is not this one
			      * (here.h) */
	bool hostile;        /* what it reads, the container can serve, and not
			      * answer: it runs in a process of its own, which
			      * is killed at the deadline (base/aside.h) */
	unsigned profiles;   /* of enum ir_profile, in which it is asked for
			      * without a word */
	unsigned deadline_s; /* then it is cut off, and failed; 0: never, as
			      * long as bytes come */
	enum ir_collected (*run)(const struct ir_target *t,
	    struct ir_sink *sink, struct ir_err *err);
	/* For --estimate, without taking anything; sizes is the inspect
	 * document with sizes, or NULL.  NULL: small, and at once. */
	void (*estimate)(const struct ir_target *t, const json_t *sizes,
	    struct ir_estimate *e);
};

/* In order of volatility, ended by NULL. */
extern const struct ir_collector *const ir_collectors[];

#endif
