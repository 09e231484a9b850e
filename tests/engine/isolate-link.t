#!/bin/bash
# SPDX-License-Identifier: ISC
#
# ir-isolate by the host's end of the links: everything stays as it was but
# that nothing passes; nobody else's link is touched; and where it cannot be
# done, the engine does it.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq ssh-keygen

engine_start
engine_image bb
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
export IR_KEY=$T/id
docker network create --subnet 172.28.10.0/24 a >/dev/null
docker network create --subnet 172.28.11.0/24 b >/dev/null
docker run -d --name db --network a bb sleep 9999 >/dev/null
docker run -d --name web --network a --ip 172.28.10.77 --restart always \
	--network-alias front -p 127.0.0.1:8080:80 bb httpd -f -h /etc -p 80 \
	>/dev/null
docker network connect --ip 172.28.11.5 b web
id=$(docker inspect -f '{{.Id}}' web)
file=ir-isolate-${id:0:12}.json

# Everything that says how it is connected, from inside and from the engine.
inside()
{
	nsenter -t "$(docker inspect -f '{{.State.Pid}}' web)" -n sh -c '
		ip -o addr; ip route; ip -o link' |
		sed -E 's/,LOWER_UP|NO-CARRIER,|,M-DOWN//g
			s/state [A-Z]+/state/; s/ linkdown//
			s/(valid|preferred)_lft [^ ]*//g; s/ tentative//'
	docker inspect -f '{{json .NetworkSettings}}' web | jq -S .
}
# Every interface of the engine's network, but for those of the container.
others()
{
	local peers
	peers=$(nsenter -t "$(docker inspect -f '{{.State.Pid}}' web)" -n \
		ip -o link | sed -nE 's/.*@if([0-9]+):.*/^\1:/p' | paste -sd '|')
	engine_net ip -o link | grep -vE "$peers" |
		sed -E 's/qlen.*//; s/NO-CARRIER,|,LOWER_UP//; s/state [A-Z]+//'
}
reaches()
{
	docker exec "$1" ping -c 1 -W 1 "$2" >/dev/null
}
# A link needs a moment after it is up.
reaches_soon()
{
	local i

	for i in 1 2 3 4 5; do
		! reaches "$@" || return 0
	done
	return 1
}
page()
{
	engine_net curl -s -m 2 http://127.0.0.1:8080/group
}
policy()
{
	docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' web
}

before=$(inside)
before_others=$(others)
is "$(page)" root:x:0: "the port is open"

run ir isolate --dry-run web
code_is 0 "a dry run"
out_has "do on this host: veth"
run ir isolate --dry-run --json web
json_is '.notes | length' 2
is "$(inside)" "$before" "changes nothing"
no_file "$file"

# A connection that is open before.
docker exec -d db nc -ll -p 7 -e cat
docker exec -d web sh -c 'while :; do date; sleep 0.2; done |
	nc 172.28.10.2 7 >/tmp/echo'
echoes()
{
	docker exec web wc -l /tmp/echo | cut -d' ' -f1
}
until [ "$(echoes)" -gt 2 ]; do sleep 0.1; done

run ir isolate web
code_is 0 "isolate"
out_has "2 links down on the host, seen there"
like "$out" 'a +172.28.10.77 .*front' "with what it has"
err_has "$file"
ok "the record is kept" test -f "$file"
is "$(jq -r '.method, .endpoints[].name' "$file" | xargs)" "link a b" \
	"with the way it went"
ok "nothing goes out" eval '! reaches web 172.28.10.2'
ok "nothing comes in" eval '! reaches db 172.28.10.77'
ok "the host cannot reach it" \
	eval '! engine_net busybox ping -c 1 -W 1 172.28.11.5 >/dev/null'
ok "its port is dead" test -z "$(page)"
is "$(inside)" "$before" "addresses, routes, ports and MAC are as they were"
is "$(others)" "$before_others" "no other link is touched"
sleep 0.5 # what was under way
n=$(echoes)
sleep 1
is "$(echoes)" "$n" "the open connection stands still"
state=ir-isolate-${id:0:12}.network.tar
ok "its sockets were saved" \
	eval 'tar -xOf "$state" tcp | grep -qi "0A1CAC"' # 172.28.10. in hex

