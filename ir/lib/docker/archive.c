/* SPDX-License-Identifier: ISC
 *
 * What lies at a path: see archive.h.
 */
#include "docker/archive.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "json/json.h"

/* os.FileMode of Go, as the engines send it: bits of their own. */
static const struct {
	json_int_t bits;
	char type;
} types[] = {
    {1u << 31, 'd'}, {1u << 27, 'l'},
    {1u << 26 | 1u << 21, 'c'}, /* a device, of characters */
    {1u << 26, 'b'}, {1u << 25, 'p'}, {1u << 24, 's'},
    {1u << 19, '?'}, /* something else that is no file */
};

static char
type_of(json_int_t mode)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if ((mode & types[i].bits) == types[i].bits)
			return types[i].type;
	return '-';
}

static int
path_of(
    struct ir_buf *out, const char *id, const char *path, struct ir_err *err)
{
	if (!ir_is_hex(id, 64))
		return ir_fail(
		    err, IR_EINTERNAL, "%s: not a container's full id", id);
	ir_buf_printf(out, "/containers/%s/archive?path=", id);
	ir_url_escape(out, path);
	return ir_buf_ok(out, err);
}

static int
parse(const char *text, const char *path, struct ir_docker_file *f,
    struct ir_err *err)
{
	ir_auto_buf struct ir_buf raw = IR_BUF_INIT;
	json_auto_t *j = NULL;

	if (ir_base64_decode(&raw, text, strlen(text)) == 0 &&
	    ir_buf_ok(&raw, err) == 0 && raw.len > 0)
		j = ir_json_parse(raw.p, raw.len, "path", err);
	if (!json_is_object(j))
		return ir_fail(
		    err, IR_EPROTO, "%s: the engine describes it oddly", path);
	f->type = type_of(ir_json_int(j, "mode"));
	f->size =
	    ir_json_int(j, "size") > 0 ? (uint64_t)ir_json_int(j, "size") : 0;
	f->name = ir_asprintf(err, "%s", ir_json_str(j, "name"));
	f->link = ir_asprintf(err, "%s", ir_json_str(j, "linkTarget"));
	return f->name != NULL && f->link != NULL ? 0 : -1;
}

int
ir_docker_file(struct ir_docker *d, const char *id, const char *path,
    struct ir_docker_file *f, struct ir_err *err)
{
	ir_auto_buf struct ir_buf to = IR_BUF_INIT;
	ir_auto_free char *stat = NULL;

	memset(f, 0, sizeof(*f));
	if (path_of(&to, id, path, err) == -1 ||
	    (stat = ir_docker_path_stat(d, err, "%s", to.p)) == NULL)
		return -1;
	return parse(stat, path, f, err);
}

void
ir_docker_file_free(struct ir_docker_file *f)
{
	free(f->name);
	free(f->link);
	memset(f, 0, sizeof(*f));
}

int
ir_docker_archive(struct ir_docker *d, const char *id, const char *path,
    ir_http_body_fn fn, void *arg, struct ir_err *err)
{
	ir_auto_buf struct ir_buf to = IR_BUF_INIT;

	if (path_of(&to, id, path, err) == -1)
		return -1;
	return ir_docker_stream(d, fn, arg, err, "%s", to.p);
}
