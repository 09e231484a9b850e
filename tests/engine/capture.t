#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Capture on a real engine: what is collected, how the container is left, what
# is left on the engine, and that the image comes back from the bundle.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq ssh-keygen tar

engine_start
engine_image bb
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
echo "alice@lab $(cut -d' ' -f1,2 "$T/id.pub")" >"$T/signers"
export IR_KEY=$T/id IR_ALLOWED_SIGNERS=$T/signers

opened()
{
	rm -rf "$T/case" && mkdir "$T/case" && cd "$T/case" &&
		IR_BUNDLE=$T/case/$(ir open INC-1 2>/dev/null) && export IR_BUNDLE
}

docker network create front >/dev/null
docker run -d --name web --network front -e SECRET=1 bb sh -c '
	echo "to stdout"; echo "to stderr" >&2; exec sleep 1000' >/dev/null
docker exec -d web sleep 999
docker exec web sh -c 'echo dropped >/tmp/shell.php; rm /etc/group'
id=$(docker inspect -f '{{.Id}}' web)
image=$(docker inspect -f '{{.Image}}' web)
before=$(docker ps -aq | wc -l)
c=data/containers/$id i=data/images/${image#sha256:}

ok "a bundle is opened" opened
run ir capture --method=api web
code_is 0 "a running container is captured"
for k in engine inspect exec stats events logs changes networks filesystem \
	image; do
	like "$out" "collected +$k " "$k is collected"
done
like "$out" "$(engine_is podman && echo empty || echo collected) +top" \
	"top, where the engine shows what is frozen"
like "$out" "skipped +commit +not asked for" "an evidence image is not made unasked"
err_has "web stood still for"
is "$(docker inspect -f '{{.State.Status}}' web)" running "it runs again after it"
is "$(docker ps -aq | wc -l)" "$before" "no container is left on the engine"
is "$(docker images -q | sort -u | wc -l)" 1 "and no image"

run cat "$IR_BUNDLE/$c/$id-json.log"
is "$(jq -r 'select(.stream == "stdout").log' "$T/out")" "to stdout" "stdout"
is "$(jq -r 'select(.stream == "stderr").log' "$T/out")" "to stderr" "stderr"
like "$(jq -r .time "$T/out" | head -1)" '^20[0-9-]+T[0-9:.]+Z$' "with times"
run cat "$IR_BUNDLE/$c/inspect.json"
json_is .Id "$id" "inspect is the engine's own document"
json_is '.Config.Env | index("SECRET=1") != null' true "with nothing masked"
if ! engine_is podman; then
	run cat "$IR_BUNDLE/$c/top.json"
	json_is '.Processes | length' 2 "both processes are listed"
fi
is "$(cat "$IR_BUNDLE/$c"/exec-*.json |
	jq -r 'select(.Running).ProcessConfig.entrypoint')" \
	sleep "the live exec session is recorded"
run cat "$IR_BUNDLE/$c/changes.json"
json_is '[.[] | select(.Path == "/etc/group")][0].Kind' 2 "the engine's list"
network=$(docker network inspect -f '{{.Id}}' front)
! engine_is podman || network=front # which is the id that it shows
is "$(jq -r .Name "$IR_BUNDLE/$c/network-$network.json")" front \
	"the network is recorded"
is "$(tar -xOf "$IR_BUNDLE/$c/filesystem.tar" tmp/shell.php)" dropped \
	"the dropped file is in the tree"
ok "the original has what was deleted" \
	tar -tf "$IR_BUNDLE/$i/filesystem.tar" etc/group
run tar -tf "$IR_BUNDLE/$c/filesystem.tar" etc/group
code_is 2 "and the captured tree has not"
is "$(find "$IR_BUNDLE" -name '*.part' -o -name '*.tmp' | wc -l)" 0 \
	"nothing unfinished is left in the bundle"

docker import "$IR_BUNDLE/$c/filesystem.tar" look:1 >/dev/null
is "$(docker run --rm --network none look:1 cat /tmp/shell.php)" dropped \
	"docker import makes an image of it again"
docker rmi look:1 >/dev/null

run ir capture --method=api web
code_is 0 "a second capture into the same bundle"
ok "stands beside the first" \
	test -s "$(echo "$IR_BUNDLE/$c"/run-*/filesystem.tar)"
is "$(find "$IR_BUNDLE/data/images" -name filesystem.tar | wc -l)" 1 \
	"the image is stored once"
run ir seal
code_is 0 "it is sealed"
run ir verify "$IR_BUNDLE"
code_is 0 "and valid"
out_has "container ${id:0:12}: paused for the capture" "the pause is declared"
out_has "image $(cut -c8-19 <<<"$image"): a container was made of it" "the helper container too"

opened
docker pause web >/dev/null
run ir capture --method=api --json web
code_is 0 "a paused container is captured"
json_is .complete true
json_is '[.ledger[] | select(.outcome == "failed")] | length' 0
is "$(docker inspect -f '{{.State.Status}}' web)" paused "and stays paused"

run ir capture --method=api --commit --quiet web
code_is 0 "with an evidence image"
is "$(docker images --format '{{.Repository}}:{{.Tag}}' ir-evidence/inc-1)" \
	ir-evidence/inc-1:web "under a name of its own"
is "$(docker inspect -f '{{.State.Status}}' web)" paused "still paused"
is "$(docker run --rm --network none ir-evidence/inc-1:web cat /tmp/shell.php)" \
	dropped "it holds the evidence"

docker run -d --name dead bb true >/dev/null
docker wait dead >/dev/null
run ir capture --method=api dead
code_is 0 "a stopped container is captured"
like "$out" "skipped +top +the container is not running" "without processes"
like "$out" "empty +logs" "an empty log is empty, not failed"
like "$out" "empty +networks|collected +networks" "networks are told"

docker run -d --name gone --rm --log-driver none bb sleep 1000 >/dev/null
run ir capture --method=api gone
code_is 0 "an AutoRemove container with no logs"
err_has "was started with --rm"
like "$out" "skipped +logs +its log driver keeps nothing"

docker run -d --name live bb sh -c 'while :; do date >/tmp/d; done' >/dev/null
run ir capture --method=api --live live
err_has "goes on running" "--live warns"
is "$(docker inspect -f '{{.State.Status}}' live)" running

run ir capture --method=api --dry-run web
code_is 0 "a dry run"
out_has "nothing is changed"
like "$out" "shared +.*: (image: .*bb|network: )" "says who else is hit"
run ir capture --method=api --dry-run --json live
json_is .dry_run true
json_is '.calls[0].path' "/containers/$(docker inspect -f '{{.Id}}' live)/pause"

done_testing
