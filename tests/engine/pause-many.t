#!/bin/bash
# SPDX-License-Identifier: ISC
#
# ir-pause of many containers in one call: which ones, and what becomes of the
# others when one cannot be frozen, the engine goes away, or somebody interrupts.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq python3 ssh-keygen

engine_start
engine_image bb
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
export IR_KEY=$T/id

status()
{
	docker inspect -f '{{.State.Status}}' "$1"
}
count()
{
	docker ps -aq --filter "status=$1" | wc -l
}
thaw()
{
	local paused

	paused=$(docker ps -q --filter status=paused)
	# shellcheck disable=SC2086 # one word a container
	[ -z "$paused" ] || docker unpause $paused >/dev/null
}
between()
{
	[ -z "${proxy-}" ] || kill "$proxy"
	rm -f "$T/r.sock" "$T/now" "$T/held"
	python3 "$IR_SRCDIR/tests/refusing-engine.py" "$T/r.sock" \
		"${DOCKER_HOST#unix://}" "$@" 2>"$T/held" &
	proxy=$!
	while [ ! -S "$T/r.sock" ]; do sleep 0.05; done
}
# Until so many calls wait for the file $T/now.
held()
{
	until [ "$(wc -l <"$T/held")" -ge "$1" ]; do sleep 0.05; done
}
at_exit eval '[ -z "${proxy-}" ] || kill $proxy'
R=unix://$T/r.sock

docker network create shop >/dev/null
docker run -d --name web --network shop --label app=shop --label tier=front \
	bb sleep 100000 >/dev/null
docker run -d --name worker --network shop --label app=shop --label tier=back \
	bb sleep 100000 >/dev/null
docker run -d --name db --label app=shop=2 bb sleep 100000 >/dev/null
docker run -d --name alone --label empty= bb sleep 100000 >/dev/null
docker create --name off --network shop --label app=shop bb true >/dev/null
web=$(docker inspect -f '{{.Id}}' web)

# Which ones.
run ir pause
code_is 64 "none named"
err_has "--all, --label or --same-network-as"
run ir pause --label app=none
code_is 66 "none fits"
err_has "no running container fits"
run ir pause --label app=shop=3
code_is 66 "a value is the whole value"
run ir pause --label ap
code_is 66 "a key the whole key"
run ir pause --label app=shop --label tier=middle
code_is 66 "all labels must fit"
run ir pause --same-network-as nobody
code_is 66 "a network of nobody"
is "$(count paused)" 0 "so far nothing was paused"

run ir pause web worker db
code_is 0 "three by name"
is "$(sort "$T/out" | sed 's/ (.*//')" \
	$'db is paused\nweb is paused\nworker is paused' "each is told"
is "$(status web) $(status worker) $(status db) $(status alone)" \
	"paused paused paused running"
is "$(grep -c "do not stop or restart" "$T/err")" 1 "the rule is told once"
run ir pause web db
code_is 0 "again"
is "$(sort "$T/out")" $'db is already paused\nweb is already paused' \
	"already"
run ir pause --json db worker
is "$(jq -r .state "$T/out" | sort | uniq -c | tr -s ' ')" \
	" 2 already paused" "an object each"
thaw

run ir pause web web "${web:0:12}" /web "$web"
code_is 0 "one by all its names"
is "$(wc -l <"$T/out")" 1 "is paused once"
thaw
run ir pause --label app=shop
is "$(sed 's/ is .*//' "$T/out" | sort | xargs)" "web worker" "by label"
thaw
run ir pause --label app
is "$(count paused)" 3 "with any value"
thaw
run ir pause --label app=shop=2
is "$(sed 's/ is .*//' "$T/out")" db "a value with an equals sign"
thaw
run ir pause --label empty=
is "$(sed 's/ is .*//' "$T/out")" alone "an empty value"
thaw
run ir pause --label app=shop --label tier=back db
is "$(sed 's/ is .*//' "$T/out" | sort | xargs)" "db worker" \
	"two labels, and one by name"
thaw
run ir pause --same-network-as web
is "$(sed 's/ is .*//' "$T/out" | sort | xargs)" "web worker" \
	"by network, those that run"
thaw
run ir pause --same-network-as alone
is "$(sed 's/ is .*//' "$T/out" | sort | xargs)" "alone db" \
	"the default network is one, too"
thaw
run ir pause --all --dry-run --json
code_is 0 "a dry run"
is "$(jq -r '.name + " " + .calls[0].path' "$T/out" | wc -l)" 4
is "$(jq -r 'select(.name == "web").calls[].path' "$T/out")" \
	"/containers/$web/pause"
is "$(count paused)" 0 "changes nothing"
run ir pause --all
is "$(count paused)" 4 "all"
run ir pause --undo --all
code_is 0 "and back"
is "$(count running)" 4

# One that is not there keeps nobody from being frozen.
run ir pause nobody web off worker
code_is 66 "one is unknown"
err_has "no such container: nobody"
err_has "1 of 4 containers: see above"
out_has "off is not running"
is "$(status web) $(status worker)" "paused paused" "the others are frozen"
run ir pause --json web nobody
code_is 66
is "$(jq -r 'select(.error).operand' "$T/out")" nobody "which is told"
run ir pause --undo nobody web worker
code_is 66 "so it is when they are thawed"
is "$(status web) $(status worker)" "running running"
between POST "/containers/$web/pause" 403
run ir pause -H "$R" web worker
code_is 77 "one is refused"
is "$(status web) $(status worker)" "running paused"
thaw

# A prefix that is not the beginning of one id alone.
i=0
while [ -z "$(docker ps -aq | cut -c1 | sort | uniq -d)" ]; do
	docker create --name "more$((i++))" bb true >/dev/null
