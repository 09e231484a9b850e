/* SPDX-License-Identifier: ISC
 *
 * Fields that journals and custody entries share.  Each function gives a new
 * reference, or NULL when memory is out.
 */
#ifndef IR_BUNDLE_FIELDS_H
#define IR_BUNDLE_FIELDS_H

#include <jansson.h>

#include "bundle/bundle.h"

/** ir_fields_text(s): a string; JSON holds only UTF-8, so a byte that is none
 * stands as \xNN, four characters. */
json_t *ir_fields_text(const char *s);

/** ir_fields_actor(who): {"id","name","role","org"}. */
json_t *ir_fields_actor(const struct ir_bundle_who *who);

/** ir_fields_argv(argv): an array; what is beyond 32 KiB in all is left out
 * and counted in a last element "... (N more)". */
json_t *ir_fields_argv(char **argv);

/** ir_fields_clock(): {"synchronised","max_error_us"}, as the kernel says. */
json_t *ir_fields_clock(void);

/** ir_fields_host(): the name of this host. */
json_t *ir_fields_host(void);

#endif
