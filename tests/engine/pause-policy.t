#!/bin/bash
# SPDX-License-Identifier: ISC
#
# ir-pause: what follows from a freeze is told before, the restart policy is
# held, and what was found otherwise when it is put back is said.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq ssh-keygen

engine_start
engine_image bb
for i in autoheal watchtower; do docker tag bb "example.org/x/$i:1.2"; done
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
export IR_KEY=$T/id

start()
{
	docker run -d --network none "$@" bb sleep 100000 >/dev/null
}
policy()
{
	docker inspect -f \
		'{{.HostConfig.RestartPolicy.Name}}:{{.HostConfig.RestartPolicy.MaximumRetryCount}}' \
		"$1"
}
status()
{
	docker inspect -f '{{.State.Status}}' "$1"
}
short()
{
	docker inspect -f '{{.Id}}' "$1" | cut -c 1-12
}
# warns CONTAINER ID...: the lines that are told of it, by their ids.
warns()
{
	local c=$1

	shift
	run ir pause --json -q "$c"
	is "$(jq -r '.warnings[].id' "$T/out" | sort | xargs)" \
		"$(printf '%s\n' "$@" | sort | xargs)" "$c: ${*:-nothing}"
	run ir pause --undo -q "$c"
	code_is 0 "$c: and back"
}

# What follows.
start --name plain
start --name rm --rm
start --name policy --restart unless-stopped
start --name health --health-cmd true --health-interval 1h
start --name task --label com.docker.swarm.task.id=1 \
	--label com.docker.swarm.service.name=shop
start --name service --label com.docker.compose.project=shop \
	--label com.docker.compose.service=web
start --name pod --label io.kubernetes.pod.name=web-0
start --name ipc --ipc shareable
warns plain
warns rm autoremove
warns policy restart-policy
warns health health-check
warns task swarm
warns service compose
warns pod kubernetes
warns ipc
docker pause plain >/dev/null
run ir pause --json plain
json_is '.warnings | length' 0
docker unpause plain >/dev/null
run ir pause --json --dry-run task
json_is '.warnings[].id' swarm "a dry run has them, too"
is "$(status task)" running
run ir pause task
err_has "swarm service shop"
run ir pause service
err_has "service web of the compose project shop"
run ir pause --undo task service

# Others that act, or are too near.
start --name guest --pid container:plain
start --name memory --ipc container:ipc
warns plain shared-pid
warns guest pid-namespace
warns ipc shared-ipc
run ir pause plain
err_has "guest is in the pid namespace of plain"
err_has "ir pause guest"
run ir pause --undo plain
docker pause guest >/dev/null
warns plain
docker rm -f guest memory >/dev/null
warns plain

# A process that went in by itself is in nobody's cgroup.
nsenter -t "$(docker inspect -f '{{.State.Pid}}' plain)" --pid \
	busybox sleep 100000 &
nsenter=$!
until inner=$(pgrep -x -P $nsenter busybox); do sleep 0.05; done
warns plain stranger
run ir pause plain
err_has "process $inner is in the pid namespace of plain"
err_has "(1 such)"
run ir pause --undo plain
kill "$inner"
wait $nsenter 2>/dev/null
warns plain
# From elsewhere, all others are asked for.
start --name guest --pid container:plain
run unshare --pid --fork --mount-proc ir pause --json -q plain
json_is '.warnings[].id' shared-pid "another host"
run ir pause --undo plain
docker rm -f guest >/dev/null

start --name heal --label autoheal=true --health-cmd true --health-interval 1h
warns heal health-check
docker run -d --name doctor example.org/x/autoheal:1.2 sleep 100000 >/dev/null
warns heal health-check autoheal
warns health health-check
warns plain
run ir pause heal
is "$(head -n 4 "$T/err" | grep -n 'doctor restarts' | cut -d: -f1)" 3 \
	"that is told before"
err_has "ir pause doctor"
run ir pause --undo heal
docker pause doctor >/dev/null
warns heal health-check
docker rm -f doctor >/dev/null
docker run -d --name doctor -e AUTOHEAL_CONTAINER_LABEL=all \
	example.org/x/autoheal:1.2 sleep 100000 >/dev/null
warns health health-check autoheal
warns plain
docker rm -f doctor >/dev/null
docker run -d --name doctor -e AUTOHEAL_CONTAINER_LABEL=cure \
	example.org/x/autoheal:1.2 sleep 100000 >/dev/null
warns heal health-check
docker rm -f doctor >/dev/null

start --name no-tower --label com.centurylinklabs.watchtower.enable=false
start --name tower --label com.centurylinklabs.watchtower.enable=true
docker run -d --name watch example.org/x/watchtower:1.2 sleep 100000 >/dev/null
warns plain watchtower
warns tower watchtower
warns no-tower
docker rm -f watch >/dev/null
docker run -d --name watch -e WATCHTOWER_LABEL_ENABLE=true \
	example.org/x/watchtower:1.2 sleep 100000 >/dev/null
warns plain
warns tower watchtower
docker rm -f watch >/dev/null

# Labels are anybody's words.
start --name evil --label "com.docker.compose.project=$(
	printf 'x\033[31m\nir-pause: all is well\r%0200d' 0)"
run ir pause evil
code_is 0 "a hostile label"
err_has '\x1b[31m\nir-pause'
ok "brings no escapes to the terminal" eval '! grep -q "$(printf "\033")" err'
is "$(grep -c "^ir-pause" err)" 0 "and no lines of its own"
ok "nor many bytes" test "$(wc -c <err)" -lt 700
run ir pause --json --undo evil

