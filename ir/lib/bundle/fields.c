/* SPDX-License-Identifier: ISC
 *
 * Fields that journals and custody entries share: see fields.h.
 */
#include "bundle/fields.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/time.h"

/* A control character takes six bytes in JSON: this keeps the longest run line
 * under IR_MAX_JOURNAL_LINE. */
#define MAX_ARGV (32u << 10)

json_t *
ir_fields_text(const char *s)
{
	ir_auto_buf struct ir_buf b = IR_BUF_INIT;
	size_t left = strlen(s), n;

	for (; left > 0; s += n, left -= n) {
		if ((n = ir_text_utf8(s, left)) > 0) {
			ir_buf_add(&b, s, n);
			continue;
		}
		ir_buf_printf(&b, "\\x%02x", (uint8_t)*s);
		n = 1;
	}
	return b.failed ? NULL : json_stringn(b.p != NULL ? b.p : "", b.len);
}

json_t *
ir_fields_actor(const struct ir_bundle_who *who)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "id", ir_fields_text(who->id),
	    "name", ir_fields_text(who->name), "role",
	    ir_fields_text(who->role), "org", ir_fields_text(who->org));
}

json_t *
ir_fields_argv(char **argv)
{
	json_t *a = json_array();
	size_t total = 0, i, more;

	for (i = 0; argv[i] != NULL; i++) {
		if ((total += strlen(argv[i])) > MAX_ARGV)
			break;
		json_array_append_new(a, ir_fields_text(argv[i]));
	}
	for (more = 0; argv[i + more] != NULL;)
		more++;
	if (more > 0)
		json_array_append_new(a, json_sprintf("... (%zu more)", more));
	return a;
}

json_t *
ir_fields_clock(void)
{
	int64_t error_us;
	bool synchronised = ir_clock_state(&error_us);

	return json_pack("{s:b, s:I}", "synchronised", synchronised,
	    "max_error_us", (json_int_t)error_us);
}

json_t *
ir_fields_host(void)
{
	char name[256] = "";

	if (gethostname(name, sizeof(name) - 1) == -1)
		strcpy(name, "unknown");
	return ir_fields_text(name);
}
