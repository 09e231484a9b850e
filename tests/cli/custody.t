#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The life of a bundle after its seal, with the programs as they are run: who
# may do what, what stock tools say of it, and what is left when it fails.
. "${IR_SRCDIR:=.}/tests/tap.sh"
require ssh-keygen jq flock

for who in alice bob carol mallory; do
	ssh-keygen -q -t ed25519 -N '' -C $who@lab -f $who
	[ $who = mallory ] || echo "$who@lab $(cat $who.pub)" >>signers
done
export IR_ALLOWED_SIGNERS=$T/signers

# as WHO ARGUMENT...: ir custody, with a key of one's own.
as()
{
	local who=$1

	shift
	run ir custody -k "$T/$who" "$@"
}

# refused CODE WORDS WHAT: one line, and no act more.
refused()
{
	code_is "$1" "$3: refused"
	err_has "$2" "$3: says why"
	err_lines 1 "$3: one line"
	is "$(find "$dir/custody" -newer mark)" "" "$3: nothing is left"
}

# one SIGNED NAMESPACE WHO: ssh-keygen's word for a signature.
stock()
{
	ssh-keygen -q -Y verify -f "$T/signers" -I "$3" -n "$2" -s "$1.sig" <"$1"
}

# An open bundle is not for this.
mkdir work && cd work || exit 1
as alice list
code_is 66 "no bundle at all"
err_has "no sealed bundle here"
dir=$(ir open -q -H unix:///none -k ../alice CASE-1 2>/dev/null)
as alice list
code_is 66 "only an open bundle"
err_has "close the open one with ir seal"
as alice note --remarks x -b "$dir"
code_is 65 "an open bundle by name"
err_has "is not sealed"
is "$(ls "$dir/custody")" "$(printf '0000-open.json\n0000-open.json.sig')" \
	"which gets no act"
run ir seal -q -k ../alice
out_has "$dir: 1 file, " "one file is no \"1 files\""
run ir verify "$dir"
out_has "content     1 file, "
cp -r "$dir" "$T/sealed"
for where in . "$dir"; do
	cd "$where" || exit 1
	run ir seal -q -k "$T/alice"
	cd "$T/work" || exit 1
	code_is 73 "once more, in $where"
	err_has "is sealed already"
done
touch -d '1 second' mark

# What is wrong is said before anything is done.
while IFS='|' read -r args words; do
	touch -d '1 second' mark
	# shellcheck disable=SC2086 # several words
	as alice $args
	refused 64 "$words" "$args"
done <<'EOT'
|missing operand
steal|steal is none of the acts
list more|too many operands
release|release needs --to
release --to|--to needs a value
release --to=|release needs --to
release --to a,b|cannot be whom it is released to
release --to alice@lab|is you
release --to bob@lab --how x|--how is not for release
note|note needs --remarks
note --to bob@lab --remarks x|--to is not for note
access|access needs --why
dispose --why x|dispose needs --how
dispose --how x|dispose needs --why
receive --media x|--media is not for receive
list --output x|--output is not for list
copy|copy needs --to, --media or --file
copy --why x|copy needs --to, --media or --file
copy --media x --sha256 12|--sha256 is 64
key-compromise --key-of a@b|needs --since
key-compromise --since 2026-11-22|needs --fingerprint
key-compromise --since 22.11.26 --key-of a@b|is no time
key-compromise --since 2026-11-22 --fingerprint abc|is no fingerprint
stamp|stamp needs --tsa
note --remarks x --tsa ftp://x|
EOT

# From hand to hand.
as alice list
code_is 0 "list"
out_has "holder    alice@lab"
out_has "ir verify checks them"
as bob release --to carol@lab
refused 77 "alice@lab holds it, not bob@lab" "release by somebody else"
as bob receive
refused 77 "has not released it" "receive before the release"
as alice release --to bob@lab --why 'order 17/26' --json
code_is 0 "release"
json_is .seq 2
json_is .file custody/0002-release.json
json_is .head "$(sha256sum "$dir/custody/0002-release.json" | cut -c1-64)"
as alice list --json
json_is .holder alice@lab
json_is .in_transit bob@lab
json_is .verified false
json_is '.held[-1].in_transit' true
as alice list
out_has "in transit to bob@lab"
touch -d '1 second' mark
as carol receive
refused 77 "was released to bob@lab, not to carol@lab" "receive by another"
as alice release --to carol@lab
refused 77 "on its way to bob@lab" "release in transit"
unset IR_ALLOWED_SIGNERS
touch -d '1 second' mark
as bob receive
refused 64 "whom do you trust? name your allowed_signers with -s, or --cond" \
	"receive, trusting nobody"
as bob verify
refused 64 "whom do you trust? name your allowed_signers with -s" \
	"verify, trusting nobody"
cp -r "$dir" "$T/asis"
as bob receive --condition 'as it is' -b "$T/asis"
code_is 10 "who says in what state it is received may"
export IR_ALLOWED_SIGNERS=$T/signers
as bob receive --condition 'bag 7, seal unbroken' --name 'Bob B' --json
code_is 0 "receive"
json_is .verdict VALID
is "$(jq -c .verified.verdict,.verified.code,.verified.head \
	"$dir/custody/0003-receive.json" | tr '\n' ' ')" \
	"\"VALID\" 0 \"$(sha256sum "$dir/custody/0002-release.json" |
		cut -c1-64)\" " "what was verified is on record"
