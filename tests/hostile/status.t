#!/bin/bash
# SPDX-License-Identifier: ISC
#
# ir-status with records that somebody forged and an engine that lies, floods
# or breaks off: nothing reaches the terminal, nothing hides another's record,
# and what cannot be known is said.
. "${IR_SRCDIR:=.}/tests/tap.sh"
require jq python3

id=$(printf 'c%.0s' {1..64})
other=$(printf 'c%.0s' {1..63})d # the same first 12 digits
digits=${id:0:12}

# engine EVENTS-FILE [FILTER]: one paused container "web", changed by the jq
# FILTER over its inspect document.
engine()
{
	jq -n --arg id "$id" --rawfile events "$1" '
		def c: "/containers/\($id)";
		({Id: $id, Name: "/web", Image: ("sha256:" + "1" * 64),
		 State: {Status: "paused", Running: true, Paused: true, Pid: 0,
			 StartedAt: "2026-01-01T00:00:00Z"},
		 Config: {Labels: {}}, HostConfig: {},
		 NetworkSettings: {Networks: {}}} | '"${2:-.}"') as $inspect |
		{api: "1.41", answers: [
		{path: "/info", json: {}},
		{path: "/containers/json", json: [{Id: $id,
			Names: [$inspect.Name], State: "running",
			Created: 1, Image: "x", Labels: {}}]},
		{path: (c + "/json"), json: $inspect},
		{path: "/events", text: $events, frame: "chunked"}]}' \
		>script.json || exit 99
	[ -z "${server-}" ] || kill "$server"
	rm -f s.sock ready
	python3 "$IR_SRCDIR/tests/scripted-engine.py" --unix "$T/s.sock" \
		script.json >ready &
	server=$!
	until [ -s ready ]; do sleep 0.05; done
	export DOCKER_HOST=unix://$T/s.sock
}
at_exit eval '[ -z "${server-}" ] || kill $server'
# record KIND [FILTER]: of a minute ago.
record()
{
	jq -n --arg id "$id" '{v: 1, container: $id, name: "web",
		time: (now - 60 | todate), how: "engine", endpoints: [],
		started: "2026-01-01T00:00:00Z"} | '"${2:-.}" \
		>"ir-$1-$digits.json"
}
# event ACTION SECONDS-AGO [FILTER]
event()
{
	jq -nc --arg id "$id" --arg action "$1" --argjson ago "$2" '
		{Type: "container", Action: $action, Actor: {ID: $id,
		Attributes: {name: "web"}}, time: (now - $ago | floor),
		timeNano: ((now - $ago) * 1e9 | floor)} | '"${3:-.}"
}
# Nothing but text reaches the terminal.
harmless()
{
	ok "$1" eval \
		'! LC_ALL=C grep -qP "[\x00-\x09\x0b-\x1f\x7f]" "$T/out" "$T/err"'
}
thawed='.State.Paused = false | .State.Status = "running"'
event start 1000 >events
record pause
engine events
run ir status
code_is 0 "it holds"
ok "it says so" grep -qE '^holds +web paused [0-9]+ (s|min) ago$' "$T/out"

# Text from an engine.
evil='\u001b]0;owned\u0007\n\u202eBROKEN'
{
	event start 1000
	event unpause 30
	event "exec_start: $(printf 'sh\033[2J\nok web holds')" 20
} >events
engine events "$thawed | .State.Status = \"run$evil\" | .Name = \"/w$evil\" |
	.NetworkSettings.Networks = {\"n$evil\": {NetworkID: \"../../x\",
		EndpointID: \"e\", IPAddress: \"$evil\"}}"
record isolate ".name = \"web$evil\""
run ir status
code_is 10 "escapes in names, networks, events and records"
harmless "none reaches the terminal"
is "$(grep -c '^ok web holds' "$T/out")" 0 "nothing makes a line of its own"
out_has 'network n\x1b]0;owned\x07\n\u{202e}BROKEN' "they are shown"
run ir status --json
code_is 10 "as JSON"
is "$(wc -l <"$T/out")" 1 "it is one line"
harmless "nor there"
rm ir-isolate-*

# A command for a shell in a name is not offered as one.
engine events "$thawed | .Name = \"/w; rm -rf ~\""
run ir status --json
is "$(jq -r '[.deviations[].todo] | map(select(. != null)) | unique[]' \
	"$T/out")" "ir pause $digits" "a command names it by its id"

# Events that are cut, malformed, of the wrong types, or too many.
{
	event start 1000
	event unpause 30 | head -c 50
} >events
engine events "$thawed"
run ir status --json
code_is 10 "an event that is cut"
json_is '.deviations[0].what' thawed
like "$(jq -r '.deviations[0].by' "$T/out")" 'cannot be read$' \
	"why nobody is named"
cat >events <<EOT
[]
null
{"Type":7,"Action":[],"Actor":"x","time":"y","timeNano":-1}
{"Type":"container","Action":"unpause","Actor":{"ID":"$id","Attributes":[]},"time":99999999999999999,"timeNano":9223372036854775807}
{"Type":"network","Action":"connect","Actor":{"ID":5,"Attributes":{"container":"$id","name":{}}},"time":-5}
{"a":1,"a":2}
EOT
engine events "$thawed"
run ir status --json
code_is 10 "events of the wrong types"
json_is '.deviations[0].what' thawed
{
	event start 1000
	event unpause 30
	line=$(event exec_start 20 '.Action = "exec_start: \("x" * 100)"')
	for ((i = 0; i < 10000; i++)); do echo "$line"; done
} >events
engine events "$thawed"
run ir status --json
code_is 10 "10,000 events"
is "$(jq -r '.deviations[].what' "$T/out" | sort -u | xargs)" "exec thawed" \
	"all is told"
is "$(jq '.deviations | length <= 21' "$T/out")" true "in a few lines"
# AddressSanitizer keeps what was freed for a while.
if [ -x /usr/bin/time ] &&
    ! grep -q __asan_init "$IR_BUILDDIR/ir/ir-status"; then
	# A label of 3 MiB in each of many events.
	line=$(event health_status 20 '.Actor.Attributes.l = "x" * 3000000')
	for ((i = 0; i < 60; i++)); do echo "$line"; done >events
	engine events
	run /usr/bin/time -f %M -o "$T/kb" ir status
	code_is 0 "180 MB of events"
	ok "do not stay in memory ($(cat "$T/kb") KiB)" \
		test "$(cat "$T/kb")" -lt 100000
else
	skip "180 MB of events" "no /usr/bin/time, or AddressSanitizer"
fi
head -c 5000000 /dev/zero | tr '\0' x >events
engine events "$thawed"
run ir status --json
code_is 10 "a line without an end"
json_is '.deviations[0].what' thawed
event start 1000 >events

# An engine whose clock is wrong.
engine events
jq '(.answers[] | select(.path == "/info")).json.SystemTime =
	(now - 7200 | todate)' script.json >s2 && mv s2 script.json
kill "$server"; rm -f s.sock ready
python3 "$IR_SRCDIR/tests/scripted-engine.py" --unix "$T/s.sock" script.json \
	>ready & server=$!
until [ -s ready ]; do sleep 0.05; done
event unpause 7230 >events # 30 s ago by ours
jq --rawfile e events '(.answers[] | select(.path == "/events")).text = $e |
	(.answers[] | select(.path | endswith("/json")).json |
		objects.State).Paused = false' script.json >s2 && mv s2 script.json
kill "$server"; rm -f s.sock ready
python3 "$IR_SRCDIR/tests/scripted-engine.py" --unix "$T/s.sock" script.json \
	>ready & server=$!
until [ -s ready ]; do sleep 0.05; done
run ir status --json
t=$(date -d "$(jq -r '.deviations[0].time' "$T/out")" +%s)
ok "times are by our clock" test $(($(date +%s) - t)) -lt 60
like "$(jq -r '.deviations[0].by' "$T/out")" 'docker unpause' "and who, too"

# Another container of the same first digits, and ids that are none.
engine events
jq --arg o "$other" '.container = $o' ir-pause-*.json >x && mv x \
	"ir-pause-$digits.then-2.json"
run ir status --json
is "$(jq -r '[.container[-1:], .verdict] | join(" ")' "$T/out" | sort |
	xargs)" "c holds d gone" "two ids that begin alike are two containers"
