#!/bin/bash
# SPDX-License-Identifier: ISC
#
# How a capture is run, whatever the collectors are: which of them, each within
# its deadline, what was cut short a second time, many containers at a time.  A
# scripted engine does what a real one does only now and then.
. "${IR_SRCDIR:=.}/tests/tap.sh"
require jq ssh-keygen python3 tar

ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
echo "alice@lab $(cut -d' ' -f1,2 "$T/id.pub")" >"$T/signers"
export IR_KEY=$T/id IR_ALLOWED_SIGNERS=$T/signers
names=(web worker db)
ids=("$(printf 'a%.0s' {1..64})" "$(printf 'b%.0s' {1..64})"
	"$(printf 'c%.0s' {1..64})")
web=data/containers/${ids[0]}
image=data/images/$(printf '1%.0s' {1..64})

mkdir tree && echo one >tree/one
tar -C tree --format=ustar -b1 -cf whole.tar one
head -c 700 whole.tar >cut.tar
hex()
{
	od -An -v -tx1 "$1" | tr -d ' \n'
}

# one NAME ID: the answers about a good, paused container.
one()
{
	jq -n --arg name "$1" --arg id "$2" --arg tar "$(hex whole.tar)" '
		"/containers/\($id)" as $c |
		{Id: $id, Name: "/\($name)", Image: ("sha256:" + "1" * 64),
		 Created: "2026-01-01T00:00:00Z",
		 State: {Status: "paused", Running: true, Paused: true},
		 Config: {Tty: false}, ExecIDs: null, Mounts: [],
		 HostConfig: {NetworkMode: "none", LogConfig: {Type: "json-file"}},
		 NetworkSettings: {Networks: {}}} as $inspect | [
		{path: "/containers/\($name)/json", json: $inspect},
		{path: ($c + "/json"), json: $inspect},
		{path: ($c + "/top"), json: {Titles: ["PID"], Processes: [["1"]]}},
		{path: ($c + "/stats"), json: {}},
		{path: ($c + "/logs"), hex: ""},
		{path: ($c + "/changes"), text: "null"},
		{path: ($c + "/export"), hex: $tar, frame: "chunked"}]'
}

# engine ANSWERS: these before the good ones.
engine()
{
	local i good

	good=$(for i in 0 1 2; do one "${names[i]}" "${ids[i]}"; done | jq -s add)
	jq -n --argjson first "$1" --argjson good "$good" --arg tar "$(hex whole.tar)" \
		'{api: "1.41", answers: ($first + $good + [
		{path: "/events", text: ""},
		{path: "/containers/json", json: [$good[] |
			select(.json.Id and .json.Name) | .json |
			{Id, Names: [.Name], State: "paused",
			 Labels: {app: "shop"}}] | unique},
		{path: "/images/*/history", json: []},
		{method: "POST", path: "/containers/create", status: 201,
		 json: {Id: ("e" * 64)}},
		{method: "DELETE", path: ("/containers/" + "e" * 64), status: 204},
		{path: ("/containers/" + "e" * 64 + "/export"), hex: $tar}])}' \
		>script.json || exit 99
	[ -z "${server-}" ] || kill "$server"
	rm -f s.sock ready log
	python3 "$IR_SRCDIR/tests/scripted-engine.py" --unix "$T/s.sock" \
		--log "$T/log" script.json >ready &
	server=$!
	until [ -s ready ]; do sleep 0.05; done
	export DOCKER_HOST=unix://$T/s.sock
}
at_exit eval 'kill $server'

opened()
{
	rm -rf case && mkdir case
	IR_BUNDLE=$T/case/$(cd case && ir open -q INC-1 2>/dev/null)
	export IR_BUNDLE
}
sealed()
{
	ir seal -q >/dev/null
	run ir verify "$IR_BUNDLE"
}
# calls REGEX: how many requests there were.
calls()
{
	grep -cE "$1" "$T/log"
}

