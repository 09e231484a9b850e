# shellcheck shell=bash
# SPDX-License-Identifier: ISC
#
# What must be so of a bundle whose writer was killed; for tests that kill one,
# after tests/tap.sh:
#
#	kill_seed		prints the seed of all that is random here;
#				IR_KILL_SEED=that repeats it, as far as the
#				machine runs at the same speed
#	kill_random MAX		fills $delay with some seconds, at most MAX,
#				every other time very few
#	kill_check BUNDLE WHAT	0 if everything holds, else says what does not
#
# Long mode: IR_LONG=1.

kill_seed()
{
	: "${IR_KILL_SEED:=$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}"
	RANDOM=$IR_KILL_SEED
	diag "IR_KILL_SEED=$IR_KILL_SEED"
}

kill_random()
{
	local ms=$((RANDOM % $1))

	[ $((RANDOM % 2)) = 0 ] || ms=$((ms % 50))
	delay=$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))
}

# What a bundle's journals themselves say is proven, by none of our code: for
# each file how many bytes, in lines before the last mark or end that is signed.
kill_proven()
{
	local j

	for j in "$1"/journal/*.jsonl; do
		[ -e "$j" ] || continue
		[ -n "$(tail -c 1 "$j")" ] && sed '$d' "$j" || cat "$j"
	done | jq -n 'reduce inputs as $l ({total: {}, now: {}, proven: {}};
		($l.part // "\($l.path).part") as $part |
		if $l.ev == "run" then
			{total: (.total + .proven), now: {}, proven: {}}
		elif $l.ev == "chunk" then
			.now[$part] = {bytes: ($l.offset + $l.length)}
		elif $l.ev == "stream-close" and $l.end == "gap" then
			.now[$part] = {bytes: $l.size}
		elif $l.ev == "stream-close" then
			del(.now[$part]) | .now[$l.path] = {bytes: $l.size, $part}
		elif $l.ev == "mark" or $l.ev == "end" then .due = .now
		elif $l.ev == "sig" and .due then .proven = .due | .due = null
		else . end) | .total + .proven'
}

# FILE BYTES SHA256 on each line: the file itself must agree.
kill_bytes()
{
	local file bytes sha

	while read -r file bytes sha; do
		[ "$(stat -c %s "$1/$file")" -ge "$bytes" ] &&
			[ "$(head -c "$bytes" "$1/$file" | sha256sum |
				cut -c1-64)" = "$sha" ] ||
			{ diag "$file: its first $bytes bytes are others"; return 1; }
	done
}

kill_check()
{
	local report=$T/kill.json

	ir verify -q --json -s "$T/signers" "$1" >"$report" 2>"$T/kill.err"
	code=$?
	if [ $code != 12 ] || jq -e '.findings[] | select(.verdict |
		IN("CHAIN", "SIGNATURE", "HOSTILE", "CONTENT", "UNTRUSTED"))' \
		"$report" >/dev/null; then
		diag "$2: exit code $code: $(cat "$T/kill.err")"
		diag "$(jq -c '.findings[]' "$report")"
		return 1
	fi
	jq -r '.summary | (.proven + .attested)[] |
		"\(.file) \(.bytes) \(.sha256)"' "$report" >"$T/kill.files"
	kill_bytes "$1" <"$T/kill.files" || return 1
	# Neither more nor less is proven than was signed.
	kill_proven "$1" >"$T/kill.marks"
	jq -n --slurpfile marks "$T/kill.marks" --slurpfile report "$report" '
		([$report[0].summary.proven[] |
			{key: .file, value: .bytes}] | from_entries) as $p |
		$marks[0] | [to_entries[] | select(.value.bytes !=
			($p[.key] // $p[.value.part // ""]))] +
		if length == ($p | length) then [] else [$p] end |
		.[]' >"$T/kill.diff" 2>&1
	[ ! -s "$T/kill.diff" ] || {
		diag "$2: signed, and not what is proven:"
		diag "$(cat "$T/kill.diff")"
		return 1
	}
}