engine_is podman || is "$(policy)" no "no restart can make new links"
run ir isolate --json web
code_is 0 "again"
json_is .already true
json_is .method link
is "$(docker exec web ip link set eth0 up 2>&1; inside)" "$before" \
	"and from inside nobody undoes it"
ok "still nothing goes out" eval '! reaches web 172.28.10.2'

run ir isolate --undo web
code_is 0 "undo"
out_hasnt DIFFERENT
is "$(inside)" "$before" "it is as it was"
is "$(others)" "$before_others" "as is all else"
ok "it reaches others" reaches_soon web 172.28.10.2
is "$(page)" root:x:0: "the port is open"
is "$(policy)" always "and it may restart"
ok "the open connection goes on" \
	eval 'for i in 1 2 3 4 5 6 7 8 9; do [ "$(echoes)" -gt $n ] && break;
		sleep 1; done; [ "$(echoes)" -gt $n ]'
no_file "$file"

# In a bundle, and over one that was interrupted between record and cut.
run ir open INC-1
bundle=$T/$out
export IR_BUNDLE=$bundle
run ir isolate --json web
code_is 0 "with a bundle"
json_is .record "data/actions/0001-isolate-${id:0:12}.json"
json_is .method link
json_is .seen_from_host true
ok "the state is beside it" test -s \
	"$bundle/data/actions/0001-isolate-${id:0:12}.network.tar"
ok "each end is declared" grep -q "the host's end of its link eth1: set down" \
	"$bundle/journal/0001-ir-isolate.jsonl"
for i in $(engine_net ip -o link | sed -nE 's/^[0-9]+: (veth[^@]*)@.*/\1/p'); do
	engine_net ip link set "$i" up
done
ok "somebody took it up" reaches_soon web 172.28.10.2
run ir isolate web
code_is 0 "once more"
out_has "is isolated: 2 links"
ok "it is down again" eval '! reaches web 172.28.10.2'
run ir isolate --undo web
code_is 0 "one undo for both"
ok "what is declared is what is done" eval '
	grep -q "its links are up again" "$bundle"/journal/0003-*.jsonl &&
	! grep -q "connected to network" "$bundle"/journal/0003-*.jsonl'
engine_is podman ||
	is "$(jq -r 'select(.what // "" | test("policy set back")) | .undo' \
		"$bundle"/journal/0003-*.jsonl)" "ir isolate" \
		"and what would undo that"
ok "reaches others" reaches_soon web 172.28.10.2

# By the link first, then by the engine as well.
run ir isolate web
run ir isolate --method=api web
code_is 0 "by the engine as well"
out_has "cut off 2 networks"
run ir isolate --undo web
code_is 0 "one undo"
out_hasnt DIFFERENT
ok "reaches others" reaches_soon web 172.28.10.2
is "$(docker inspect -f '{{.NetworkSettings.Networks.a.IPAddress}}' web)" \
	172.28.10.77 "with its address"

# Restarted meanwhile: new links, which nobody cut.
run ir isolate web
docker restart -t 0 web >/dev/null
run ir isolate --undo web
code_is 10 "restarted meanwhile"
like "$out" 'DIFFERENT +started' "told"

# Stopped meanwhile.
run ir isolate web
docker kill web >/dev/null
run ir isolate --undo web
err_has "its links ended with it"
docker start web >/dev/null

# Links that cannot be cut on the host.
engine_net ip link add par0 type veth peer name par1
engine_net ip link set par0 up
engine_net ip link set par1 up
docker network create -d macvlan -o parent=par0 --subnet 172.28.12.0/24 m \
	>/dev/null
docker run -d --name mac --network m bb sleep 9999 >/dev/null
run ir isolate --method=link mac
code_is 76 "a macvlan by its link"
err_has "macvlan"
run ir isolate mac
code_is 0 "is cut by the engine"
err_has "cut by the engine, not by its link"
err_has "macvlan"
is "$(docker inspect mac | jq '.[0].NetworkSettings.Networks | length')" 0 \
	"so it is"