# Which of them.
engine '[]'
opened
run ir capture --profile=triage web
code_is 0 "a triage"
like "$out" "skipped +filesystem +not in th(e|is) profile" "has no tree"
like "$out" "collected +inspect"
no_file "$IR_BUNDLE/$image/filesystem.tar" "nor that of the image"
run ir capture --profile=full web
code_is 0
ok "a full capture has it" test -s "$IR_BUNDLE/$image/run-0002/filesystem.tar"
opened
run ir capture --only=changes,top web
code_is 0 "only two"
like "$out" "collected +top"
unlike "$out" "collected +inspect" "and no other"
is "$(calls 'GET .*/export')" 2 "nothing else is asked of the engine"
sealed
code_is 0 "what was not asked for is not missing"
run ir capture --skip=filesystem,image --json web
code_is 73 "nothing is added to a sealed bundle"
opened
run ir capture --skip=filesystem,image --commit web
code_is 10 "asked for by its name, and not to be had"
like "$out" "skipped +filesystem +left out by --skip"
like "$out" "failed +commit " "is missing"
sealed
code_is 10 "for the bundle, too"
opened
for bad in --only=nope --only= --skip=logs,nope "--only=logs," --profile=all \
	--since=10 --since=x --since=2026-13-01T00:00:00Z --since=0m \
	--volume-limit=x --volume-limit=5X --volume-limit=0 --deadline=0 \
	--deadline=x --jobs=0 --jobs=1000 --no-keep-image
do
	run ir capture "$bad" web
	code_is 64 "not $bad"
done
run ir capture --only=nope web
like "$err" "there is no collector nope; there are: .*inspect"
run ir capture
code_is 64 "and not nothing at all"

# What changed, by content, where there is no tree.
engine "$(jq -n --arg id "${ids[0]}" --arg tar "$(hex whole.tar)" '[
	{path: "/containers/\($id)/changes", json: [
		{Path: "/etc", Kind: 0}, {Path: "/etc/passwd", Kind: 0},
		{Path: "/etc/x y", Kind: 1}, {Path: "/gone", Kind: 2}]},
	{path: "/containers/\($id)/archive", hex: $tar}]')"
opened
run ir capture --profile=triage web
code_is 0 "a triage"
like "$out" "collected +changed " "has the changed files"
is "$(jq -r '[.path, .kind, .offset] | tostring' \
	"$IR_BUNDLE/$web/changed.jsonl" | tr '\n' ' ')" \
	"[\"/etc/passwd\",\"C\",0] [\"/etc/x y\",\"A\",$(stat -c %s whole.tar)] " \
	"and says where"
is "$(tar -xiOf "$IR_BUNDLE/$web/changed.tars")" $'one\none' "whole"
is "$(calls 'GET .*/archive')" 2 "no directory, nothing that is gone"
is "$(calls 'GET .*path=%2Fetc%2Fx%20y')" 1
engine "$(jq -n --arg id "${ids[0]}" --arg tar "$(hex whole.tar)" '[
	{path: "/containers/\($id)/changes", json: [
		{Path: "/a", Kind: 0}, {Path: "/b", Kind: 0}, {Path: "/c", Kind: 1}]},
	{path: "/containers/\($id)/archive", status: 404, json: {message: "no"},
	 times: 1},
	{path: "/containers/\($id)/archive", hex: "00", repeat: 40000000,
	 frame: "chunked", times: 1},
	{path: "/containers/\($id)/archive", hex: $tar}]')"
opened
run ir capture --profile=triage web
code_is 0 "one that is gone, one that is too large"
is "$(jq -r '[.path, .why // "" | .[0:5]] | tostring' \
	"$IR_BUNDLE/$web/changed.jsonl" | tr '\n' ' ')" \
	'["/a","the e"] ["/b","too l"] ["/c",""] ' "are told, the rest is had"
tail -c "$(stat -c %s whole.tar)" "$IR_BUNDLE/$web/changed.tars" >last.tar
ok "whole" cmp whole.tar last.tar
sealed
code_is 0

