/* SPDX-License-Identifier: ISC
 *
 * Interruption: SIGINT, SIGTERM and SIGHUP set a flag that long work looks
 * at, so that what was collected is closed properly and kept.  A second
 * signal ends the program at once.
 */
#ifndef IR_BASE_SIGNAL_H
#define IR_BASE_SIGNAL_H

#include <stdbool.h>

/** ir_signal_setup(): installs the handlers and ignores SIGPIPE. */
void ir_signal_setup(void);

/** ir_interrupted(): whether one of the signals has come. */
bool ir_interrupted(void);

/** ir_interruptible(yes): false: from now on ir_interrupted() says no to this
 * thread, so that the work that puts things back can be done. */
void ir_interruptible(bool yes);

/** ir_uninterrupted(): forgets it, for all threads; returns whether one had
 * come.  ir_interrupt() is as if one came. */
bool ir_uninterrupted(void);
void ir_interrupt(void);

#endif