like "$(jq -r .verified.by "$dir/custody/0003-receive.json")" \
	'^ir-custody [0-9]' "and by what"
echo export >e.tar
as bob copy --to 'the defence' --media 'disk 9' --file e.tar
code_is 0 "copy"
is "$(jq -r '.file|"\(.name) \(.bytes) \(.sha256)"' \
	"$dir/custody/0004-copy.json")" \
	"e.tar 7 $(sha256sum <e.tar | cut -c1-64)" "the file is hashed"
as bob copy --file e.tar --sha256 "$(sha256sum </dev/null | cut -c1-64)"
code_is 65 "another hash than it has"
as bob copy --file none
code_is 66 "no such file"
as carol access --why 'expert opinion'
code_is 0 "access, by another"
as carol verify --json
code_is 0 "verify"
json_is .verdict VALID
cp -r "$dir" ./-
as carol verify --json -b -
code_is 0 "verify a directory that is called -, not standard input"
json_is .verdict VALID
json_is .bundle ./-
rm -rf ./-
run ir verify --json "$dir"
code_is 0 "all of it is VALID"
json_is .summary.holder bob@lab
json_is .summary.in_transit null
json_is '.summary.custody[3].verdict' VALID
json_is '[.summary.custody[].type]|join(" ")' \
	"open seal release receive copy access verify"
run ir verify "$dir"
out_has "holder      bob@lab"
out_has "receive by bob@lab, found VALID"

# By hand.
for f in "$dir"/custody/*.json; do
	ok "ssh-keygen: ${f##*/}" stock "$f" custody.v1@ir-tools \
		"$(jq -r .actor.id "$f")"
done

# Receipts.
as bob receipt
code_is 0 "receipt"
cp "$T/out" "$T/receipt"
head -n 1 "$T/receipt" >"$T/r" && tail -n +2 "$T/receipt" >"$T/r.sig"
cd "$T" || exit 1
ok "ssh-keygen: the receipt" stock r receipt.v1@ir-tools bob@lab
ok "no act's signature" eval '! stock r custody.v1@ir-tools bob@lab 2>/dev/null'
is "$(jq -r '"\(.seq) \(.type) \(.head)"' r)" "6 verify $(
	sha256sum work/"$dir"/custody/0006-verify.json | cut -c1-64)" \
	"what it says"
# As the page says.
sed -n '/^r=.(head -n 1 "$RECEIPT")/,/^\.Ed/{/^\.Ed/d;s/\\e/\\/g;p;}' \
	"$IR_SRCDIR/ir/ir-bundle.5" >page.sh
