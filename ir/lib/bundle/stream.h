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
 *whole; "gap" with why: it stays <path>.part
 *
 * A file that is whole before the first chunk is due has only its stream-close.
 *
 * A run that goes on with one that was cut off leaves the part that it finds as
 * it is, and writes <path>.NNNN.part, NNNN being its own number; that name is
 * then in its lines as "part".  Before it does, it says what it found:
 *
 *	torn         {path,part,size,sha256}
 */
#ifndef IR_BUNDLE_STREAM_H
#define IR_BUNDLE_STREAM_H

#include "base/sink.h"
#include "bundle/bundle.h"
#include "bundle/journal.h"

#define IR_PART ".part"

struct ir_bundle_sink {
	struct ir_sink sink;
	int dirfd;                  /* of the bundle */
	struct ir_journal *journal; /* NULL: nothing can be opened */
	/* Set in a run that goes on with one that was cut off: paths of the
	 * files of that one which are kept. */
	json_t *kept;
	struct ir_bundle_stream *open; /* streams, one after the other */
	ir_bundle_progress_fn progress;
	void *arg;
};

/** ir_stream_idle(s): attests what was written to open streams that have been
 * quiet since the time for it came.  Called before another line is written. */
void ir_stream_idle(struct ir_bundle_sink *s);

/** ir_stream_sink(s, dirfd): makes s a sink. */
void ir_stream_sink(struct ir_bundle_sink *s, int dirfd);

#endif
