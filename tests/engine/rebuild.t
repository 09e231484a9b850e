#!/bin/bash
# SPDX-License-Identifier: ISC
#
# ir-rebuild against a real engine: the new container is what the old one was,
# from the image that it was made from; or everything is as it was.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq python3 ssh-keygen

! engine_is podman ||
	skip_all "podman has no links and keeps the ports: podman.t rebuilds there"
engine_start
engine_image bb
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
export IR_KEY=$T/id
engine_network --subnet 172.28.10.0/24 a >/dev/null
engine_network --subnet 172.28.11.0/24 b >/dev/null
docker run -d --name db --network a bb sleep 9999 >/dev/null

# The shop's image has a bit of everything that a container takes over.
docker create --name seed bb true >/dev/null
mkdir -p w/data && echo clean >w/index.html && echo shipped >w/data/file
docker cp w seed:/ >/dev/null
docker commit -c 'CMD ["httpd", "-f", "-h", "/w", "-p", "80"]' \
	-c 'ENV FROM_IMAGE=1' -c 'LABEL from=image' -c 'EXPOSE 80' \
	-c 'VOLUME /w/data' -c 'WORKDIR /w' seed shop >/dev/null
docker rm seed >/dev/null
image=$(docker image inspect -f '{{.Id}}' shop)

# All that is to be the same; what is new each time, and the name of the image,
# aside.  Anonymous volumes are attached by name, which is no difference.
config()
{
	docker inspect "$1" | jq -S '.[0] | {Config, HostConfig, Name,
		m: (.Mounts | map(del(.Mode)) | sort_by(.Destination)),
		p: .NetworkSettings.Ports,
		n: (.NetworkSettings.Networks | map_values(
			del(.EndpointID, .MacAddress) | .Aliases |= ((. // []) |
			map(select(test("^[0-9a-f]{12}$") | not)) | sort) |
			(.DNSNames // empty) |=
			map(select(test("^[0-9a-f]{12}$") | not))))} |
		del(.Config.Image, .HostConfig.Mounts) |
		if .Config.Hostname | test("^[0-9a-f]{12}$")
			then del(.Config.Hostname) else . end'
}
# The same and whether it runs: to be as it was after a roll back.
whole()
{
	config "$1"
	docker inspect "$1" | jq '.[0] | [.Id, .State.Status, .Config.Image,
		.HostConfig.Mounts]'
}
# same GOT WANT WHAT: as is, but only what differs is shown.
same()
{
	local d

	if d=$(diff <(echo "$2") <(echo "$1")); then
		pass "$3"
	else
		fail "$3"
		diag "$d"
	fi
}
page()
{
	engine_net curl -s -m 5 http://127.0.0.1:8080/
}
reaches()
{
	docker exec "$1" ping -c 1 -W 2 "$2" >/dev/null
}
deface()
{
	docker exec "$1" sh -c 'echo owned >/w/index.html'
}
is_clean()
{
	is "$(docker exec "$1" cat /w/index.html)" clean "$1 is clean"
}
all()
{
	docker ps -a --format '{{.Names}}' | sort | xargs
}
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

mkdir bound
docker run -d --name web --hostname shop --network a --ip 172.28.10.77 \
	--network-alias front --link db:thedb -p 127.0.0.1:8080:80 \
	-e MINE=1 -e FROM_IMAGE=1 --label mine=1 -v named:/n:ro \
	-v "$T/bound:/b" -v /anon --mount type=volume,dst=/anon2 \
	--tmpfs /t:size=1m --memory 64m --pids-limit 50 --cap-drop MKNOD \
	--security-opt no-new-privileges --ulimit nofile=100:200 \
	--log-opt max-size=1m --restart on-failure:3 --stop-signal INT \
	--add-host x:10.0.0.1 --dns 10.0.0.2 --init --read-only=false \
	--device /dev/null:/dev/nil --sysctl net.ipv4.ip_unprivileged_port_start=0 \
	--shm-size 1m --group-add 7 --user 0:0 --log-driver json-file \
	--health-cmd 'test -e /w/index.html' --health-interval 1s \
	shop >/dev/null
docker network connect --alias back --ip 172.28.11.5 b web
deface web
docker exec web sh -c 'echo kept >/anon/x; echo kept >/anon2/x
	echo kept >/b/x; echo dropped >/w/data/file'
was=$(config web)
id=$(docker inspect -f '{{.Id}}' web)

