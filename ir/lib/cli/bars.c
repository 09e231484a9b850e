/* SPDX-License-Identifier: ISC
 *
 * Progress: see bars.h.
 *
 * Each line ends with a line feed, so that the cursor stands below them all:
 * they are taken away by going up as many lines as were drawn.
 */
#include "cli/bars.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/time.h"

/* They are redrawn at most this often; what is over at once needs none. */
#define REDRAW_NS 100000000u
#define SHOW_NS   500000000u

/* More would push the output off the screen. */
#define MAX_BARS 8

static struct bar {
	const void *key;
	char what[64];
	uint64_t started, done, total; /* started is 0: free */
} bars[MAX_BARS];

static unsigned drawn; /* lines on the terminal */
static uint64_t drawn_ns;

static struct bar *
find(const void *key)
{
	struct bar *unused = NULL;

	for (size_t i = 0; i < MAX_BARS; i++) {
		if (bars[i].started == 0 && unused == NULL)
			unused = &bars[i];
		if (bars[i].started != 0 && bars[i].key == key)
			return &bars[i];
	}
	return unused;
}

static size_t
columns(void)
{
	struct winsize w;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 20
		   ? w.ws_col
		   : 80;
}

/* Never wider than the terminal: a line that breaks would not be taken away. */
static void
draw(const struct bar *b, uint64_t now)
{
	ir_auto_buf struct ir_buf what = IR_BUF_INIT;
	char size[16], rate[16], tail[80], left[32] = "";
	double seconds = (double)(now - b->started) / 1e9;
	size_t room = columns() - 1, n;

	ir_size(size, b->done);
	ir_size(rate, (uint64_t)((double)b->done / seconds));
	if (b->total > b->done && b->done > 0)
		snprintf(left, sizeof(left), "  %2.0f %%  %.0f s left",
		    100 * (double)b->done / (double)b->total,
		    seconds * (double)(b->total - b->done) / (double)b->done);
	snprintf(tail, sizeof(tail), "  %9s  %9s/s%s", size, rate, left);
	ir_text_escape(&what, b->what, strlen(b->what));
	if (what.p == NULL)
		return;
	n = what.len;
	room = room > strlen(tail) ? room - strlen(tail) : 0;
	while (n > room || (n < what.len && (what.p[n] & 0xc0) == 0x80))
		n--;
	fprintf(stderr, "%.*s%s\n", (int)n, what.p, tail);
	drawn++;
}

void
ir_bars_hide(void)
{
	if (drawn > 0)
		fprintf(stderr, "\033[%uA\r\033[J", drawn);
	drawn = 0;
}

void
ir_bars_set(const void *key, const char *what, uint64_t done, uint64_t total)
{
	uint64_t now = ir_mono_ns();
	struct bar *b = find(key);

	if (b == NULL)
		return;
	if (b->started == 0 ||
	    strncmp(b->what, what, sizeof(b->what) - 1) != 0) {
		*b = (struct bar){.key = key, .started = now};
		snprintf(b->what, sizeof(b->what), "%s", what);
	}
	b->done = done;
	b->total = total;
	if (drawn > 0 && now - drawn_ns < REDRAW_NS)
		return;
	ir_bars_hide();
	for (size_t i = 0; i < MAX_BARS; i++)
		if (bars[i].started != 0 && now - bars[i].started > SHOW_NS)
			draw(&bars[i], now);
	fflush(stderr);
	drawn_ns = now;
}

void
ir_bars_drop(const void *key)
{
	struct bar *b = find(key);

	if (b != NULL)
		b->started = 0;
}