ok "the parent stays up" eval 'engine_net ip link show par0 | grep -q ,UP'
run ir isolate --undo mac
code_is 0

# The host's own network.
docker run -d --name host --network host bb sleep 9999 >/dev/null
all=$(engine_net ip -o link)
for how in api link; do
	run ir isolate --method=$how host
	code_is 76 "the host's own network by --method=$how"
	err_has "pause it"
done
run ir isolate --json host
if [ "$(jq -r .method <<<"$out")" = cgroup ]; then
	code_is 0 "by its cgroup"
	ok "it reaches nobody" eval '! reaches host 172.28.10.2'
	ok "the host does" engine_net busybox ping -c 1 -W 1 172.28.10.2
	run ir isolate --json host
	json_is .already true
	run ir isolate --undo host
	code_is 0 "undone"
	ok "it reaches others" reaches_soon host 172.28.10.2
else # no hierarchy of cgroups is there that could tell its packets
	code_is 10 "and where no way is left: frozen"
	json_is .action pause
	err_has "host's own network"
	is "$(docker inspect -f '{{.State.Paused}}' host)" true "so it is"
	run ir pause --undo host
	code_is 0 "and thawed"
fi
is "$(engine_net ip -o link)" "$all" "nothing is touched"

# One that shares its network, after its owner is gone.
docker run -d --name own --network a bb sleep 9999 >/dev/null
docker run -d --name guest --network container:own bb sleep 9999 >/dev/null
run ir isolate guest
code_is 0 "a guest: its owner is acted on"
err_has "guest uses the network of own"
ok "both are cut off" eval '! reaches guest 172.28.10.2'
run ir isolate --undo guest own
code_is 0 "both named: undone once"
is "$(grep -c "is connected again" <<<"$out")" 1 "and said once"
if engine_is podman; then # which does not remove it while there is the other
	docker kill own >/dev/null
else
	docker rm -f own >/dev/null
fi
run ir isolate guest
code_is 0 "a guest whose owner is gone"

# Several at once; one that is not there keeps nobody from being isolated.
docker run -d --name far --network b --label app=shop bb sleep 9999 >/dev/null
unset IR_BUNDLE
run ir isolate --json web nope db web
code_is 66 "one of them is unknown"
err_has "no such container: nope"
err_has "1 of 3 containers"
is "$(jq -r 'select(.action) | .name' <<<"$out" | sort | xargs)" "db web" \
	"the others are isolated, each once"
is "$(jq -r 'select(.error) | .operand' <<<"$out")" nope "and it is named"
ok "web is cut off" eval '! reaches web 172.28.11.1'
ok "db is cut off" eval '! reaches db 172.28.10.1'
run ir isolate --undo --all
code_is 0 "all that is on record is undone, and nothing else"
# With podman the owner is still there, dead.
is "$(sed -n 's/ is connected again.*//p' <<<"$out" | grep -v own | sort |
	xargs)" "db web" "those two"
ok "web reaches others" reaches_soon web 172.28.11.1
run ir isolate --json --same-network-as far
code_is 0 "a container and its neighbours"
is "$(jq -r .name <<<"$out" | sort | xargs)" "far web" "are these"
run ir isolate --json --same-network-as far
is "$(jq -r '[.name, .already] | join(" ")' <<<"$out" | sort | xargs)" \
	"far true web true" "also when they are isolated"
run ir isolate --undo --all
run ir isolate --json --label app=shop
is "$(jq -r .name <<<"$out")" far "by a label"
run ir isolate --undo --label app --json
is "$(jq -r '.name, .action' <<<"$out" | xargs)" "far undo" "and back"
run ir isolate --label app=none
code_is 66 "a label that none has"
run ir isolate
code_is 64 "no container"
export IR_BUNDLE=$bundle

# An analyst who is let in: at the address that the host has on network a.
tables()
{
	engine_net nft list tables 2>/dev/null | grep -c ' ir_'
}
run ir isolate --keep-from 172.28.10.1 --json web
code_is 0 "all but an analyst"
json_is .method filter
json_is '.keep | join(" ")' 172.28.10.1
ok "who still reaches it" \
	eval 'engine_net curl -s -m 2 http://172.28.10.77/group | grep -q root'