# A dry run.
before=$(whole web)
run ir rebuild --dry-run web
code_is 0 "a dry run"
for call in "POST /networks/.*/disconnect" "POST /containers/$id/pause" \
	"POST /containers/$id/update  .*\"no\"" "POST /containers/$id/rename" \
	"POST /containers/create\?name=web  .*$image" \
	"POST /networks/.*/connect  .*172.28.11.5" \
	"POST /containers/0{64}/start"; do
	like "$out" "$call" "it would call $call"
done
like "$out" 'shared +db .*: network: a' "who shares a network"
same "$(whole web)" "$before" "nothing is changed by it"
is "$(all)" "db web" "nothing is made by it"

# The whole of it.
run ir open INC-7
bundle=$T/$out
export IR_BUNDLE=$bundle
run ir rebuild web
code_is 0 "rebuild"
out_has "it is healthy"
out_has "the old one is kept as web-evidence-INC-7"
same "$(config web)" "$was" "docker inspect shows what it did before"
is "$(docker inspect -f '{{.Image}}' web)" "$image" "from the same image"
unlike "$(docker inspect -f '{{.Id}}' web)" "$id" "but another container"
is "$(page)" clean "the page is clean, on the same port"
ok "its link works" reaches web thedb
ok "its alias works" reaches db front
for f in /anon/x /anon2/x /b/x; do
	is "$(docker exec web cat $f)" kept "what is in a volume stays: $f"
done
is "$(docker exec web cat /w/data/file)" dropped \
	"also where the image has a file"
err_has "at /w/data, as it is: what was done to it is still there" \
	"and that is said"
is "$(docker inspect -f '{{.State.Status}} {{.HostConfig.RestartPolicy.Name}}' \
	"$id")" "paused no" "the old one is frozen, for good"
is "$(docker inspect -f '{{.Name}}{{.NetworkSettings.Networks}}' "$id")" \
	"/web-evidence-INC-7map[]" "and cut off"
is "$(docker cp "$id:/w/index.html" - | tar -xO)" owned "with all its evidence"
record=$bundle/data/actions/0001-rebuild
is "$(jq -r .container $record.json)" "$id" "it is recorded before"
is "$(jq -r .new "$record-end.json")" "$(docker inspect -f '{{.Id}}' web)" \
	"and after"
is "$(jq -c '[.differences, .network_differences]' "$record-end.json")" \
	'[[],[]]' "no difference"
is "$(jq -r '.volumes[].destination' "$record-end.json" | sort | xargs)" \
	"/anon /anon2 /b /n /w/data" "each volume is named"
for w in 'disconnected from network a' paused 'restart policy no, was on-f' \
	'renamed from web to' 'made a container web'; do
	ok "declared: $w" grep -q "\"ev\":\"change\".*$w" \
		"$bundle/journal/0001-ir-rebuild.jsonl"
done

# Once more: its name would be taken.
before=$(whole web)
run ir rebuild web
code_is 73 "the old one's name is taken"
err_has "--name-old"
same "$(whole web)" "$before" "nothing is changed"
run ir rebuild --name-old web-2 web
code_is 0 "another name"
same "$(config web)" "$was" "the rebuilt one rebuilt is still the same"
docker rm -f web-2 web-evidence-INC-7 >/dev/null
is "$(docker exec web cat /anon2/x)" kept "also without the old ones"
docker rm -f web >/dev/null

# It does not become healthy, does not stay up, cannot be made, ...
gone_bad()
{
	docker rm -f web >/dev/null 2>&1
	docker run -d --name web --network a --ip 172.28.10.77 \
		--network-alias front -p 127.0.0.1:8080:80 -v named:/n \
		--restart always "$@" >/dev/null
	docker network connect --ip 172.28.11.5 b web
	before=$(whole web)
}
# rolled_back WHAT: it is all as it was.
rolled_back()
{
	err_has "rolled back: web is as it was" "$1: rolled back"
	same "$(whole web)" "$before" "$1: as it was"
	is "$(all)" "db web" "$1: nothing is left"
	run ir isolate --undo web
	code_is 66 "$1: no isolation stands"
}
gone_bad --health-cmd 'echo words of the check; test -e /t/ok' \
	--health-interval 1s --health-retries 1 --tmpfs /t shop