cd work/"$dir" || exit 1
there=$(find . | sort)
run env AS="$T/signers" RECEIPT="$T/receipt" bash "$T/page.sh"
code_is 0 "by hand, as ir-bundle(5) says"
out_has "custody/0006-verify.json: OK"
out_has 'Good "receipt.v1@ir-tools" signature for bob@lab'
is "$(find . | sort)" "$there" "which writes nothing into the bundle"
sed 1s/verify/access/ "$T/receipt" >"$T/bent"
run env AS="$T/signers" RECEIPT="$T/bent" bash "$T/page.sh"
unlike "$out" Good "by hand: an edited receipt"
cd .. || exit 1
as bob receipt -o "$T/receipt"
code_is 73 "a receipt overwrites nothing"
ok "nothing" test "$(head -n 1 "$T/receipt")" = "$(cat "$T/r")"
as bob receipt -o "$T/none/receipt"
code_is 66 "no such directory"
as bob receipt -o "$T/receipt2" --json
code_is 0 "into a file"
json_is .receipt.seq 6
as mallory receipt -o "$T/mallorys"
run ir verify --receipt "$T/receipt" "$dir"
code_is 0 "the receipt fits"
out_has "NOTE        receipt: of bob@lab"
run ir verify --receipt "$T/mallorys" "$dir"
code_is 11 "a receipt by somebody whom nobody trusts"
run ir verify --receipt "$T/none" "$dir"
code_is 66 "no receipt"
sed 1s/verify/access/ "$T/receipt" >"$T/edited"
run ir verify --receipt "$T/edited" "$dir"
code_is 21 "an edited receipt"
run ir verify --receipt "$T/receipt" "$T/sealed"
code_is 22 "rolled back to the seal"
out_has "rolled back to an earlier state, or this is an older copy"
run ir verify "$T/sealed"
code_is 0 "which nobody can tell without a receipt"
run ir verify --expect-head "$(jq -r .head "$T/r")" "$T/sealed"
code_is 22 "nor without a head"
run ir verify --expect-head "$(jq -r .head "$T/r")" "$dir"
code_is 0 "a head that is there"
run ir verify --expect-head 12 "$dir"
code_is 64 "no head"
run ir verify --expect-signer seal=alice@lab --expect-signer \
	receive=bob@lab "$dir"
code_is 0 "the expected signers"
run ir verify --expect-signer seal=alice@lab --expect-signer \
	receive=carol@lab "$dir"
code_is 21 "not the expected signer"
out_has "is by bob@lab, not by carol@lab as you expect"
run ir verify --expect-signer alice@lab "$dir"
code_is 64 "no expectation"

# Two copies go their own ways, and are put together again.
cp -r "$dir" "$T/a" && cp -r "$dir" "$T/b"
as alice note --remarks hers -q -b "$T/a"
as bob release --to carol@lab -q -b "$T/b"
run ir verify --receipt "$T/receipt" "$T/a"
code_is 0 "one holder's copy"
run ir verify --receipt "$T/receipt" "$T/b"
code_is 0 "the other's"
as bob receipt -b "$T/b" -o "$T/bobs"
run ir verify --receipt "$T/bobs" "$T/a"
code_is 22 "the receipt of one, the copy of the other"
out_has "forked or replaced"
cp "$T"/b/custody/0007* "$T/a/custody/"
run ir verify "$T/a"
code_is 22 "both together"
out_has "is a fork"
as alice list -b "$T/a"
code_is 65 "a fork can be listed"
out_has "0007"
err_has "fork"
as alice note --remarks x -b "$T/a"
code_is 65 "but not added to"
err_has "two people have each added"
as alice receipt -b "$T/a"
code_is 65 "and gets no receipt"

# What arrives spoilt.
as bob release --to carol@lab -q
code_is 0 "released again"
echo more >>"$dir/data/completeness.json"
touch -d '1 second' mark
as carol receive
refused 65 "say with --condition" "receive what was modified"
as carol receive --condition 'a file was modified'
code_is 10 "with a word for it"
out_has "verified  CONTENT"
is "$(jq -r '.condition + " " + .verified.verdict' \
	"$dir/custody/0008-receive.json")" "a file was modified CONTENT" \
	"which is on record"
