# shellcheck shell=bash
# SPDX-License-Identifier: ISC
#
# A bundle for tests that have no engine: captured from a scripted one, sealed
# by alice@lab, and VALID.  After tests/tap.sh:
#
#	sample DIR	the bundle DIR/<its name>; IR_KEY and IR_ALLOWED_SIGNERS are
#			alice's from then on

sample()
{
	local id server status

	id=$(printf 'c%.0s' {1..64})
	mkdir -p "$1" "$T/sample/tree" || return
	[ -e "$T/sample/id" ] ||
		ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/sample/id"
	echo "alice@lab $(cut -d' ' -f1,2 "$T/sample/id.pub")" >"$T/sample/signers"
	export IR_KEY=$T/sample/id IR_ALLOWED_SIGNERS=$T/sample/signers
	seq 500000 >"$T/sample/tree/numbers"
	echo one >"$T/sample/tree/one"
	tar -C "$T/sample/tree" --format=ustar -cf "$T/sample/tar" numbers one
	od -An -v -tx1 "$T/sample/tar" | tr -d ' \n' >"$T/sample/hex"
	jq -n --arg id "$id" --rawfile tar "$T/sample/hex" '
		def c: "/containers/\($id)";
		{Id: $id, Name: "/web", Image: ("sha256:" + "1" * 64),
		 Created: "2026-01-01T00:00:00Z",
		 State: {Status: "paused", Running: true, Paused: true},
		 Config: {Tty: false}, ExecIDs: null, Mounts: [],
		 HostConfig: {NetworkMode: "none", LogConfig: {Type: "json-file"}},
		 NetworkSettings: {Networks: {}}} as $inspect |
		{api: "1.41", answers: [
		{path: "/containers/web/json", json: $inspect},
		{path: (c + "/json"), json: $inspect},
		{path: (c + "/top"), json: {Titles: ["PID"], Processes: [["1"]]}},
		{path: (c + "/stats"), json: {}},
		{path: (c + "/logs"), hex: ""},
		{path: (c + "/changes"), text: "null"},
		{path: (c + "/export"), hex: $tar},
		{path: "/events", text: ""},
		{path: "/images/*/history", json: []},
		{method: "POST", path: "/containers/create", status: 201,
		 json: {Id: ("b" * 64)}},
		{method: "DELETE", path: ("/containers/" + "b" * 64), status: 204},
		{path: ("/containers/" + "b" * 64 + "/export"), hex: $tar}]}' \
		>"$T/sample/script.json" || return
	python3 "$IR_SRCDIR/tests/scripted-engine.py" --unix "$T/sample/sock" \
		"$T/sample/script.json" >"$T/sample/ready" &
	server=$!
	until [ -s "$T/sample/ready" ]; do sleep 0.05; done
	(
		export DOCKER_HOST=unix://$T/sample/sock
		IR_BUNDLE=$(ir open -q -d "$1" INC-1) &&
			export IR_BUNDLE && ir capture -q web >/dev/null &&
			ir seal -q >/dev/null && ir verify -q "$IR_BUNDLE" >/dev/null
	)
	status=$?
	kill $server
	wait $server 2>/dev/null
	rm -rf "$T/sample/sock" "$T/sample/ready" "$T/sample/tree" \
		"$T/sample/script.json" "$T/sample/hex" "$T/sample/tar"
	return $status
}
