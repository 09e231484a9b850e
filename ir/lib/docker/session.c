/* SPDX-License-Identifier: ISC
 *
 * Exec: see session.h.
 */
#include "docker/session.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "json/json.h"

/* Without a tty both streams come in frames: a byte for the stream, three
 * zeros, four for the length, big-endian. */
struct frames {
	bool tty;
	uint8_t head[8];
	size_t head_len;
	uint32_t left;
	ir_docker_said_fn fn;
	void *arg;
};

char *
ir_docker_exec_create(struct ir_docker *d, const char *id, const json_t *config,
    struct ir_err *err)
{
	json_auto_t *answer = NULL;
	const char *exec;

	if (ir_docker_post(
		d, config, &answer, err, "/containers/%s/exec", id) == -1)
		return NULL;
	exec = ir_json_str(answer, "Id");
	if (!ir_is_hex(exec, 64)) {
		ir_fail(
		    err, IR_EPROTO, "the engine names an exec session oddly");
		return NULL;
	}
	return ir_asprintf(err, "%s", exec);
}

static int
begin(struct frames *f, struct ir_err *err)
{
	if (f->head[0] > 3 || f->head[1] != 0 || f->head[2] != 0 ||
	    f->head[3] != 0)
		return ir_fail(err, IR_EPROTO,
		    "the engine sends something else than what a command "
		    "writes");
	f->left = (uint32_t)f->head[4] << 24 | (uint32_t)f->head[5] << 16 |
		  (uint32_t)f->head[6] << 8 | f->head[7];
	return 0;
}

static int
take(void *arg, const void *data, size_t n, struct ir_err *err)
{
	struct frames *f = arg;
	const uint8_t *p = data;

	if (f->tty)
		return n > 0 ? f->fn(f->arg, 1, p, n, err) : 0;
	while (n > 0) {
		size_t k;

		if (f->left == 0) {
			f->head[f->head_len++] = *p++;
			n--;
			if (f->head_len < sizeof(f->head))
				continue;
			f->head_len = 0;
			if (begin(f, err) == -1)
				return -1;
			continue;
		}
		k = n < f->left ? n : f->left;
		if (f->fn(f->arg, f->head[0] < 2 ? 1 : 2, p, k, err) == -1)
			return -1;
		f->left -= (uint32_t)k;
		p += k;
		n -= k;
	}
	return 0;
}

int
ir_docker_exec_start(struct ir_docker *d, const char *exec, bool tty,
    struct ir_http_talk *talk, ir_docker_said_fn fn, void *arg,
    struct ir_err *err)
{
	struct frames f = {.tty = tty, .fn = fn, .arg = arg};
	json_auto_t *body =
	    json_pack("{s:b, s:b}", "Detach", 0, "Tty", (int)tty);

	if (body == NULL)
		return ir_fail_mem(err);
	if (ir_docker_talk(
		d, body, talk, take, &f, err, "/exec/%s/start", exec) == -1)
		return -1;
	if (f.left != 0 || f.head_len != 0)
		return ir_fail(err, IR_EPROTO,
		    "the engine broke off in the middle of what the command "
		    "wrote");
	return 0;
}

int
ir_docker_exec_resize(struct ir_docker *d, const char *exec, unsigned int width,
    unsigned int height, struct ir_err *err)
{
	return ir_docker_post(d, NULL, NULL, err, "/exec/%s/resize?w=%u&h=%u",
	    exec, width, height);
}

json_t *
ir_docker_exec_inspect(
    struct ir_docker *d, const char *exec, struct ir_err *err)
{
	return ir_docker_get(d, err, "/exec/%s/json", exec);
}
