/* SPDX-License-Identifier: ISC
 *
 * Time: what the clock says, as RFC 3339 UTC, and how far to trust it.
 */
#ifndef IR_BASE_TIME_H
#define IR_BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define IR_TIME_SIZE 32

/** ir_time_now(out): now, as 2026-11-22T01:34:41.123456Z. */
void ir_time_now(char out[IR_TIME_SIZE]);

/** ir_time_format(out, ts): the same for ts. */
void ir_time_format(char out[IR_TIME_SIZE], struct timespec ts);

/** ir_time_parse(s, out): seconds since the epoch of an RFC 3339 time in UTC
 * ("Z"; a fraction is dropped).  -1 if s is not one. */
int ir_time_parse(const char *s, int64_t *out);

/** ir_time_plausible(t): whether a clock may say t: from 2020, when this was
 * not yet written, to 9999, after which no RFC 3339 time can be. */
bool ir_time_plausible(time_t t);

/** ir_mono_ns(): nanoseconds on the monotonic clock. */
uint64_t ir_mono_ns(void);

/** ir_clock_state(max_error_us): whether the kernel's clock is synchronised
 * (adjtimex(2)), and its own estimate of the largest error. */
bool ir_clock_state(int64_t *max_error_us);

#endif
