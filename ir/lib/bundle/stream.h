/* SPDX-License-Identifier: ISC
 *
 * The bundle as a sink: files below data/, hashed as they are written, with
 * what is on the disk attested in the journal at intervals.  In the journal a
 * file is called by its final name:
 *
 *	stream-open  {path}			before the first chunk line
 *	chunk        {path,offset,length,cum}	bytes offset..offset+length are
 *						on the disk; cum is the SHA-256
 *						of all from 0 on
 *	stream-close {path,size,sha256,end}	end "complete": the file is
 *						whole; "gap" with why: it stays
 *						<path>.part
 *
 * A file that is whole before the first chunk is due has only its stream-close.
 *
 * A run that goes on with one that was cut off leaves the part that it finds as
 * it is, and writes <path>.NNNN.part, NNNN being its own number; that name is
 * then in its lines as "part".  Before it does, it says what it found:
 *
 *	torn         {path,part,size,sha256}
 *
 * A file that was closed with a gap can be opened once more by the same run: it
 * is then <path>.NNNN-2.part until it is whole, and the first take stays.
 *
 * A sink can be used by any number of threads, a stream by one at a time.
 */
#ifndef IR_BUNDLE_STREAM_H
#define IR_BUNDLE_STREAM_H

#include <pthread.h>

#include "base/sink.h"
#include "bundle/bundle.h"
#include "bundle/journal.h"

#define IR_PART ".part"

struct ir_bundle_sink {
	struct ir_sink sink;
	int dirfd;                  /* of the bundle */
	pthread_mutex_t lock;       /* of the three that follow */
	struct ir_journal *journal; /* NULL: nothing can be opened */
	/* Set in a run that goes on with one that was cut off: paths of the
	 * files of that one which are kept. */
	json_t *kept;
	json_t *cut; /* {"data/<path>": bool}: closed by this run with a gap;
		      * whether it can be opened once more */
	pthread_mutex_t list; /* of the streams that are open: */
	struct ir_bundle_stream *open;
};

/** ir_stream_idle(s): attests what was written to open streams that have been
 * quiet since the time for it came. */
void ir_stream_idle(struct ir_bundle_sink *s);

/** ir_stream_line(s, ev, fields, err): a line in the journal, after those of
 * streams that are due; takes the reference. */
int ir_stream_line(struct ir_bundle_sink *s, const char *ev, json_t *fields,
    struct ir_err *err);

/** ir_stream_sink(s, dirfd, err): makes s a sink; ir_stream_sink_end() in any
 * case. */
int ir_stream_sink(struct ir_bundle_sink *s, int dirfd, struct ir_err *err);
void ir_stream_sink_end(struct ir_bundle_sink *s);

#endif
