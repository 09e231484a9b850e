/* SPDX-License-Identifier: ISC
 *
 * Sinks: see sink.h.
 */
#include "base/sink.h"

int
ir_sink_put(struct ir_sink *sink, const char *path, const void *p, size_t n,
    struct ir_err *err)
{
	struct ir_stream *s;
	struct ir_err second;

	if ((s = sink->open(sink, path, err)) == NULL)
		return -1;
	if (s->write(s, p, n, err) == -1) {
		s->close(s, err->msg, &second);
		return -1;
	}
	return s->close(s, NULL, err);
}

bool
ir_sink_whole(struct ir_sink *sink, const char *path)
{
	return sink->whole != NULL && sink->whole(sink, path);
}