# How much it would be.
engine "$(jq -n --arg id "${ids[0]}" '[{path: "/images/*/json",
	json: {Id: "x", Size: 5000000000}}]')"
opened
run ir capture --estimate web
code_is 0 "an estimate"
like "$out" "image +4.7 GiB +33.4 s +its size" "says how much and how long"
like "$out" "filesystem +0.0 s +the engine tells no size" "and what is not known"
is "$(find "$IR_BUNDLE/data" -type f | wc -l)" 0 "nothing is taken"
is "$(calls 'POST|DELETE')" 0 "nor done"

# A collector that hangs.
engine "$(jq -n --arg id "${ids[0]}" '[{path: "/containers/\($id)/top",
	text: "{\"Titles\"", act: "stall", after: 5}]')"
opened
run timeout 300 ir capture --deadline=2 web
code_is 10 "a collector that hangs is cut off"
like "$out" "failed +top " "which one is told"
like "$out" "collected +filesystem" "the others go on"
is "$(ls "$IR_BUNDLE/$web"/top.json*)" "$IR_BUNDLE/$web/top.json.part" \
	"and what it gave is kept"

# A stream that is cut short once, and twice.
engine "$(jq -n --arg id "${ids[0]}" --arg tar "$(hex cut.tar)" \
	'[{path: "/containers/\($id)/export", hex: $tar, frame: "chunked",
	   times: 1}]')"
opened
run ir capture web
code_is 0 "a tree that was cut short is taken again"
err_has "it is taken again"
ok "whole" cmp whole.tar "$IR_BUNDLE/$web/filesystem.tar"
ok "and the first take is kept" cmp cut.tar "$IR_BUNDLE/$web/filesystem.tar.part"
sealed
code_is 0 "it is complete"
like "$out" "filesystem.tar.part.*run 1 took" "the first take is told"
engine "$(jq -n --arg id "${ids[0]}" --arg tar "$(hex cut.tar)" \
	'[{path: "/containers/\($id)/export", hex: $tar, frame: "chunked",
	   times: 2}]')"
opened
run ir capture web
code_is 10 "cut short twice"
like "$out" "failed +filesystem .*; taken again: " "both reasons are told"
is "$(find "$IR_BUNDLE/$web" -name 'filesystem.tar*' | wc -l)" 2 "both takes are kept"
no_file "$IR_BUNDLE/$web/filesystem.tar" "and none passes for whole"
sealed
code_is 10 "incomplete"

# Many at a time.
engine '[]'
opened
run ir capture --jobs=3 web worker db
code_is 0 "three containers"
for i in 0 1 2; do
	ok "${names[i]} has its tree" \
		cmp whole.tar "$IR_BUNDLE/data/containers/${ids[i]}/filesystem.tar"
	like "$out" "${names[i]}  ${ids[i]:0:12}" "and its ledger"
done
is "$(calls "GET [^ ]*/version ")" 1 "the engine is asked once"
is "$(calls 'POST .*/create')" 1 "the image is read once"
is "$(find "$IR_BUNDLE/data/images" -name filesystem.tar | wc -l)" 1
is "$(find "$IR_BUNDLE/data" -name 'run-*' | wc -l)" 0 "all in one place"
is "$(ls "$IR_BUNDLE/journal" | wc -l)" 1 "in one journal"
sealed
code_is 0 "and valid"
opened
run ir capture --json --label app=shop
code_is 0 "chosen by their label"
is "$(jq -sc '[.[] | select(.ledger) | .name] | sort' "$T/out")" \
	'["db","web","worker"]' "a result for each"
is "$(jq -sr '[.[] | select(.event == "start" or .event == "done") |
	"\(.event) \(.name)"] | sort | join(", ")' "$T/out")" \
	'done db, done web, done worker, start db, start web, start worker' \
	"and what happens meanwhile"