ok "and is reached" reaches_soon web 172.28.10.1
ok "nobody else is" eval '! reaches web 172.28.10.2'
ok "nobody else does" eval '! reaches db 172.28.10.77'
ok "nor by another network" eval '! reaches web 172.28.11.1'
run ir isolate --keep-from 172.28.10.1 --json web
json_is .already true
run ir isolate --keep-from 172.28.10.2 web
code_is 0 "another analyst instead"
ok "the first is out" eval '! reaches web 172.28.10.1'
ok "the second is in" reaches_soon web 172.28.10.2
run ir isolate web
out_has "links down on the host"
ok "and now nobody" eval '! reaches web 172.28.10.2'
is "$(tables)" 0 "with no filter any more"
run ir isolate --keep-from 172.28.10.2 web
ok "in again" reaches_soon web 172.28.10.2
docker kill web >/dev/null
run ir isolate --undo web
code_is 0 "killed meanwhile"
is "$(tables)" 0 "its filter is gone"
docker start web >/dev/null

# A bundle that was sealed meanwhile still says how to undo.
unset IR_BUNDLE
mkdir sealed && cd sealed || exit 1
run ir open INC-2
run ir isolate web
run ir pause -q db
run ir pause -q web
run ir pause -q --undo db
run ir seal --json
json_is '.contained[] | [.container, .name, .undo[]] | join(" ")' \
	"$id web ir pause --undo web ir isolate --undo web" \
	"sealed while it is isolated and paused"
run ir pause --undo web
code_is 0 "thawed, on the record of the sealed bundle"
run ir open INC-3
run ir pause web
run ir seal
code_is 0 "sealed while it is paused"
out_has "contained web is paused still, on record: ir pause --undo web"
run ir pause --undo web
run ir open INC-4
run ir isolate db
run ir isolate --undo db
run ir seal
out_hasnt "contained" "what was undone is not"
rm -rf INC-3* INC-4*
run ir pause --undo web
out_has "nothing to thaw" "that it was thawed is on record here"
run ir isolate --undo web
code_is 0 "undone by the sealed bundle"
is "$(grep -c "stays no" "$T/err")" 0 "no pause holds its policy"
engine_is podman || is "$(policy)" always "its restart policy, too"
ok "it reaches others" reaches_soon web 172.28.10.2
cd "$T" || exit 1
export IR_BUNDLE=$bundle

# Bad input.
run ir isolate --method=iptables web
code_is 64 "a method that there is not"
run ir isolate --keep-from no-such-host.invalid web
code_is 66 "an address that cannot be resolved"
err_has no-such-host.invalid
run ir isolate --keep-from 10.0.0.7 --method=api web
code_is 64 "an engine can let nobody in"
run ir isolate --undo --keep-from 10.0.0.7 web
code_is 64 "nothing to keep in an undo"
ok "nothing was cut by any of them" reaches_soon web 172.28.10.2

# Not root, or as good as that.
run setpriv --bounding-set=-sys_admin,-net_admin,-sys_ptrace \
	ir isolate --method=link web
code_is 77 "without the right to: not by the link"
err_has "cannot be cut on the host"
run ir isolate -q web
run setpriv --bounding-set=-sys_admin,-net_admin,-sys_ptrace \
	ir isolate --json web
code_is 0 "where it was cut by its link already, it is left so"
json_is '.already, .seen_from_host' $'true\nfalse'
err_has "whether it still is cannot be seen from here"
err_has "ir isolate --method=api web"
is "$(docker inspect web | jq '.[0].NetworkSettings.Networks | length')" 2 \
	"the engine cut nothing"
run ir isolate --undo -q web
run setpriv --bounding-set=-sys_admin,-net_admin,-sys_ptrace ir isolate web
code_is 0 "but by the engine"
err_has "cut by the engine, not by its link"
run ir isolate --undo web
code_is 0

done_testing