docker exec web touch /t/ok
before=$(whole web)
run ir rebuild web
code_is 76 "unhealthy"
err_has "words of the check"
rolled_back "unhealthy"
gone_bad --health-cmd true --health-interval 1h shop
run ir rebuild --timeout 1 web
code_is 76 "not healthy in time"
err_has "not healthy after 1 s"
rolled_back "not in time"
gone_bad shop sh -c 'test -e /n/once && exit 3; touch /n/once; sleep 9999'
sleep 0.5
run ir rebuild web
code_is 76 "it does not stay up"
err_has "did not stay up"
rolled_back "not up"
gone_bad shop
refusing POST '/containers/create' 500
run ir rebuild -H "unix://$T/r.sock" web
code_is 76 "it cannot be made"
rolled_back "not made"
refusing POST '/networks/*/connect' 500 0 1
run ir rebuild -H "unix://$T/r.sock" web
code_is 76 "it cannot be connected"
rolled_back "not connected"
refusing POST '/containers/*/start' 500
run ir rebuild -H "unix://$T/r.sock" web
code_is 76 "it cannot be started"
rolled_back "not started"
refusing POST '/containers/*/rename' 500
run ir rebuild -H "unix://$T/r.sock" web
code_is 76 "the old one cannot be renamed"
rolled_back "not renamed"
refusing POST '/containers/*/pause' 500
run ir rebuild -H "unix://$T/r.sock" web
code_is 76 "the old one cannot be frozen"
err_has "--stop-old"
rolled_back "not frozen"
refusing POST '/networks/*/disconnect' 500 1
run ir rebuild -H "unix://$T/r.sock" web
code_is 76 "the old one cannot be cut off"
rolled_back "not cut off"

# ... or somebody loses patience.
for after in 0.1 0.4 2; do
	env --default-signal=INT ir rebuild --settle 9 web >"$T/out" 2>"$T/err" &
	pid=$!
	sleep $after
	kill -INT $pid
	wait $pid
	code=$?
	ran="ir rebuild, interrupted" err=$(cat "$T/err") out=$(cat "$T/out")
	code_is 130 "interrupted after $after s"
	same "$(whole web)" "$before" "as it was"
	is "$(all)" "db web" "nothing is left"
done

# What cannot be put back is told.
refusing POST '/containers/*/unpause' 500
run ir rebuild -H "unix://$T/r.sock" --name-old web web
code_is 73 "a name that is its own"
docker run -d --name blocked --health-cmd false --health-interval 1s \
	--health-retries 1 shop >/dev/null
run ir rebuild -H "unix://$T/r.sock" blocked
code_is 76 "a roll back that does not come through"
err_has "NOT wholly rolled back"
err_has "still paused"
docker rm -f blocked >/dev/null

# The name of the image means something else, or nothing.
docker create --name seed bb true >/dev/null
docker commit -c 'CMD ["sleep", "9999"]' seed shop >/dev/null
docker rm seed >/dev/null
deface web
run ir rebuild --settle 0 --name-old old web
code_is 0 "the name of the image was moved"
err_has "shop is another image today"
is "$(docker inspect -f '{{.Image}}' web)" "$image" "the original is used"
is_clean web
docker rm -f old >/dev/null
docker tag "$image" kept
docker rm -f web >/dev/null
docker run -d --name web kept >/dev/null
docker rmi -f kept >/dev/null 2>&1
run ir rebuild --settle 0 --name-old old web
code_is 0 "the name of the image is gone"
err_has "is gone"
is "$(docker inspect -f '{{.Image}}' web)" "$image" "the original is used"
docker tag "$image" shop
docker rm -f old web >/dev/null

# Isolated and frozen before, as one should: the new one gets the networks.
for with in bundle file; do
	gone_bad shop
	was=$(config web)
	id=$(docker inspect -f '{{.Id}}' web)
	[ $with = bundle ] || { unset IR_BUNDLE && mkdir nowhere &&
		cd nowhere || exit 1; }
	ir isolate -q web >/dev/null 2>&1
	ir pause -q web >/dev/null
	run ir rebuild --settle 0 --name-old old web
	code_is 0 "isolated before, by a $with"
	same "$(config web)" "$was" "what it was before is what the new one is"
	docker rm -f web >/dev/null
	docker rename old web
	run ir isolate --undo web
	code_is 0 "the isolation of the old one still stands"
