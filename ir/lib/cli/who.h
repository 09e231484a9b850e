/* SPDX-License-Identifier: ISC
 *
 * Who acts: the responder's name and key, and this program itself.
 */
#ifndef IR_CLI_WHO_H
#define IR_CLI_WHO_H

#include <stdbool.h>

#include "base/err.h"
#include "bundle/bundle.h"

/** ir_who_named(given, path): whether somebody said which key to sign with, by
 * given (--key) or $IR_KEY; *path is what they said. */
bool ir_who_named(const char *given, const char **path);

/** ir_who_key(given, key, err): the signing key: the one that was named, else
 * the only one in ssh-agent, else ~/.ssh/id_ed25519 of the user, or under
 * sudo(8) of the one who called it.  *key is NULL when there is none of these.
 * -1 when one that was named cannot be used; 1, with the reason in err, when
 * one that was not named cannot, or ssh-agent holds several, so that evidence
 * can still be collected and signed later.  The caller frees it. */
int ir_who_key(const char *given, struct ir_key **key, struct ir_err *err);

/** ir_who_id(given, key, err): the principal: given (--actor), else $IR_ACTOR,
 * else the key's comment if it reads like one, else user@host.  The caller
 * frees it. */
char *ir_who_id(
    const char *given, const struct ir_key *key, struct ir_err *err);

/** ir_who_principal(s): whether it can be one: a word of letters, digits and
 * ._@+-, of at most 128 bytes. */
bool ir_who_principal(const char *s);

/** ir_who_exe(hex): SHA-256 of this executable, "" if it cannot be read. */
void ir_who_exe(char hex[65]);

#endif
