#!/bin/bash
# SPDX-License-Identifier: ISC
#
# What is around the container: the engine's events, also those from during the
# capture, who else is on its networks, and the host.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq ssh-keygen

engine_start
engine_image bb
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
export IR_KEY=$T/id

take()
{
	rm -rf "$T/case" && mkdir "$T/case" && cd "$T/case" || exit 99
	IR_BUNDLE=$T/case/$(ir open INC-1 2>/dev/null) && export IR_BUNDLE
	run ir capture "$@"
	d=$IR_BUNDLE/data/containers/$(docker inspect -f '{{.Id}}' web)
}

docker network create front >/dev/null
docker network create back >/dev/null
docker run -d --name web --network front bb sleep 1000 >/dev/null
docker network connect back web
docker run -d --name near --network front bb sleep 1000 >/dev/null
docker run -d --name db --network back bb sleep 1000 >/dev/null
docker create --name later --network back bb sleep 1000 >/dev/null
docker run -d --name inside --network container:web bb sleep 1000 >/dev/null
docker run -d --name far bb sleep 1000 >/dev/null
docker run -d --name alone --network none bb sleep 1000 >/dev/null

take web
code_is 0 "it is captured"
like "$out" "collected +neighbours" "with its neighbours"
is "$(cat "$d"/neighbour-*.json | jq -sr 'map(.Name) | sort | join(" ")')" \
	"/db /inside /later /near" "who is on its networks, or within one"
is "$(jq -r 'select(.Type == "container" and .Action == "start") |
	.Actor.Attributes.name' "$d/events.jsonl" | sort | tr '\n' ' ')" \
	"alone db far inside near web " "everybody's events are collected"
is "$(jq -s '[.[] | select(.Action == "unpause")] | length' \
	"$d/events.jsonl")" 0 "the first list ends before the container runs on"
is "$(jq -s "[.[] | select(.Action | test(\"pause\"))] | length" "$d/events-after.jsonl")" 2 \
	"what happened during the capture is in the second"

h=$IR_BUNDLE/data/engine/host
like "$out" "collected +host" "the host is described"
run cat "$h/host.json"
json_is .kernel "$(uname -r)" "its kernel"
json_is '.clock.synchronised | type' boolean "whether its clock is kept"
json_is '[.daemons[] | select(.name == "dockerd") | .cmdline |
	contains("'"$ENGINE_DIR"'")] | any' true "the engine's own process"
for f in meminfo mountinfo; do
	ok "its $f" test -s "$h/$f"
done
like "$(cat "$h/tcp")" "local_address" "what listens there"
is "$(cat "$h/version")" "$(cat /proc/version)" "byte for byte"
for f in journal.jsonl nft daemon.json utmp; do
	[ -e "$h/$f" ] || json_is "[.missing[] |
		select(.what == \"$f\" and .why != \"\")] | length" 1 \
		"where there is no $f, it is told why"
done

docker rm -f near db later inside >/dev/null
take web
like "$out" "empty +neighbours" "one that is on its networks alone has none"
is "$(find "$d" -name 'neighbour*' | wc -l)" 0 "and no file"

# More than the engine keeps.
for ((i = 0; i < 90; i++)); do
	echo far
done | xargs -n 30 sh -c 'for n; do docker pause $n; docker unpause $n
	docker rename $n moved; docker rename moved $n; done' sh >/dev/null
take web
like "$out" "collected +events .* 256, which is all that the engine keeps" \
	"that the engine forgot some is told"

done_testing