sed -i '$d' "$dir/data/completeness.json"
run ir verify "$dir"
code_is 0 "made good"
ln -s x "$dir/data/x"
as carol release --to bob@lab -q
touch -d '1 second' mark
as bob receive --condition 'odd'
refused 65 "it is HOSTILE: data/x" "receive what is HOSTILE"
rm "$dir/data/x"
as alice receive -s /dev/null
code_is 77 "not hers"
as bob receive -s /dev/null
code_is 10 "nobody trusted"
err_has "UNTRUSTED"

# A lost key.
as carol key-compromise --key-of alice@lab --since 2099-01-01
code_is 0 "a key that will be lost"
run ir verify "$dir"
code_is 0 "harms nothing yet"
out_has "is not to be trusted from 2099"
as carol key-compromise --since 2020-01-01 --fingerprint \
	"$(ssh-keygen -lf "$T/alice.pub" | cut -d' ' -f2)"
run ir verify "$dir"
code_is 13 "a key that was lost before the seal"
out_has "TIME        custody/0001-seal.json: was signed at"

# An act without a signature: killed, or somebody else's.
cp -r "$T/sealed" "$T/half"
as alice note --remarks x -q -b "$T/half"
rm "$T/half/custody/0002-note.json.sig"
run ir verify "$T/half"
code_is 21 "half an act is SIGNATURE"
as alice note --remarks y -b "$T/half"
code_is 65 "none is put after it"
err_has "0002-note.json: is not signed"
err_lines 1
rm "$T/half/custody/0002-note.json"
as alice note --remarks y -q -b "$T/half"
run ir verify "$T/half"
code_is 0 "removed and done again"

# What people write does not reach the terminal as it is.
as alice note --remarks $'\e[2Jred\xe2\x80\xae\x9b' -q -b "$T/half"
as alice list -b "$T/half"
out_has '\x1b[2Jred\u{202e}' "escaped"
unlike "$out" $'\e' "no escape sequence"

# The end.
cp -r "$T/sealed" "$T/end"
as alice dispose --how 'disk shredded' --why 'order 40/27' -q -b "$T/end"
code_is 0 "dispose"
as alice release --to bob@lab -b "$T/end"
code_is 77 "no release after it"
err_has "disposed of"
as bob note --remarks 'witnessed' -q -b "$T/end"
code_is 0 "but a note"
as alice key-compromise --key-of bob@lab --since 2099-01-01 -q -b "$T/end"
code_is 0 "and a key that was lost"
as bob verify -b "$T/end"
code_is 77 "no more than that"
err_has "nothing but a note or a key-compromise"
run ir verify "$T/end"
code_is 0 "VALID to the end"
out_has "nobody: it was disposed of"

# Several at once: each has a number of its own.
cp -r "$T/sealed" "$T/many"
for who in alice bob carol; do
	for i in 1 2 3 4; do
		ir custody note -q -k "$T/$who" --remarks $i -b "$T/many" \
			>/dev/null 2>>many.err &
	done
done
wait
is "$(cat many.err)" "" "twelve at once"
is "$(find "$T/many/custody" -name '*-note.json' | wc -l)" 12 "twelve acts"
run ir verify "$T/many"
code_is 0 "one chain"
# Somebody holds the lock and does not end.
(
	flock 9
	timeout -s INT 1 ir custody note -k "$T/alice" --remarks x \
		-b "$T/many" >/dev/null 2>wait.err
	echo $? >wait.code
) 9<"$T/many"
like "$(cat wait.err)" "interrupted" "waiting can be interrupted"
is "$(find "$T/many/custody" -name '*-note.json' | wc -l)" 12 "no act"

# Killed at any moment, it is done or it is not.
cp -r "$T/sealed" "$T/kill"
bad=
for i in $(seq 20); do
	ir custody note -q -k "$T/alice" --remarks "$i" -b "$T/kill" \
		>/dev/null 2>&1 &
	pid=$!
	sleep "0.0$((RANDOM % 6))$((RANDOM % 10))"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	ir verify -q "$T/kill" >verify.out || bad+=$(cat verify.out)
done
is "$bad" "" "20 kills leave it VALID"
as alice note --remarks end -q -b "$T/kill"
code_is 0 "and it can be added to"

