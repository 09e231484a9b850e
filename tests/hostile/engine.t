#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Engines and containers that lie: what a real one does only now and then is
# ordered from a scripted one.  Nothing hostile reaches the terminal or a path,
# nothing short passes for whole, and the rest is collected all the same.
. "${IR_SRCDIR:=.}/tests/tap.sh"
require jq ssh-keygen python3 tar

ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
echo "alice@lab $(cut -d' ' -f1,2 "$T/id.pub")" >"$T/signers"
export IR_KEY=$T/id IR_ALLOWED_SIGNERS=$T/signers
id=$(printf 'c%.0s' {1..64})

# A tree, whole and cut at a boundary between two members.
mkdir tree && echo one >tree/one && echo two >tree/two
tar -C tree --format=ustar -b1 -cf whole.tar one two
head -c 1024 whole.tar >cut.tar
hex()
{
	od -An -v -tx1 "$1" | tr -d ' \n'
}

# engine JSON: a scripted engine with these answers before a set of good ones
# of a paused container.
engine()
{
	local good

	good=$(jq -n --arg id "$id" --arg tar "$(hex whole.tar)" '
		def c: "/containers/\($id)";
		{Id: $id, Name: "/web", Image: ("sha256:" + "1" * 64),
		 Created: "2026-01-01T00:00:00Z",
		 State: {Status: "paused", Running: true, Paused: true},
		 Config: {Tty: false}, ExecIDs: null, Mounts: [],
		 HostConfig: {NetworkMode: "none", LogConfig: {Type: "json-file"}},
		 NetworkSettings: {Networks: {}}} as $inspect | [
		{path: "/containers/web/json", json: $inspect},
		{path: (c + "/json"), json: $inspect},
		{path: (c + "/top"), json: {Titles: ["PID"], Processes: [["1"]]}},
		{path: (c + "/stats"), json: {}},
		{path: (c + "/logs"), hex: ""},
		{path: (c + "/changes"), text: "null"},
		{path: (c + "/export"), hex: $tar, frame: "chunked"},
		{path: "/events", text: ""},
		{path: "/images/*/history", json: []},
		{method: "POST", path: "/containers/create", status: 201,
		 json: {Id: ("b" * 64)}},
		{method: "DELETE", path: ("/containers/" + "b" * 64), status: 204},
		{path: ("/containers/" + "b" * 64 + "/export"), hex: $tar}]')
	jq -n --argjson bad "$1" --argjson good "$good" \
		'{api: "1.41", answers: ($bad + $good)}' >script.json || exit 99
	[ -z "${server-}" ] || kill "$server"
	rm -f s.sock ready
	python3 "$IR_SRCDIR/tests/scripted-engine.py" --unix "$T/s.sock" \
		script.json >ready &
	server=$!
	until [ -s ready ]; do sleep 0.05; done
	export DOCKER_HOST=unix://$T/s.sock
}
at_exit eval 'kill $server'

# captured WHAT: a capture into a new bundle.
captured()
{
	rm -rf case && mkdir case
	IR_BUNDLE=$(ir open -q -d case INC-1 2>/dev/null)
	export IR_BUNDLE
	run ir capture --method=api web
	dir=$IR_BUNDLE/data/containers/$id
}

engine '[]'
captured
code_is 0 "a good engine: all is collected"
err_has "web is paused already, and stays so"
out_hasnt failed
cmp -s whole.tar "$dir/filesystem.tar"
ok "byte for byte"
ir seal -q >/dev/null
run ir verify "$IR_BUNDLE"
code_is 0 "and valid"

engine "$(jq -n --arg id "$id" --arg tar "$(hex cut.tar)" \
	'[{path: "/containers/\($id)/export", hex: $tar, frame: "chunked"}]')"
captured
code_is 10 "an export cut short with HTTP 200 and a clean end"
like "$out" "failed +filesystem +.*cut short" "is seen for what it is"
like "$out" "collected +image" "the rest is collected"
no_file "$dir/filesystem.tar" "it does not pass for a whole tree"
cmp -s cut.tar "$dir/filesystem.tar.part"
ok "and is kept, marked"
run ir diff web
code_is 10 "nothing can be compared"
run ir seal
code_is 10
out_has incomplete "the seal says so"
run ir verify "$IR_BUNDLE"
code_is 10
out_has filesystem "and what is missing"

engine "$(jq -n --arg id "$id" --arg tar "$(hex whole.tar)" \
	'[{path: "/containers/\($id)/export", hex: $tar, act: "cut", after: 700}]')"
captured
code_is 10 "an export cut off in the middle"
like "$out" "failed +filesystem +.*broke off"
is "$(stat -c %s "$dir/filesystem.tar.part")" 700 "keeps what came"

engine "$(jq -n --arg id "$id" \
	'[{path: "/containers/\($id)/export", text: "<html>", frame: "none"}]')"
captured
code_is 10 "an export that is no tar"
like "$out" "failed +filesystem"

engine "$(jq -n --arg id "$id" '
	[{path: "/containers/web/json", json: {Id: $id,
	  Name: "/a\u001b]0;owned\u0007\nb\u202e", Image: ("sha256:" + "1" * 64),
	  State: {Running: true, Paused: true}, HostConfig: {AutoRemove: true},
	  ExecIDs: ["../../../../etc/passwd"],
	  NetworkSettings: {Networks: {"x\u001b[31m": {NetworkID: "../x"}}}}}]')"
captured
code_is 10 "a hostile container"
unlike "$out$err" $'\e|\a|\xe2\x80\xae' "nothing of it reaches the terminal raw"
like "$err" 'a\\x1b\]0;owned\\x07\\nb\\u\{202e\}' "its name is shown escaped"
like "$out" "failed +exec +.*odd" "an exec id that climbs is refused"
like "$out" "failed +networks +.*odd" "and a network id"
like "$out" "collected +filesystem" "the rest is collected"
is "$(find case -name '*passwd*')" "" "no file has such a name"
ir seal -q >/dev/null
run ir verify "$IR_BUNDLE"
code_is 10 "the bundle is sound"
unlike "$out$err" $'\e' "verify prints nothing raw"

engine '[{"path": "/containers/web/json", "text": "{\"Id\": 1, \"Id\": 2}"}]'
captured
code_is 76 "an inspect with a key twice"
err_lines 1
engine '[{"path": "/containers/web/json", "json": {"Id": "../../x"}}]'
captured
code_is 76 "an id that climbs"
engine '[{"path": "/containers/web/json", "text": "[[[[", "repeat": 2000}]'
captured
code_is 76 "JSON too deep"
engine '[{"path": "/containers/web/json", "text": "aaaaaaaaaaaaaaaaaaaaaaaa",
	"repeat": 1000000}]'
captured
code_is 76 "JSON too large"
err_has "larger than"
engine '[{"path": "/containers/web/json", "status": 500,
	"json": {"cause": "no", "message": "podman says no", "response": 500}}]'
captured
code_is 76 "an error in the shape of podman"
err_has "podman says no"
engine '[{"path": "/containers/web/json", "status": 500, "text": "plain no\n"}]'
captured
err_has "plain no" "an error in plain text"

# Somebody else freezes it between our look and our call: it is not killed.
engine "$(jq -n --arg id "$id" '
	[{path: "/containers/web/json", json: {Id: $id, Name: "/web",
	  State: {Running: true, Paused: false}}},
	 {method: "POST", path: "/containers/\($id)/pause", status: 409,
	  json: {message: "is already paused"}},
	 {method: "POST", path: "/containers/\($id)/kill", status: 204}]')"
mkdir alone && cd alone && unset IR_BUNDLE || exit 99
for how in "" --or-stop; do
	# shellcheck disable=SC2086 # none is none
	run ir pause $how web
	code_is 0 "frozen by somebody else meanwhile: pause $how"
	out_has "already paused"
done
run ir pause --json --dry-run --undo web
is "$(jq -s length <<<"$out")" 1 "a dry run with nothing to do is one object"

done_testing