# podman cannot change it.
if engine_is podman; then
	start --name stays --restart always
	run ir pause --json stays
	code_is 10 "a policy that cannot be changed"
	json_is .state paused
	err_has "the restart policy of stays stays always, so if it is killed"
	is "$(status stays)" paused "but it is frozen"
	run ir pause --undo stays
	code_is 0 "the undo has nothing to put back"
	is "$(policy stays) $(status stays)" "always:0 running"
	done_testing
fi

# The restart policy, without a bundle.
start --name three --restart on-failure:3
file=ir-pause-$(short three).json
run ir pause three
code_is 0 "a policy with a number"
err_has "the restart policy of three, on-failure, is no until"
err_has "what its undo needs is in $file"
is "$(policy three)" no:0 "it is no"
is "$(jq -c .restart "$file")" '{"Name":"on-failure","MaximumRetryCount":3}' \
	"what it was is on record"
json=$(cat "$file")
run ir pause --json three
json_is .state "already paused"
json_is .restart null "there is nothing more to hold"
is "$(cat "$file")" "$json" "the record stays as it is"
run ir pause --undo --dry-run three
out_has "/update"
is "$(policy three) $(status three)" "no:0 paused" \
	"a dry run of the undo changes nothing"
run ir pause --undo three
code_is 0 "undo"
err_has "the restart policy of three is on-failure again"
is "$(policy three) $(status three)" "on-failure:3 running" "so it is"
err_lines 2 "nothing else is different"
no_file "$file"

# What was interrupted between the freeze and the rest.
docker pause three >/dev/null
run ir pause three
code_is 0 "one that is paused, but not held"
out_has "already paused"
is "$(policy three)" no:0 "it is held"
# Thawed by somebody else: paused again, the record stays good.
docker unpause three >/dev/null
run ir pause three
code_is 0 "paused again"
docker unpause three >/dev/null
run ir pause --undo --json three
code_is 0 "thawed by somebody else"
json_is .state "not paused"
is "$(policy three)" on-failure:3 "its policy is put back"
run ir pause three
docker unpause three >/dev/null
run ir pause --undo three
out_has "somebody else thawed it meanwhile"
# Somebody else's policy is left alone.
run ir pause three
docker update --restart always three >/dev/null
run ir pause --undo --json three
code_is 0 "another policy meanwhile"
err_has "is always, set by somebody else meanwhile"
json_is '.differences[0]' "the restart policy is always, it was on-failure"
is "$(policy three)" always:0 "it stays"

# While it is isolated, too, the last undo puts it back.
docker update --restart always three >/dev/null
run ir pause three
sed 's/"how": "engine"/"method": "link", "endpoints": []/' "$file" \
	>"ir-isolate-$(short three).json"
run ir pause --undo three
code_is 0 "the undo of one of two"
err_has "stays no until ir isolate --undo"
is "$(policy three) $(status three)" "no:0 running"
run ir pause three
is "$(jq -r .restart.Name "$file")" always "a new record holds it as well"
rm "ir-isolate-$(short three).json"
run ir pause --undo three
is "$(policy three)" always:0 "the last one puts it back"

# Records are anybody's words, too.
run ir pause three
for bad in '{' '{"v":1}' '[]' "$(jq -c '.v = 2' "$file")" \
	"$(jq -c '.container |= sub("^....";"0000")' "$file")" \
	"$(jq -c '.restart.Name = "no such"' "$file")"; do
	cp "$file" good && printf '%s\n' "$bad" >"$file"
	run ir pause --undo three
	ok "a bad record: ${bad:0:40}" test "$code" = 65 -o "$code" = 10
	is "$(policy three)" no:0 "changes no policy"
	[ "$code" = 65 ] || docker pause three >/dev/null
	mv good "$file"
done
run ir pause --undo -q three
code_is 0 "a good one"

# Another container of that name.
run ir pause three
docker rm -f three >/dev/null
start --name three
run ir pause --undo three
code_is 0 "replaced"
out_has "nothing to thaw"
err_has "three is not the container that was paused by that name"
rm -f ir-pause-*.json

# With a bundle.
start --name always --restart always
run ir open INC-1
bundle=$T/$out
run ir pause -b "$bundle" --json always
record=$bundle/$(jq -r .record "$T/out")
is "$(jq -r '[.v, .name, .how, .restart.Name, (.pid > 0)] | map(tostring) |
	join(" ")' "$record")" "1 always engine always true" "the record"
is "$(jq -r .started "$record")" \
	"$(docker inspect -f '{{.State.StartedAt}}' always)"
is "$(jq -r 'select(.ev == "change") | .undo' \
	"$bundle"/journal/0001-ir-pause.jsonl | sort -u)" "ir pause --undo" \
	"each change says how it is undone"
is "$(grep -c '"ev":"change"' "$bundle"/journal/0001-ir-pause.jsonl)" 2 \
	"the freeze and the policy"
run ir pause -b "$bundle" always
is "$(find "$bundle/data/actions" -type f | wc -l)" 1 "a second run adds none"
run ir pause -b "$bundle" --undo always
code_is 0 "undo"
is "$(jq -c .differences "$bundle"/data/actions/*-undo-*.json)" '[]' \
	"it is marked as undone, and nothing is different"
run ir pause -b "$bundle" --undo always
out_has "nothing to thaw"
run ir pause -b "$bundle" plain always
is "$(find "$bundle/data/actions" -name '*-pause-*' -not -name '*undo*' |
	wc -l)" 3 "also where only the freeze is to be put back"
docker restart -t 0 always >/dev/null
run ir pause -b "$bundle" --undo always
err_has "it was started anew at"
is "$(policy always)" always:0 "its policy is put back all the same"

done_testing