# With the time proven, at once or later.
if command -v python3 >/dev/null && command -v openssl >/dev/null; then
	python3 "$IR_SRCDIR/tests/tsa.py" init "$T/tsa" 2>/dev/null
	coproc TSA {
		exec python3 "$IR_SRCDIR/tests/tsa.py" serve "$T/tsa"
	}
	at_exit eval "kill $TSA_PID 2>/dev/null"
	read -r _ tsa <&"${TSA[0]}"
	cp -r "$T/sealed" "$T/timed"
	as alice note --remarks x --tsa "$tsa/ts" -b "$T/timed" --json
	code_is 0 "an act with a time-stamp"
	json_is .stamp.file custody/0002-note.json.sig.tsr
	as bob note --remarks x --tsa http://127.0.0.1:1/ts -b "$T/timed"
	code_is 10 "an authority that is not there"
	err_has "ir custody stamp"
	is "$(find "$T/timed/custody" -name '0003*' | wc -l)" 2 "the act stands"
	as bob stamp --tsa "$tsa/ts" -b "$T/timed"
	code_is 0 "and gets its time-stamp later"
	for f in "$T"/timed/custody/000[23]*.sig; do
		run openssl ts -verify -data "$f" -in "$f.tsr" \
			-CAfile "$T/tsa/ca.pem"
		code_is 0 "openssl: ${f##*/}"
	done
	as bob stamp --tsa "$tsa/ts" -b "$T/timed"
	code_is 73 "which it gets once"
	as alice note --remarks y -b "$T/timed"
	run ir verify "$T/timed"
	code_is 0 "VALID"
else
	skip "time-stamps" "needs python3 and openssl"
fi

# No room: nothing is left.
as_full()
{
	(
		trap '' XFSZ
		ulimit -f 0
		ir custody note -k "$T/alice" --remarks x -b "$1" 2>&1
		echo "code $?"
	) | cat
}
before=$(ls -A "$T/kill/custody")
full=$(as_full "$T/kill")
like "$full" 'code 74' "a full disk"
like "$full" 'File too large' "is said"
is "$(ls -A "$T/kill/custody")" "$before" "and leaves nothing"

# Somebody else's, and read-only.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null &&
	setpriv --reuid 65534 --clear-groups ir custody --version \
		>/dev/null 2>&1; then
	chmod 755 "$T" "$T/home" && cp -r "$T/sealed" "$T/other"
	chmod -R a+rX "$T/other" "$T/signers"
	cp "$T/bob" "$T/nobodys"
	chown 65534 "$T/nobodys"
	run setpriv --reuid 65534 --clear-groups ir custody note --remarks x \
		-k "$T/nobodys" -b "$T/other"
	code_is 77 "another user's bundle"
	err_has "belongs to another user (uid 0)"
	run setpriv --reuid 65534 --clear-groups ir custody list -b "$T/other"
	code_is 0 "can be listed"
else
	skip "another user's bundle" "needs root and setpriv"
fi

# Handed over as a file: released, exported, and left alone; the other goes on.
mkdir "$T/hers" "$T/his" && cp -r "$T/sealed" "$T/hers/$dir"
cd "$T/hers" || exit 1
run ir export -o ../copy.tar
err_has "as a copy: ir custody copy"
err_has "first ir custody release"
as alice release -q --to bob@lab
run ir export -o ../handed.tar
code_is 0 "an export of what is released"
err_has "released to bob@lab: record nothing more here"
unlike "$err" "ir custody copy" "and none of it as a copy"
cp -r "$dir" "$T/forked"
cd "$T/his" || exit 1
run ir import -q ../handed.tar
code_is 0 "import"
as bob receive -q
code_is 0 "received what was imported"
as bob receipt -o ../handed.receipt
cd "$T" || exit 1
run ir verify --receipt handed.receipt "his/$dir"
code_is 0 "his copy is the one that goes on"
run ir verify --receipt handed.receipt "hers/$dir"
code_is 22 "hers is older"
out_has "this is an older copy"
as alice copy -q -b "$T/forked" --to bob@lab
run ir verify --receipt handed.receipt forked
code_is 22 "what was added to hers is another history"
out_has "forked or replaced"

done_testing