is "$(jq -sr '[.[] | select(.event == "outcome" and .name == "web") |
	.collector] == [.[] | select(.ledger and .name == "web") |
	.ledger[].collector]' "$T/out")" true "a line for each outcome"
run ir capture --json web nosuch
code_is 66 "one that is not there"
is "$(jq -sr '[.[] | select(.ledger) | .complete] | tostring' "$T/out")" '[true]' \
	"does not keep the others"
opened
engine "$(jq -n --arg id "${ids[1]}" \
	'[{path: "/containers/\($id)/export", status: 500, json: {message: "no"}}]')"
run ir capture web worker
code_is 10 "one of two with a gap"
err_has "1 of 2 containers"

# Killed in the midst of it: each goes on by itself.
engine "$(jq -n --arg id "${ids[1]}" --arg tar "$(hex whole.tar)" \
	'[{path: "/containers/\($id)/export", hex: $tar, act: "stall", after: 700,
	   times: 1}]')"
opened
ir capture --jobs=2 web worker >/dev/null 2>&1 &
pid=$!
until grep -q '"ev":"captured"' "$IR_BUNDLE"/journal/0001-* &&
	[ -s "$IR_BUNDLE/data/containers/${ids[1]}/filesystem.tar.part" ] ||
	! kill -0 $pid
do
	sleep 0.05
done 2>/dev/null
kill -KILL $pid
wait $pid 2>/dev/null
run ir capture web worker
code_is 0 "two go on with a run that was killed"
like "$out" "kept +filesystem +from run 1" "all of the one, some of the other"
is "$(calls "GET .*/${ids[0]}/export")" 1 "what was whole is not asked for again"
is "$(find "$IR_BUNDLE/data" -name 'run-*' | wc -l)" 0 "in the same place"
sealed
code_is 0 "and all is complete"

# Interrupted, with several under way.
engine "$(jq -n --arg a "${ids[0]}" --arg b "${ids[1]}" '[
	{path: "/containers/\($a)/export", hex: "00", repeat: 100, act: "stall",
	 after: 50, times: 1},
	{path: "/containers/\($b)/export", hex: "00", repeat: 100, act: "stall",
	 after: 50, times: 1}]')"
opened
env --default-signal=INT ir capture --jobs=2 web worker >/dev/null 2>&1 &
pid=$!
until [ -s "$IR_BUNDLE/data/containers/${ids[0]}/filesystem.tar.part" ] &&
	[ -s "$IR_BUNDLE/data/containers/${ids[1]}/filesystem.tar.part" ] ||
	! kill -0 $pid
do
	sleep 0.05
done 2>/dev/null
kill -INT $pid
wait $pid
is $? 130 "interrupted, with two under way"
is "$(jq -r 'select(.ev == "end").status' "$IR_BUNDLE"/journal/0001-*)" 130 \
	"its journal is closed"
run ir capture web worker
code_is 0 "the next goes on with both"
sealed
code_is 0 "to the end"

# Another kind of capture does not go on with it.
engine "$(jq -n --arg id "${ids[0]}" --arg tar "$(hex whole.tar)" \
	'[{path: "/containers/\($id)/changes", text: "[", act: "stall", times: 1}]')"
# killed: a triage is, at the changes; not if it ended before that.
killed()
{
	opened
	ir capture --profile=triage web >/dev/null 2>"$T/triage" &
	pid=$!
	until grep -q '"collector":"logs"' "$IR_BUNDLE"/journal/0001-* ||
		! kill -0 $pid
	do
		sleep 0.05
	done 2>/dev/null
	kill -KILL $pid
	wait $pid 2>/dev/null
	[ $? = 137 ] && ! grep -q '"ev":"end"' "$IR_BUNDLE"/journal/0001-*
}
ok "a triage is killed" killed
run ir capture web
code_is 0 "and a standard capture"
diag "$(cat "$T/triage"; cut -c1-120 "$IR_BUNDLE"/journal/0001-* | tail -n 3)"
unlike "$out" "kept  " "which does not go on with it"

done_testing