done
digit=$(docker ps -aq | cut -c1 | sort | uniq -d | head -n 1)
run ir pause "$digit" web
code_is 64 "an ambiguous one"
err_has "$digit is the beginning of"
is "$(status web)" paused "the other is frozen"
thaw

# The container that this runs in: its processes are told by their cgroup, here
# by one that does not freeze.
group=$(find /sys/fs/cgroup/pids -type d \( -name "$web" -o \
	-name "libpod-$web" \) 2>/dev/null | head -n 1)
if [ -n "$group" ]; then
	run sh -c 'echo $$ >"$0/cgroup.procs" && exec ir pause --all' "$group"
	code_is 0 "from within"
	err_has "web is the container that this runs in: left out"
	is "$(status web) $(status worker)" "running paused"
	thaw
else
	skip "from within" "no cgroup to be in"
fi

# What ends, or goes, between being chosen and being frozen.
docker run -d --rm --name brief bb sleep 100000 >/dev/null
docker run -d --name gone bb sleep 100000 >/dev/null
between POST '/containers/*/pause' "after:$T/now"
ir pause -H "$R" --all --json >out 2>err &
pid=$!
held 6
docker rm -f gone >/dev/null
docker kill brief db >/dev/null
touch now
wait $pid
is $? 0 "one ends, one is removed, one ends and is removed"
is "$(jq -r 'select(.name == "db" or .name == "gone" or .name == "brief").state' \
	out | sort -u)" "not running" "none is paused"
ok "that is told" grep -q "gone was removed meanwhile" err
is "$(status web) $(status worker) $(status alone)" "paused paused paused" \
	"the others are"
thaw
docker start db >/dev/null
docker run -d --name gone bb sleep 100000 >/dev/null
between POST '/containers/*/pause' "after:$T/now"
ir pause -H "$R" web gone >out 2>err &
pid=$!
held 2
docker rm -f gone >/dev/null
touch now
wait $pid
is $? 66 "one that was named is missed"
is "$(status web)" paused
thaw

# Interrupted: what has begun is done, the rest is left.
for i in {1..40}; do echo "c$i"; done |
	xargs -P 4 -I {} "$engine_docker" run -d --name {} --network none \
		--restart always --label many bb sleep 100000 >/dev/null
run ir open INC-1
bundle=$T/$out
between POST '/containers/*/pause' "after:$T/now"
ir pause -H "$R" -b "$bundle" --label many >out 2>err &
pid=$!
held 4
kill -TERM $pid # a shell's background jobs ignore INT
touch now
wait $pid
is $? 130 "interrupted"
n=$(count paused)
ok "some were frozen, not all: $n" test "$n" -gt 0 -a "$n" -lt 40
ok "that is told" grep -q "of 40 containers: see above" err
is "$(cat out err | grep -oE '\bc[0-9]+\b' | sort -u | wc -l)" 40 \
	"of each container what became of it"
ok "also of those left" grep -q "c[0-9]*: .*before it was its turn" err
run ir pause -b "$bundle" --json --label many
if engine_is podman; then
	code_is 10 "again, but for the policies, which podman cannot change"
else
	code_is 0 "again"
fi
is "$(count paused)" 40 "all are"
is "$(jq -r 'select(.state == "already paused").name' "$T/out" | wc -l)" "$n" \
	"those were already"
policies()
{
	# shellcheck disable=SC2046 # one word a container
	docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' \
		$(docker ps -aq --filter label=many) | sort | uniq -c | tr -s ' '
}
engine_is podman || is "$(policies)" " 40 no" "nobody restarts them"
is "$(find "$bundle/data/actions" -name '*-pause-*.json' | wc -l)" 40 \
	"each has its record"
run ir pause -b "$bundle" --label many
is "$(find "$bundle/data/actions" -name '*-pause-*.json' | wc -l)" 40 \
	"and no second one"
run ir pause -b "$bundle" --undo --label many
code_is 0 "and back"
is "$(count paused)" 0
is "$(policies)" " 40 always" "with their policies"
run ir seal -b "$bundle"
echo "alice@lab $(cat "$T/id.pub")" >signers
run ir verify --allowed-signers signers "$bundle"
code_is 0 "the bundle of it all is sound"
t='20[0-9-]+T[0-9:.]+Z'
like "$out" "changed +$t by alice@lab: container [0-9a-f]{12}: paused" \
	"it says what was changed, when and by whom"
is "$(grep -c "^changed" "$T/out")" "$(cat "$bundle"/journal/*.jsonl |
	grep -c "\"ev\":\"change\"")" "all of it"
run ir verify --json --allowed-signers signers "$bundle"
json_is '.summary.runs[] | select(.run == 1) | [.program, .actor, .vouched] |
	map(tostring) | join(" ")' "ir-pause alice@lab true"
run ir verify "$bundle"
like "$out" "changed +$t by alice@lab \(nobody vouches\): container" \
	"and that nobody vouches for that"

# The engine goes away: what is frozen stays so, the rest goes on.
between POST '/containers/*/pause' "after:$T/now"
ir pause -H "$R" --label many >out 2>err &
pid=$!
held 4
kill "$proxy" && wait "$proxy" 2>/dev/null
proxy=
wait $pid
is $? 76 "the engine is gone"
is "$(count paused)" 0 "nothing was paused"
is "$(docker ps -q --filter label=many | wc -l)" 40 "nor killed"
ok "each is told" test "$(grep -c "cannot freeze\|no engine" err)" -ge 40 ||
	diag "$(cut -c1-200 err)"

done_testing
