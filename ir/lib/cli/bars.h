/* SPDX-License-Identifier: ISC
 *
 * The lines below the output that show how far streams are, for out.c.
 */
#ifndef IR_CLI_BARS_H
#define IR_CLI_BARS_H

#include <stdint.h>

/* All of these: the caller holds the lock of the output. */

/** ir_bars_set(key, what, done, total): whose line says what from now on; it
 * shows once it has lasted a while.  what is outside bytes. */
void ir_bars_set(
    const void *key, const char *what, uint64_t done, uint64_t total);

/** ir_bars_drop(key): its line is over. */
void ir_bars_drop(const void *key);

/** ir_bars_hide(): takes all lines off the terminal, before something else is
 * printed; the next ir_bars_set() brings them back. */
void ir_bars_hide(void);

#endif