rm "ir-pause-$digits.then-2.json"

# Records that are none.
n=0
forged()
{
	n=$((n + 1))
	printf '%s' "$1" >"ir-isolate-00000000000$n.json"
	run ir status --json
	code_is "${2:-65}" "a forged record: ${1:0:60}"
	is "$(jq -r 'select(.name == "web").verdict' "$T/out")" holds \
		"the other one is told of"
	rm "ir-isolate-00000000000$n.json"
}
forged ''
forged '{'
forged '[]'
forged '{"v":1}'
forged '{"v":1,"container":7}'
forged '{"v":1,"container":"../../etc"}'
forged '{"v":2,"container":"'"$id"'"}'
forged "$(jq -c '.' ir-pause-*.json)" # of another container than its name says
like "$(jq -r 'select(.verdict == "unknown").why' "$T/out")" \
	"is of another container, $digits" "it says so"
strange='{"v":1,"container":"'00000000000${n+9}$(printf '0%.0s' {1..52})'"}'
n=8
forged "${strange/000000000009/000000000009}" 10
like "$(jq -r 'select(.name == "").verdict' "$T/out")" gone \
	"a record of the least is one of a container that is gone"
n=8
forged "$(jq -nc '{v: 1, container: ("0" * 11 + "9" + "0" * 52), name: [],
	time: {}, method: 5, links: "x", keep: {a: 1}, started: [],
	endpoints: [1, {}, {name: 1}]}')" 10

# A million endpoints.
python3 - >"ir-isolate-$digits.json" <<EOT
print('{"v":1,"container":"$id","name":"web","time":"2026-01-01T00:00:00Z",'
      '"method":"link","endpoints":[' + ','.join('1' * 1 for _ in range(1100000))
      + ']}')
EOT
run timeout 60 ir status --json
code_is 65 "a record with a million endpoints"
is "$(jq -r 'select(.name == "web").verdict' "$T/out")" holds \
	"the other is told of"
sed -i 's/,1,1,1,1//g' "ir-isolate-$digits.json"
run timeout 60 ir status --json
code_is 66 "one of a million, as can be read, is looked at"
json_is .verdict unknown
rm ir-isolate-*

# Engines that break off.
for bad in '{path: "/containers/json", text: "[{", act: "cut"}' \
	'{path: "/containers/json", status: 500, json: {message: "no"}}' \
	'{path: "/containers/json", text: "{}"}' \
	'{path: "/containers/*/json", status: 500, json: {message: "no"}}' \
	'{path: "/containers/*/json", json: {Id: "x"}}' \
	'{path: "/containers/*/json", json: [1]}'; do
	engine events
	jq ".answers = [$bad] + .answers" script.json >s2 && mv s2 script.json
	kill "$server"; rm -f s.sock ready
	python3 "$IR_SRCDIR/tests/scripted-engine.py" --unix "$T/s.sock" \
		script.json >ready & server=$!
	until [ -s ready ]; do sleep 0.05; done
	run ir status --json
	like "$code" '^(76|69|0)$' "an engine with $bad"
	like "$(jq -r .verdict "$T/out")" '^(unknown|holds)$' "never more than is known"
done

done_testing
