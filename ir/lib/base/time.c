/* SPDX-License-Identifier: ISC
 *
 * Time: see time.h.
 */
#include "base/time.h"

#include <stdio.h>
#include <string.h>
#include <sys/timex.h>

void
ir_time_format(char out[IR_TIME_SIZE], struct timespec ts)
{
	struct tm tm;
	size_t n;

	gmtime_r(&ts.tv_sec, &tm);
	n = strftime(out, IR_TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + n, IR_TIME_SIZE - n, ".%06ldZ", ts.tv_nsec / 1000);
}

void
ir_time_now(char out[IR_TIME_SIZE])
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	ir_time_format(out, ts);
}

/* strptime(3) takes blanks, signs and fewer digits, too. */
static bool
has_form(const char *s)
{
	static const char form[] = "0000-00-00T00:00:00";

	for (size_t i = 0; form[i] != '\0'; i++)
		if (form[i] == '0' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return false;
	return true;
}

int
ir_time_parse(const char *s, int64_t *out)
{
	struct tm tm;
	int day;
	const char *p;

	memset(&tm, 0, sizeof(tm));
	p = has_form(s) ? strptime(s, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	if (p == NULL)
		return -1;
	if (*p == '.') {
		size_t digits = strspn(++p, "0123456789");

		if (digits == 0)
			return -1;
		p += digits;
	}
	if (strcmp(p, "Z") != 0)
		return -1;
	/* strptime takes 31 February; timegm makes it a day in March. */
	day = tm.tm_mday;
	*out = timegm(&tm);
	return tm.tm_mday == day ? 0 : -1;
}

bool
ir_time_plausible(time_t t)
{
	/* 2020-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
	return t >= 1577836800 && t <= 253402300799;
}

uint64_t
ir_mono_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

bool
ir_clock_state(int64_t *max_error_us)
{
	struct timex tx;
	int state;

	memset(&tx, 0, sizeof(tx));
	state = adjtimex(&tx);
	*max_error_us = tx.maxerror;
	return state != -1 && state != TIME_ERROR &&
	       (tx.status & STA_UNSYNC) == 0;
}
