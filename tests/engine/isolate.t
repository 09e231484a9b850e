#!/bin/bash
# SPDX-License-Identifier: ISC
#
# ir-isolate by the engine's API, against a real one: everything that a
# container was connected to comes back as it was, whatever happens in between;
# and what cannot be cut is told.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq python3 ssh-keygen

engine_start
engine_image bb
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
export IR_KEY=$T/id
engine_network --subnet 172.28.10.0/24 a >/dev/null
engine_network --subnet 172.28.11.0/24 b >/dev/null
docker run -d --name db --network a bb sleep 9999 >/dev/null
links=yes
! engine_is podman || links=
docker run -d --name web --hostname shop --network a --ip 172.28.10.77 \
	--network-alias front --network-alias www ${links:+--link db:thedb} \
	-p 127.0.0.1:8080:80 bb httpd -f -h /etc -p 80 >/dev/null
docker network connect --alias back --ip 172.28.11.5 b web
id=$(docker inspect -f '{{.Id}}' web)
file=ir-isolate-${id:0:12}.json

# What of a container's networks is to be the same before and after.
state()
{
	docker inspect "$1" | jq -S '.[0] | {p: .NetworkSettings.Ports,
		n: (.NetworkSettings.Networks | map_values(
			del(.EndpointID, .MacAddress) |
			.Aliases = ((.Aliases // []) | sort) |
			.DriverOpts = (.DriverOpts // {}) |
			.IPAMConfig = (.IPAMConfig // {})))}'
}
networks()
{
	docker inspect "$1" |
		jq -r '.[0].NetworkSettings.Networks | keys | join(" ")'
}
reaches()
{
	docker exec "$1" ping -c 1 -W 2 "$2" >/dev/null
}
page()
{
	engine_net curl -s -m 5 http://127.0.0.1:8080/group
}
# refusing METHOD PATH STATUS [SKIP [TIMES]]: DOCKER_HOST of such an engine.
refusing()
{
	[ -z "${proxy-}" ] || kill "$proxy"
	rm -f "$T/r.sock"
	python3 "$IR_SRCDIR/tests/refusing-engine.py" "$T/r.sock" \
		"${DOCKER_HOST#unix://}" "$@" &
	proxy=$!
	while [ ! -S "$T/r.sock" ]; do sleep 0.05; done
}
at_exit eval '[ -z "${proxy-}" ] || kill $proxy'

before=$(state web)
is "$(page)" root:x:0: "the port is open"

# A dry run.
run ir isolate --method=api --dry-run web
code_is 0 "a dry run"
for n in a b; do
	out_has "POST /networks/$(docker network inspect -f '{{.Id}}' $n)/disc"
done
like "$out" 'shared +db .*: network: a' "who shares a network"
run ir isolate --method=api --dry-run --json web
json_is '.calls | length' 2
json_is '.calls[0].body.Container' "$id"
is "$(state web)" "$before" "nothing is changed by it"
no_file "$file"

# Cut, without a bundle.
run ir isolate --method=api web
code_is 0 "isolate"
out_has "cut off 2 networks"
like "$out" 'a +172.28.10.77 .*front, www' "with what it had"
engine_is podman || like "$out" 'www.*db:thedb' "and its link"
out_has "its own network namespace both show none" "seen from the host"
err_has "this run goes into no journal"
err_has "$file"
is "$(networks web)" "" "it is on no network"
is "$(docker exec web ls /sys/class/net)" lo "and has no interface"
ok "the port is closed" test -z "$(page)"
# Where that of the host cannot be looked at.
run setpriv --bounding-set=-sys_admin,-sys_ptrace ir isolate --method=api web
case $(docker version -f '{{.Server.Version}}') in
20.*) err_has "names can still be resolved" "20.10 leaks names: told" ;;
esac
is "$(jq -r .container "$file")" "$id" "the record is kept"
sum=$(sha256sum "$file")
run ir isolate --method=api web
code_is 0 "again"
out_has "already isolated"
run ir isolate --method=api --json web
json_is .already true
is "$(sha256sum "$file")" "$sum" "the record stays as it was"

# And back.
run ir isolate --undo --dry-run web
code_is 0 "a dry run of the undo"
out_has '"IPv4Address":"172.28.10.77"'
is "$(networks web)" "" "changes nothing"
run ir isolate --undo web
code_is 0 "undo"
engine_is podman || # which has no such ids, and gives the same MAC again
	out_has "endpoint id on 2 networks" "what is new is told"
out_hasnt DIFFERENT
err_has "connections that were open before"
is "$(state web)" "$before" "docker inspect shows what it did before"
is "$(page)" root:x:0: "the port is open again"
engine_is podman || ok "its link works" reaches web thedb
ok "its aliases work" reaches db front
no_file "$file" "the record is not in the way any more"
ok "but kept" test -f "ir-isolate-${id:0:12}.undone-"*.json
run ir isolate --undo web
code_is 66 "there is nothing more to undo"
err_has "no isolation of web is on record"

# With a bundle, from another run each.
run ir open INC-1
bundle=$T/$out
export IR_BUNDLE=$bundle
run ir isolate --method=api --json web
code_is 0 "with a bundle"
json_is .record "data/actions/0001-isolate-${id:0:12}.json"
json_is '.networks | length' 2
is "$(jq -r '.endpoints[].name' "$bundle/data/actions/0001-isolate-${id:0:12}.json" |
	xargs)" "a b" "the record is in the bundle"
ok "each cut is declared" grep -q 'disconnected from network b' \
	"$bundle/journal/0001-ir-isolate.jsonl"
no_file "$file"
run ir isolate --undo --json web
code_is 0 "undone by another run"
json_is '[.differences[] | select(.matters)] | length' 0
is "$(state web)" "$before" "as it was"
ok "marked" test -f "$bundle/data/actions/0002-isolate-undo-${id:0:12}.json"
run ir isolate --undo web
code_is 66 "and over"

# After an undo, only what was cut since counts.
docker network disconnect b web
run ir isolate --method=api web
run ir isolate --undo web
is "$(networks web)" a "what was left before is not connected again"
docker network connect --alias back --ip 172.28.11.5 b web

# Cut half-way: the second run finishes, one undo restores all.
refusing POST '/networks/*/disconnect' 500 1
run ir isolate --method=api -H "unix://$T/r.sock" web
code_is 76 "cut half-way"
err_has "still connected to b"
err_has "refused by the test"
is "$(networks web)" b "as the engine shows"
run ir isolate --method=api web
code_is 0 "the second run cuts the rest"
out_has "cut off 1 network"
is "$(networks web)" "" "so it is"
run ir isolate --undo web
code_is 0 "one undo"
is "$(state web)" "$before" "restores all"

# An engine that says it did it, and did not; and a network it knows not of.
refusing POST '/networks/*/disconnect' 204
run ir isolate --method=api -H "unix://$T/r.sock" web
code_is 76 "an engine that lies"
err_has "still connected to a, b"
is "$(networks web)" "a b" "so it is"
run ir isolate --undo web
code_is 0
pid=$(docker inspect -f '{{.State.Pid}}' web)
nsenter -t "$pid" -n ip link add other0 type veth peer name other1
run ir isolate --method=api web
code_is 0 "an interface that leads nowhere"
run ir isolate --undo web
nsenter -t "$pid" -n ip link set other1 netns "$(cat "$ENGINE_DIR/ns.pid")"
run ir isolate --method=api web
code_is 76 "one that the engine knows nothing of, and that leads out"
err_has other0
nsenter -t "$pid" -n ip link del other0
run ir isolate --method=api web
code_is 0 "without it: isolated"
run ir isolate --undo web
is "$(state web)" "$before" "as it was"

# An undo that does not come through: then it does.
run ir isolate --method=api web
docker run -d --name squat --network a --ip 172.28.10.77 bb sleep 9999 \
	>/dev/null
run ir isolate --undo web
code_is 76 "the fixed address is taken meanwhile"
err_has "network a"
like "$err" "Address already in use|is already allocated" "and why"
out_hasnt "connected again"
like "$(networks web)" 'b$' "the other network is back"
run ir isolate --method=api web
code_is 0 "what is left of the refused connection is none"
docker rm -f squat >/dev/null
run ir isolate --undo web
code_is 0 "it is free: undone"
is "$(state web)" "$before" "as it was"

# The same with a port: 20.10 would leave an interface behind, so it is not
# even tried.
docker run -d --name port --network b -p 127.0.0.1:8081:80 bb sleep 9999 \
	>/dev/null
had=$(state port)
run ir isolate --method=api port
for p in 127.0.0.1:8081:80 8081:81; do
	docker run -d --name squat -p $p bb sleep 9999 >/dev/null
	run ir isolate --undo port
	code_is 76 "the port is taken meanwhile ($p)"
	err_has "taken by container squat"
	is "$(networks port)" "" "nothing is tried"
	is "$(docker exec port ls /sys/class/net)" lo "no interface"
	docker rm -f squat >/dev/null
done
docker run -d --name squat -p 127.0.0.1:8081:80/udp -p 127.0.0.2:8081:80 \
	bb sleep 9999 >/dev/null
run ir isolate --undo port
code_is 0 "another protocol, and another address: undone"
is "$(state port)" "$had" "as it was"
run ir isolate --method=api port
engine_net busybox nc -l -p 8081 127.0.0.1 &
nc=$!
run ir isolate --undo port
kill $nc
case $code in
0) skip "a port that no container took" "the engine does not notice" ;;
*)
	code_is 76 "the port is taken by no container"
	err_has "cannot connect to network b"
	;;
esac
docker rm -f port squat >/dev/null

# Connected elsewhere while isolated, and isolated again: both are undone.
engine_network d >/dev/null
run ir isolate --method=api web
docker network connect d web
run ir isolate --method=api web
code_is 0 "isolated from what came after, too"
run ir isolate --undo web
code_is 0 "one undo for both"
is "$(networks web)" "a b d" "brings all of it back"
docker network disconnect d web
docker network rm d >/dev/null

# A difference that matters.
run ir isolate --method=api web
engine_network c >/dev/null
docker network connect c web
run ir isolate --undo web
code_is 10 "another network meanwhile: a difference that matters"
like "$out" 'DIFFERENT +c connection' "is named"
docker network disconnect c web
run ir isolate --method=api web
docker network rm c >/dev/null
run ir isolate --undo web
code_is 0

# Networks that were removed meanwhile.
engine_network c >/dev/null
docker run -d --name lone --network c bb sleep 9999 >/dev/null
run ir isolate --method=api lone
docker network rm c >/dev/null
run ir isolate --undo lone
code_is 66 "its network is gone"
err_has "network c"
engine_network c >/dev/null
run ir isolate --undo lone
code_is 66 "and one with the same name is another one"
docker network rm c >/dev/null
for n in lost-net b; do
	[ $n = b ] || engine_network $n >/dev/null
	docker create --name lost --network $n bb true >/dev/null
	[ $n = b ] || docker network rm $n >/dev/null
	run ir isolate --method=api lost
	code_is 0 "a network that was removed under a stopped container"
	is "$(networks lost)" "" "is let go"
	run ir isolate --undo lost
	engine_is podman || # which does not remove one that is in use
		is "$n $code" "$([ $n = b ] && echo b 0 || echo lost-net 66)" \
			"and back, if it is there"
	docker rm lost >/dev/null
done
# A name that is the beginning of an id of another network, which is meant by
# nobody; podman makes none.
if ! engine_is podman; then
	other=$(docker network inspect -f '{{.Id}}' b)
	docker network create "${other:0:12}" >/dev/null
	docker create --name lost --network "${other:0:12}" bb true >/dev/null
	docker network rm "${other:0:12}" >/dev/null
	run ir isolate --method=api lost
	code_is 76 "what the engine cannot tell apart"
	err_has "still connected to ${other:0:12}"
	docker rm lost >/dev/null
fi

# Records that are not to be trusted.
unset IR_BUNDLE
mkdir records && cd records || exit 1
run ir isolate --method=api web
run ir isolate --undo --from "$file" db
code_is 65 "a record of another container"
err_has "is of another container (web"
run ir isolate --undo --from none.json web
code_is 66 "no such record"
echo '{' >bad.json
run ir isolate --undo --from bad.json web
code_is 65 "not JSON"
jq 'del(.endpoints[1].network)' "$file" >bad.json
run ir isolate --undo --from bad.json web
code_is 65 "an endpoint without a network"
jq '.container = "../../x"' "$file" >bad.json
run ir isolate --undo --from bad.json web
code_is 65 "a container that is no id"
jq '.endpoints[0].network = "../containers/x"' "$file" >bad.json
run ir isolate --undo --from bad.json web
code_is 65 "a network that would climb"
run ir isolate --method=api --from bad.json web
code_is 64 "--from goes with --undo"
is "$(networks web)" "" "nothing was done by any of them"
run ir isolate --undo --from "$file" web
code_is 0 "--from"
is "$(state web)" "$before" "as it was"

# A second record beside the first; one that cannot be kept: nothing is cut.
jq 'del(.endpoints[1])' "$file" >short && mv short "$file"
run ir isolate --method=api web
code_is 0 "a record from before that lacks a network"
err_has "recorded in ${file%.json}.then-2.json"
run ir isolate --undo web
code_is 0 "both are undone"
is "$(state web)" "$before" "as it was"
is "$(find . -name 'ir-isolate-*.undone-*.json' | wc -l)" 2 "and put aside"
mkdir gone && cd gone && rmdir ../gone
run ir isolate --method=api web
ok "a directory that cannot be written to" test "$code" != 0
err_has "cannot be kept"
is "$(networks web)" "a b" "nothing is cut"
cd "$T" || exit 1
rm -r records

# The default bridge, an old link, a port of the engine's choice.
docker run -d --name old ${links:+--link db:gone} bb sleep 9999 >/dev/null 2>&1
docker run -d --name target bb sleep 9999 >/dev/null
docker run -d --name legacy ${links:+--link target:it} -p 80 bb sleep 9999 >/dev/null
hosts()
{
	docker exec legacy sort -u /etc/hosts # 28 writes the link once more
}
had=$(hosts)
run ir isolate --method=api legacy
code_is 0 "the default bridge"
is "$(networks legacy)" "" "so it is"
run ir isolate --undo legacy
code_is 0 "and back"
if engine_is podman; then # the port is the same
	is "$(networks legacy)" podman "so it is"
else
	is "$(networks legacy)" bridge "so it is"
	out_has "80/tcp" "a port of the engine's choice is new, and told"
	is "$(hosts)" "$had" "the link is there"
fi

# No network of its own.
docker run -d --name none --network none bb sleep 9999 >/dev/null
run ir isolate --method=api none
code_is 0 "on none"
out_has "already isolated"
docker run -d --name host --network host bb sleep 9999 >/dev/null
run ir isolate --method=api host
code_is 76 "on the host's network"
err_has "pause it"
docker run -d --name side --network container:web bb sleep 9999 >/dev/null
run ir isolate --method=api --json side
code_is 0 "in another's network namespace: that one is acted on"
err_has "side uses the network of web"
json_is .container "$id"
json_is '.also_cut | join(" ")' side
err_has "side uses its network namespace"
is "$(networks web)" "" "so it is"
run ir isolate --undo side
code_is 0 "and its undo"
is "$(state web)" "$before" "as it was"

# Who else is hit: one of each kind.
docker run -d --name hub --ipc shareable -v shared:/v -v "$T/home:/h" \
	--network a bb sleep 9999 >/dev/null
docker run -d --name kin --ipc container:hub --pid container:hub \
	--network container:hub -v shared:/v:ro -v "$HOME/..:/t" bb sleep 9999 \
	>/dev/null
docker run -d --name kind --network container:hub bb sleep 9999 >/dev/null
docker run -d --name old2 bb sleep 9999 >/dev/null
docker run -d --name new2 ${links:+--link old2:x} bb sleep 9999 >/dev/null
image=$(docker inspect -f '{{.Config.Image}}' hub)
shared()
{
	ir isolate --method=api --dry-run --json "$1" | jq -r --arg n "$2" \
		'.shared[] | select(.name == $n) | "\(.shares): \(.what)"'
}
is "$(shared hub kin | grep -v '^network: ')" "bind: $T/home
image: $image
ipc namespace: it uses this container's
network namespace: it uses this container's
pid namespace: it uses this container's
volume: shared" "namespaces, volumes, binds, image"
# Neither can be isolated, so the dry run says no more than that.
run ir pause --dry-run --json kin
json_is '[.shared[] | select(.name == "hub" and
	(.shares | endswith("namespace"))) | .what] | unique | .[]' \
	"this container uses its" "and from the other side"
json_is '[.shared[] | select(.name == "kind") | .what] | contains(
	["both use a third container'"'"'s"])' true "and by a third one"
if ! engine_is podman; then
	is "$(shared old2 new2)" "image: $image
link: it links to this one" "links of the default bridge"
	is "$(shared new2 old2)" "image: $image
link: this one links to it" "both ways"
fi
is "$(shared new2 hub)" "image: $image" "and nothing where nothing is"

# Frozen, and stopped.
docker pause web >/dev/null
run ir isolate --method=api web
if engine_is podman; then
	code_is 76 "a frozen one, which podman would only say it cuts off"
	err_has "podman does not change the networks of a paused container"
	is "$(networks web)" "a b" "it is not asked"
	is "$(state web)" "$before" "all is as it was"
else
	code_is 0 "a frozen one"
	is "$(networks web)" "" "so it is"
	run ir isolate --undo web
	code_is 0
fi
docker unpause web >/dev/null
is "$(state web)" "$before" "as it was"
docker kill web >/dev/null
run ir isolate --method=api web
code_is 0 "a stopped one"
docker start web >/dev/null
is "$(networks web)" "" "started, it stays off"
run ir isolate --undo web
code_is 0
is "$(state web)" "$before" "as it was"

done_testing
