/* SPDX-License-Identifier: ISC
 *
 * What may happen to a container because it is contained: who may stop, restart
 * or replace it, or get at what is frozen, each in one line, with the safer
 * order where there is one.
 */
#ifndef IR_CLI_CONSEQUENCES_H
#define IR_CLI_CONSEQUENCES_H

#include <jansson.h>
#include <stdbool.h>

enum ir_containment {
	IR_FROZEN,
	IR_CUT_OFF,
};

/** ir_consequences(lines, how, inspect, others): appends to the array lines
 * what the container's inspect document tells, when others is NULL; else what
 * others, an array of such documents (survey.h), tell about it.  Each line is
 * {"id","grave","text"}: id is one word for programs ("autoremove"), grave that
 * evidence may be lost by it, text for people, with outside bytes in it. */
void ir_consequences(json_t *lines, enum ir_containment how,
    const json_t *inspect, const json_t *others);

/** ir_consequences_stranger(lines, inspect, pid, n): appends the line of a
 * process in the container's PID namespace, one of n, that is in no container's
 * cgroup. */
void ir_consequences_stranger(
    json_t *lines, const json_t *inspect, long long pid, int n);

/** ir_consequences_acts(image): whether a container of this image acts on
 * others, so that its own document is needed. */
bool ir_consequences_acts(const char *image);

/** ir_consequences_say(lines, from): prints the lines from that one on: a
 * warning each if grave, else talk. */
void ir_consequences_say(const json_t *lines, size_t from);

#endif
