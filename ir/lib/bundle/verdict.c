/* SPDX-License-Identifier: ISC
 *
 * Verdicts in words: see verdict.h.
 */
#include "bundle/verdict.h"

#include <stddef.h>

static const struct {
	enum ir_verdict v;
	const char *name, *meaning;
} verdicts[] = {
    {IR_VALID, "VALID",
	"every file is as it was acquired, the signers are trusted, and "
	"nothing is missing"},
    {IR_INCOMPLETE, "INCOMPLETE",
	"what is there is intact and its signers are trusted, but the capture "
	"itself declares gaps"},
    {IR_UNTRUSTED, "UNTRUSTED",
	"intact, but a signer is not among those that you trust"},
    {IR_UNSEALED, "UNSEALED",
	"not sealed: the files are as the journals say, and only what is "
	"listed as proven is signed"},
    {IR_TIME, "TIME",
	"a time in it cannot be right, or is not proven: a key was not valid "
	"then, the clock went backwards, or there is no time-stamp"},
    {IR_CONTENT, "CONTENT",
	"files were modified, removed or added since they were acquired"},
    {IR_SIGNATURE, "SIGNATURE",
	"a signature is bad, absent, or not that of the person named"},
    {IR_CHAIN, "CHAIN",
	"records were removed, reordered, or do not follow from one another"},
    {IR_HOSTILE, "HOSTILE",
	"malformed or beyond limits: nothing in it was trusted"},
};

#define NVERDICTS (sizeof(verdicts) / sizeof(verdicts[0]))

const char *
ir_verdict_name(enum ir_verdict v)
{
	for (size_t i = 0; i < NVERDICTS; i++)
		if (verdicts[i].v == v)
			return verdicts[i].name;
	return "?";
}

const char *
ir_verdict_meaning(enum ir_verdict v)
{
	for (size_t i = 0; i < NVERDICTS; i++)
		if (verdicts[i].v == v)
			return verdicts[i].meaning;
	return "?";
}
