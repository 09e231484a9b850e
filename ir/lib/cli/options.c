/* SPDX-License-Identifier: ISC
 *
 * The command line: see options.h.
 */
#include "cli/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define MAX_OPTIONS 48

/* getopt_long(3) wants its own tables; long-only options get numbers. */
struct flat {
	const struct ir_option *of[MAX_OPTIONS];
	struct option longs[MAX_OPTIONS + 1];
	char shorts[2 * MAX_OPTIONS + 2];
	int n;
};

static void
flatten(struct flat *f, const struct ir_option *const tables[])
{
	char *s = f->shorts;

	memset(f, 0, sizeof(*f));
	*s++ = ':';
	for (; *tables != NULL; tables++)
		for (const struct ir_option *o = *tables;
		     o->name != NULL && f->n < MAX_OPTIONS; o++) {
			f->of[f->n] = o;
			f->longs[f->n].name = o->name;
			f->longs[f->n].has_arg = o->arg != NULL;
			f->longs[f->n].val = 256 + f->n;
			f->n++;
			if (o->letter == 0)
				continue;
			*s++ = o->letter;
			if (o->arg != NULL)
				*s++ = ':';
		}
}

static const struct ir_option *
by_code(const struct flat *f, int code)
{
	if (code >= 256)
		return f->of[code - 256];
	for (int i = 0; i < f->n; i++)
		if (f->of[i]->letter == code)
			return f->of[i];
	return NULL;
}

/* Several values: the next free place, of which the last stays NULL. */
static int
add_value(const struct ir_option *o, const char *value, struct ir_err *err)
{
	size_t n = 0;

	while (o->value[n] != NULL)
		n++;
	if (n == IR_OPTION_VALUES - 1)
		return ir_fail(err, IR_EUSAGE, "more than %d times --%s",
		    IR_OPTION_VALUES - 1, o->name);
	o->value[n] = value;
	return 0;
}

static bool
takes_several(const struct ir_option *o)
{
	return strstr(o->arg, "...") != NULL;
}

int
ir_options_parse(const struct ir_option *const tables[], int argc, char **argv,
    struct ir_err *err)
{
	struct flat f;
	int code;

	flatten(&f, tables);
	opterr = 0;
	while (
	    (code = getopt_long(argc, argv, f.shorts, f.longs, NULL)) != -1) {
		const struct ir_option *o = by_code(&f, code);

		if (code == ':')
			return ir_fail(err, IR_EUSAGE,
			    "%s needs a value; see --help", argv[optind - 1]);
		if (o == NULL)
			return ir_fail(err, IR_EUSAGE,
			    "%s is not an option here; see --help",
			    argv[optind - 1]);
		if (o->arg == NULL)
			*o->flag = true;
		else if (!takes_several(o))
			*o->value = optarg;
		else if (add_value(o, optarg, err) == -1)
			return -1;
	}
	return optind;
}

void
ir_options_help(const struct ir_option *o)
{
	for (; o->name != NULL; o++) {
		char left[64], letter[8] = "    ";

		if (o->letter != 0)
			snprintf(letter, sizeof(letter), "-%c, ", o->letter);
		snprintf(left, sizeof(left), "%s--%s%s%s", letter, o->name,
		    o->arg != NULL ? " " : "", o->arg != NULL ? o->arg : "");
		printf("  %-26s  %s\n", left, o->help);
	}
}
