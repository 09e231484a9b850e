#!/bin/bash
# SPDX-License-Identifier: ISC
#
# lib/docker against a real engine: every call, and logs compared with the
# engine's own file.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq

calls=$IR_BUILDDIR/tests/engine/test-docker-calls
[ -x "$calls" ] || skip_all "tests/engine/test-docker-calls is not built"
engine_start
engine_image bb
export IR_TEST_ENGINE=$DOCKER_HOST IR_TEST_IMAGE=bb

run "$calls"
code_is 0 "every call does as it should"
while read -r line; do
	diag "$line"
done <"$T/out"
is "$(grep -c '^ok' "$T/out")" 8 "and none was left out"
is "$(docker ps -aq)$(docker volume ls -q)" "" "nothing is left on the engine"

# Everything that a log can hold: what JSON and Go escape, what is no UTF-8,
# lines longer than the 16 KiB in which the engine cuts, both streams.
cat >"$T/noise.sh" <<'END'
echo plain
echo 'quote " back \ <tag> & amp' >&2
printf 'tab\tcr\r\nnul\0bel\a esc\033[0m del\177\n'
printf '\303\251 \342\202\254 \360\237\230\200 \342\200\250\342\200\251\n\n\n'
printf 'bad \377 \300\257 \355\240\200 \342\202 end\n'
head -c 40000 /dev/zero | tr '\0' x; echo
head -c 16384 /dev/zero | tr '\0' y; echo
head -c 50000 /dev/zero | tr '\0' z >&2; echo >&2
END
head -c 20000 /dev/urandom >"$T/random"
printf 'cat /random; printf "no line feed at the end"\n' >>"$T/noise.sh"

# same WHAT: the log of container noise is the engine's own file.  A byte that was
# not UTF-8 is \ufffd there, and comes from the engine as U+FFFD itself.
same()
{
	local id

	id=$(docker inspect -f '{{.Id}}' noise)
	run "$calls" logs noise
	code_is 0 "$1: is read"
	if engine_is podman; then # whose file has another form
		like "$(jq -r .log "$T/out" | head -n 1)" '^plain' "$1: is there"
		docker rm noise >/dev/null
		return
	fi
	sed 's/\xef\xbf\xbd/\\ufffd/g' <"$T/out" >"$T/got"
	sed 's/\xef\xbf\xbd/\\ufffd/g' \
		<"$ENGINE_DIR/data/containers/$id/$id-json.log" >"$T/want"
	ok "$1: is there" test -s "$T/want"
	ok "$1: byte for byte" cmp "$T/got" "$T/want"
	docker rm noise >/dev/null
}

for tty in false true; do
	docker create --tty=$tty --name noise bb sh /noise.sh >/dev/null
	# With a terminal, a long line that is no UTF-8 hides where it is cut.
	[ $tty = false ] || : >"$T/random"
	docker cp "$T/noise.sh" noise:/ >/dev/null
	docker cp "$T/random" noise:/ >/dev/null
	docker start -a noise >/dev/null 2>&1
	same "a log with tty=$tty"
done
docker create --name noise bb true >/dev/null
run "$calls" logs noise
code_is 0 "a log of one that never ran"
out_hasnt log "is empty"

done_testing
