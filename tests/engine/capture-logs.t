#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The log of a container, from the files of its host and over the API: the same
# records, whatever they are; and of each log that cannot be had, why, and where
# it is.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq ssh-keygen python3 zcat

engine_start
engine_is podman && skip_all "podman keeps its logs in another form"
engine_image bb
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
export IR_KEY=$T/id
calls=$IR_BUILDDIR/tests/engine/test-docker-calls
[ -x "$calls" ] || skip_all "tests/engine/test-docker-calls is not built"

# until_ok COMMAND...: at last it succeeds.
until_ok()
{
	local i

	for ((i = 0; i < 300; i++)); do
		"$@" && return
		sleep 0.3
	done
	fail "waited in vain for: $*"
}

# Somebody's engine elsewhere, as far as a client can see: the same, over TCP.
cat >"$T/forward.py" <<'EOF'
import socket, sys, threading
def pump(a, b):
    try:
        while d := a.recv(65536):
            b.sendall(d)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
while True:
    c = s.accept()[0]
    u = socket.socket(socket.AF_UNIX)
    u.connect(sys.argv[1])
    for a, b in (c, u), (u, c):
        threading.Thread(target=pump, args=(a, b), daemon=True).start()
EOF
python3 "$T/forward.py" "$ENGINE_DIR/docker.sock" >"$T/port" &
at_exit kill $!
until_ok test -s "$T/port"
remote=tcp://127.0.0.1:$(cat "$T/port")

# take NAME [OPTION...]: captures it into a bundle of its own; $d is where its
# files are, and $log the main one of its log.
take()
{
	local id

	id=$(docker inspect -f '{{.Id}}' "$1")
	rm -rf "$T/case" && mkdir "$T/case" && cd "$T/case" || exit 99
	IR_BUNDLE=$T/case/$(ir open INC-1 2>/dev/null) && export IR_BUNDLE
	run ir capture "${@:2}" "$1"
	d=$IR_BUNDLE/data/containers/$id log=$d/$id-json.log
}

# records: all that is in the files of the log, the oldest first.
records()
{
	local i

	for i in 9 8 7 6 5 4 3 2 1; do
		[ ! -e "$log.$i.gz" ] || zcat "$log.$i.gz"
		[ ! -e "$log.$i" ] || cat "$log.$i"
	done
	cat "$log"
}

# by_engine NAME [SINCE [LINES]]: what the engine gives, in the same form.
by_engine()
{
	IR_TEST_ENGINE=$DOCKER_HOST IR_TEST_IMAGE=bb "$calls" logs "$@"
}

# logged NAME TEXT: the engine has written it.
logged()
{
	docker logs "$1" 2>&1 | grep -q -e "$2"
}

docker run -d --name plain bb sh -c '
	echo to stdout; echo to stderr >&2; printf "\\000\\377\\033[31m\\n"
	head -c 300000 /dev/zero | tr "\\000" x; echo; echo "{\"time\":\"x\"}"
	printf "no end"; echo the last >&2; printf END' >/dev/null
docker run -d --name tty -t bb sh -c '
	echo on a terminal; echo END; exec sleep 1000' >/dev/null
docker run -d --name turned --log-opt max-size=20k --log-opt max-file=5 \
	--log-opt compress=true bb sh -c '
	i=0; while [ $i -lt 800 ]; do echo line $i; i=$((i+1)); done
	echo END; exec sleep 1000' >/dev/null
docker run -d --name kept --log-opt max-size=20k --log-opt max-file=3 bb sh -c '
	i=0; while [ $i -lt 700 ]; do echo line $i; i=$((i+1)); done
	echo END; exec sleep 1000' >/dev/null
for name in plain tty turned kept; do
	until_ok logged $name END
done
compressed()
{
	! [ -e "$(docker inspect -f '{{.LogPath}}' turned).1" ]
}
until_ok compressed

for name in plain tty turned kept; do
	take $name
	code_is 0 "$name is captured on its host"
	is "$(find "$ENGINE_DIR/data/containers/$(basename "$d")" \
		-name '*-json.log*' | wc -l)" \
		"$(find "$d" -name '*-json.log*' | wc -l)" \
		"with as many files of its log"
	for f in "$d"/*-json.log*; do
		ok "$name: its ${f##*-} is what the engine wrote" cmp "$f" \
			"$ENGINE_DIR/data/containers/$(basename "$d")/${f##*/}"
	done
	records | jq -c . >"$T/here"
	by_engine $name | jq -c . >"$T/there"
	ok "$name: they hold what the engine gives" cmp "$T/here" "$T/there"
done
is "$(find "$d" -name '*-json.log.[12]' | wc -l)" 2 "both rotated files are there"

take plain
is "$(jq -rj 'select(.stream == "stderr").log' "$log")" \
	"to stderr
the last" "stderr"
is "$(jq -sr '.[-1].log' "$log")" "no endEND" "the last piece, without an end of line"
is "$(jq -sr '[.[] | .log | length] | max' "$log")" 16384 "a long line in pieces"

# Over TCP, and nothing runs that could be found here: by the API alone.
for name in plain turned; do
	docker kill $name >/dev/null 2>&1
	docker wait $name >/dev/null
	take $name
	records | jq -c . >"$T/here"
	take $name -H "$remote"
	code_is 0 "$name is captured from afar"
	is "$(find "$d" -name '*-json.log*' | wc -l)" 1 "its log is one file"
	ok "$name: with the same records" cmp "$T/here" <(jq -c . "$log")
done

docker run -d --name quiet bb sleep 1000 >/dev/null
take quiet
like "$out" "empty +logs" "one that said nothing has an empty log"
no_file "$log"
docker create --name new bb sleep 1000 >/dev/null
take new
like "$out" "empty +logs" "so has one that never ran"

# Root's eyes are not led elsewhere: not the secret, but what the engine gives.
echo secret of the host >"$T/secret"
on_disk=$ENGINE_DIR/data/containers/$(docker inspect -f '{{.Id}}' turned)
mv "$on_disk"/*-json.log.1.gz "$T/away"
ln -s "$T/secret" "$on_disk/${on_disk##*/}-json.log.1"
take turned
ok "a link in the place of a file is not followed" \
	test "$(grep -rl 'secret of the host' "$d" | wc -l)" = 0
rm "$on_disk/${on_disk##*/}-json.log.1"

docker run -d --name local --log-driver local bb sh -c '
	echo by local; exec sleep 1000' >/dev/null
until_ok logged local "by local"
take local
code_is 0 "the local driver"
is "$(jq -r .log "$log")" "by local" "is read through the engine"

docker run -d --name none --log-driver none bb echo x >/dev/null
take none
like "$out" "skipped +logs +its log driver keeps nothing"
no_file "$log"

docker run -d --name away --log-driver syslog --log-opt cache-disabled=true \
	--log-opt syslog-address=udp://127.0.0.1:514 bb sleep 1000 >/dev/null
take away
code_is 10 "a log that only somebody else has is missing"
like "$out" "failed +logs .*goes to syslog at udp://127.0.0.1:514: get it there" \
	"and it is told where it is"
no_file "$log"
like "$out" "collected +filesystem" "the others are collected"

done_testing
