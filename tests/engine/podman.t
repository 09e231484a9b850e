#!/bin/bash
# SPDX-License-Identifier: ISC
#
# What only podman does: it says that it changed what it did not change, and
# holds what another engine would let go.  Run it by tests/engines.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq

engine_is podman || skip_all "is about podman: IR_ENGINE=podman"
engine_start
engine_image bb
engine_network --subnet 172.28.10.0/24 lan >/dev/null
networks()
{
	docker inspect web |
		jq -c '.[0].NetworkSettings.Networks | map_values(.IPAddress)'
}
there='{"lan":"172.28.10.77"}'

docker run -d --name web --network lan --ip 172.28.10.77 bb sleep 9999 \
	>/dev/null
run ir isolate --method=api web
code_is 0 "isolated"
docker pause web >/dev/null
run ir isolate --method=api --undo web
code_is 76 "it is paused: podman would say that it connects it"
err_has "podman does not change the networks of a paused container"
docker unpause web >/dev/null
is "$(networks)" '{}' "it was not asked"
run ir isolate --method=api --undo web
code_is 0 "thawed: undone"
is "$(networks)" "$there" "with the address that it does not say was asked for"

run ir rebuild --settle 0 --name-old old web
code_is 0 "made again, with the limits that it shows by other names"
is "$(networks)" "$there" "with the same address"
is "$(docker inspect -f '{{.State.Status}}' old)" paused "the old one is frozen"
docker rm -f web old >/dev/null

docker run -d --name web --network lan --ip 172.28.10.77 \
	-p 127.0.0.1:8080:80 bb sleep 9999 >/dev/null
id=$(docker inspect -f '{{.Id}}' web)
run ir rebuild --settle 0 --name-old old web
code_is 76 "a port stays with the old one for as long as it runs"
err_has "--stop-old"
is "$(networks)" "$there" "nothing was changed"
is "$(docker inspect -f '{{.Id}} {{.State.Status}}' web)" "$id running" \
	"and it runs"
run ir rebuild --settle 0 --name-old old --stop-old web
code_is 0 "killed, it lets go of it"
is "$(networks)" "$there" "the new one has its address"
is "$(docker inspect web | jq -c '.[0].HostConfig.PortBindings')" \
	'{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"8080"}]}' "and its port"

done_testing