done
# On record elsewhere: that is said, and helps once it is named.
gone_bad shop
was=$(config web)
id=$(docker inspect -f '{{.Id}}' web)
ir isolate -q --method=api web >/dev/null 2>&1
record=$PWD/ir-isolate-${id:0:12}.json
ok "the record of an isolation" test -s "$record"
mkdir "$T/elsewhere" && cd "$T/elsewhere" || exit 1
alone="web is on no network, and no record of its isolation is here"
run ir rebuild --dry-run web
code_is 0 "isolated on record elsewhere, a dry run"
err_has "$alone"
run ir rebuild --settle 0 --name-old old --from nowhere web
code_is 66 "no such record"
run ir rebuild --dry-run --from "$record" web
code_is 0 "with its record, a dry run"
unlike "$err" "$alone" "nothing to warn of"
run ir rebuild --settle 0 --name-old old --from "$record" web
code_is 0 "with its record"
unlike "$err" "$alone" "nothing to warn of"
same "$(config web)" "$was" "the new one is connected as the old one was"
docker rm -f web old >/dev/null
export IR_BUNDLE=$bundle
cd "$T" || exit 1
gone_bad --health-cmd false --health-interval 1s --health-retries 1 shop
ir isolate -q --method=api web >/dev/null 2>&1
ir pause -q web >/dev/null
before=$(whole web)
run ir rebuild web
code_is 76 "isolated before, and unhealthy"
same "$(whole web)" "$before" "rolled back to isolated and frozen"
run ir isolate --undo web
code_is 0 "and that can still be undone"
# New links would lead out again.
ir isolate -q --method=link web >/dev/null 2>&1
run ir rebuild web
code_is 76 "isolated by its links before, and unhealthy"
err_has "but isolated by the engine now"
is "$(docker inspect -f '{{len .NetworkSettings.Networks}}' web)" 0 "so it is"
run ir isolate --undo web
is "$(docker inspect -f '{{len .NetworkSettings.Networks}}' web)" 2 \
	"and undone all the same"

# Not running, no network, somebody else's, --rm, killed.
docker rm -f web >/dev/null
docker run --name web shop true
run ir rebuild --settle 1 --name-old old web
code_is 76 "one that is not made to stay"
err_has "did not stay up"
is "$(docker inspect -f '{{.State.Status}}' web)" exited "as it was"
docker rm web >/dev/null
docker run -d --name web --network b shop >/dev/null
docker network disconnect b web
run ir rebuild --settle 0 --name-old old web
code_is 0 "one that had left its network"
err_has "the new one will be on none: name the record with --from FILE"
is "$(docker inspect -f '{{.NetworkSettings.Networks}}' web)" "map[]" \
	"the new one is not on it either"
docker rm -f web old >/dev/null
docker run -d --name web --network none shop >/dev/null
docker run -d --name side --network container:web bb sleep 9999 >/dev/null
run ir rebuild --settle 0 --name-old old web
code_is 0 "one without a network"
unlike "$err" "on no network" "which is as it should be"
err_has "side uses the network namespace of the old container"
run ir rebuild --settle 0 --name-old old2 side
code_is 0 "one that uses another's"
err_has "isolate that one"
docker rm -f web old side old2 >/dev/null
docker run -d --name web --network host shop >/dev/null
run ir rebuild --settle 1 --name-old old web
code_is 76 "on the host's network a frozen one keeps its port"
err_has "--stop-old"
is "$(docker inspect -f '{{.State.Status}}' web)" running "rolled back"
run ir rebuild --settle 1 --stop-old --name-old old web
code_is 0 "--stop-old"
is "$(docker inspect -f '{{.State.Status}}' old)" exited "so it is"
docker rm -f web old >/dev/null
gone_bad --health-cmd false --health-interval 1s --health-retries 1 shop
run ir rebuild --stop-old web
code_is 76 "--stop-old, and unhealthy"
err_has "it was killed and is left so"
is "$(docker inspect -f '{{.State.Status}}' web)" exited "so it is"
docker rm -f web >/dev/null
docker run -d --rm --name web -v /anon shop >/dev/null
docker exec web sh -c 'echo kept >/anon/x'
run ir rebuild --stop-old web
code_is 76 "--stop-old of one with --rm"
err_has "would delete it" "is refused"
is "$(docker inspect -f '{{.State.Status}}' web)" running "it goes on"
run ir rebuild --settle 0 --name-old old web
code_is 0 "one with --rm"
err_has "the evidence is deleted" "with a warning"
is "$(docker inspect -f '{{.State.Status}}' old)" paused "is kept, frozen"
docker rm -f old >/dev/null
is "$(docker exec web cat /anon/x)" kept \
	"its volume outlives it in the new one"
docker rm -f web >/dev/null
docker run -d --name web --label com.docker.swarm.task.id=x shop >/dev/null
run ir rebuild web
code_is 76 "a task of a swarm"
err_has "docker service update"
for o in '--settle x' '--timeout -1' '--settle 1d' '--timeout 99999999'; do
	# shellcheck disable=SC2086 # two words
	run ir rebuild $o web
	code_is 64 "$o"
done

done_testing
