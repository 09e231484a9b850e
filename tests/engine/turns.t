#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Several runs that act on one container at once: one after the other, so that
# each sees what the one before did, and what an undo needs is never lost.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq python3

engine_start
engine_image bb
engine_network --subnet 172.28.10.0/24 a >/dev/null
docker run -d --name web --network a --restart always bb sleep 100000 >/dev/null
id=$(docker inspect -f '{{.Id}}' web)
file=ir-isolate-${id:0:12}.json
R=unix://$T/r.sock

between()
{
	[ -z "${proxy-}" ] || kill "$proxy"
	rm -f "$T/r.sock" "$T/now" "$T/held"
	python3 "$IR_SRCDIR/tests/refusing-engine.py" "$T/r.sock" \
		"${DOCKER_HOST#unix://}" "$@" 2>"$T/held" &
	proxy=$!
	while [ ! -S "$T/r.sock" ]; do sleep 0.05; done
}
held()
{
	until [ -s "$T/held" ]; do sleep 0.05; done
}
until_told() # FILE TEXT
{
	until grep -q "$2" "$1"; do sleep 0.05; done
}
at_exit eval '[ -z "${proxy-}" ] || kill $proxy'
networks()
{
	docker inspect web |
		jq -r '.[0].NetworkSettings.Networks | keys | join(" ")'
}
status()
{
	docker inspect -f '{{.State.Status}}' web
}
records() # KIND
{
	find . -maxdepth 1 -name "ir-$1-*.json" -not -name '*.undone-*' | wc -l
}

# The second finds what the first did, though it began before that was done.
between POST '/networks/*/disconnect' "after:$T/now"
ir isolate --method=api --json -H "$R" web >one 2>one.err &
one=$!
held
ir isolate --method=api --json web >two 2>two.err &
two=$!
until_told two.err "another run is at work on web"
is "$(networks)" a "so far nothing is cut"
touch now
wait $one
is $? 0 "the first"
wait $two
is $? 0 "the second"
is "$(jq .already one) $(jq .already two)" "false true" \
	"one cut it, for the other it is already"
is "$(records isolate)" 1 "one record"
is "$(jq -r '.endpoints[].name' "$file")" a "of what there was before"

# An undo waits for the cut that is under way, and undoes it.
run ir isolate --undo -q web
is "$(networks)" a
between POST '/networks/*/disconnect' "after:$T/now"
ir isolate --method=api -H "$R" web >one 2>&1 &
one=$!
held
ir isolate --undo web >two 2>&1 &
two=$!
until_told two "another run is at work on web"
touch now
wait $one
is $? 0 "a cut"
wait $two
is $? 0 "its undo, at once"
is "$(networks) $(records isolate)" "a 0" "it is connected, and no record left"

# The same with a freeze; and an isolation waits for that, too: they share the
# restart policy.
between POST '/containers/*/pause' "after:$T/now"
ir pause --json -H "$R" web >one 2>one.err &
one=$!
held
ir pause --json web >two 2>two.err &
two=$!
ir isolate --json web >three 2>three.err &
three=$!
until_told two.err "another run is at work on web"
until_told three.err "another run is at work on web"
touch now
wait $one $two $three
is $? 0 "two that freeze, one that cuts"
is "$(jq -r .state one two | xargs)" "paused already paused" \
	"one froze it, for the other it was"
is "$(status) $(records pause) $(records isolate)" "paused 1 1" \
	"a record of each kind"
ir pause --undo -q web & one=$!
ir isolate --undo -q web & two=$!
wait $one && wait $two
is $? 0 "both are undone, at once"
is "$(status) $(records pause) $(records isolate)" "running 0 0"
engine_is podman ||
	is "$(docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' web)" \
		always "the last one puts the restart policy back"

# Interrupted while it waits; and a run that is killed is waited for no longer.
between POST '/containers/*/pause' "after:$T/now"
ir pause -H "$R" web >one 2>&1 &
one=$!
held
ir pause web >two 2>&1 &
two=$!
until_told two "another run is at work on web"
kill -TERM $two
wait $two
is $? 130 "interrupted while it waits"
ok "nothing was done" grep -q "nothing was done" two
ir pause --json web >two 2>two.err &
two=$!
until_told two.err "another run is at work on web"
kill -KILL $one
wait $two
is $? 0 "the one before is killed: its turn"
is "$(jq -r .state two) $(status)" "paused paused" "it is done"
kill "$proxy"
proxy=
no_file "/run/ir-tools/$id" "no lock is left"
run ir pause --undo -q web

# Whatever comes first: what is cut is on record, and what is not is not.
for i in 1 2 3 4 5 6; do
	ir isolate -q web >/dev/null 2>&1 & one=$!
	ir isolate -q --undo web >/dev/null 2>&1 & two=$!
	wait $one
	wait $two
	n=$(records isolate)
	run ir isolate --json --undo web
	is "$n $code" "$([ "$n" = 0 ] && echo 0 66 || echo 1 0)" \
		"isolate and its undo at once, $i"
	is "$(networks)" a "connected in the end"
done

done_testing
