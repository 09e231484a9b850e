#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Trusted time: getting a time-stamp from an authority on loopback, all that can
# go wrong there, and what openssl(1) says of what was kept.
. "${IR_SRCDIR:=.}/tests/tap.sh"
require openssl python3 ssh-keygen jq

ok "an authority" python3 "$IR_SRCDIR/tests/tsa.py" init "$T/tsa" 2>/dev/null
coproc TSA {
	exec python3 "$IR_SRCDIR/tests/tsa.py" serve "$T/tsa" --log "$T/log"
}
at_exit eval "kill $TSA_PID 2>/dev/null"
read -r _ tsa <&"${TSA[0]}"
like "$tsa" '^http://127.0.0.1:[0-9]+$' "it listens"

ssh-keygen -q -t ed25519 -N '' -C alice@lab -f id
echo "alice@lab $(cat id.pub)" >signers
export IR_KEY=$T/id IR_ALLOWED_SIGNERS=$T/signers
export DOCKER_HOST=unix:///nonexistent
seal=custody/0001-seal.json

# bundle: a new one, open, in $b.
bundle()
{
	rm -rf work && mkdir work && cd work || exit 1
	b=$T/work/$(ir open -q INC-1 2>/dev/null)
	cd "$T" || exit 1
	[ -e "$b/.open" ]
}

# openssl_says FILE: of the token over FILE.
openssl_says()
{
	openssl ts -verify -data "$1" -in "$1.tsr" -CAfile tsa/ca.pem \
		>/dev/null 2>&1
}

# A good one.
ok "a bundle" bundle
run ir seal -b "$b" --tsa "$tsa/ts"
code_is 0 "sealed, with a time-stamp"
like "$out" "time      20[0-9-]+T[0-9:]+Z, says CN = Test tsa, O = Tests"
like "$(cat log)" '^POST /ts application/timestamp-query [0-9]+$' "one request"
ok "openssl takes it" openssl_says "$b/$seal.sig"
is "$(ls -A "$b/custody")" "0000-open.json
0000-open.json.sig
0001-seal.json
0001-seal.json.sig
0001-seal.json.sig.tsr" "one file more, nothing left over"
run ir verify "$b"
code_is 0 "VALID"

bundle
run env IR_TSA="$tsa/below" ir seal --json -q -b "$b"
code_is 0 "IR_TSA"
json_is .stamp.authority "CN = Test below, O = Tests"
json_is .stamp.file "$seal.sig.tsr"
json_is .stamp.accuracy_ms 0
json_is '.stamp.time | test("^20.*000000Z$")' true
err_lines 0
ok "openssl takes it" openssl_says "$b/$seal.sig"
bundle
run env IR_TSA="$tsa/ts" ir seal --json --tsa '' -b "$b"
code_is 0 "an empty --tsa asks nobody"
json_is .stamp null
no_file "$b/$seal.sig.tsr"

# When it opens.
rm -rf work && mkdir work && cd work || exit 1
run ir open --json -q --tsa "$tsa/ts" INC-1
code_is 0 "opened, with a time-stamp"
json_is .stamp.file custody/0000-open.json.sig.tsr
b=$T/work/$(jq -r .bundle "$T/out")
cd "$T" || exit 1
run ir seal -b "$b" --tsa "$tsa/ec"
code_is 0 "which stands when it is sealed, with another"
ok "openssl takes the first" openssl_says "$b/custody/0000-open.json.sig"
ok "and the second" openssl_says "$b/$seal.sig"
ok "the seal covers the first" \
	grep -q ' custody/0000-open.json.sig.tsr$' "$b/tagmanifest-sha256.txt"
run ir verify "$b"
code_is 0 "VALID"
rm "$b/custody/0000-open.json.sig.tsr"
run ir verify "$b"
code_is 20 "its removal is noticed"
rm -rf work && mkdir work && cd work || exit 1
run ir open --tsa "$tsa/refuse" INC-1
code_is 10 "opened, without one"
ok "it is open" test -e "$out/.open"
err_has "get it soon, after ir seal: ir custody stamp 0 --tsa URL"
run ir open -q --tsa "$tsa/ts" INC-3
code_is 0 "opened for a script"
ok "which gets the bundle, and nothing else" test -e "$out/.open"
run ir open --tsa "$tsa/ts" INC-4
err_has "says CN = Test tsa" "a person is told the time"
run env -u IR_KEY ir open --tsa "$tsa/ts" INC-2
code_is 0 "no key, no signature, nothing to stamp"
cd "$T" || exit 1

# The seal stands, whatever the authority does.
# refuses PATH WORDS...
refuses()
{
	local path=$1 w

	shift
	bundle
	run ir seal -b "$b" --tsa "$tsa/$path"
	code_is 10 "$path: sealed, without a time-stamp"
	for w; do err_has "$w" "$path: $w"; done
	err_has "custody/0001-seal.json stands without one" "$path: what to do"
	err_has "get it soon with: ir custody stamp 1 --tsa URL" "$path: which"
	is "$(cd "$b" && echo .open custody/*)" ".open custody/0000-open.json \
custody/0000-open.json.sig custody/0001-seal.json \
custody/0001-seal.json.sig" "$path: nothing was kept" ||
		ls "$b/custody"
	ir verify -q "$b" >/dev/null
	is "$?" 0 "$path: VALID"
}

refuses refuse "refused (status 2): it has no time at the moment" \
	'closed on \x1b[31mSundays'
refuses badalg "does not take that hash algorithm"
refuses other-bytes "not over the bytes that were asked for"
refuses other-nonce "not the nonce of the request"
refuses no-nonce "not the nonce of the request"
refuses garbage "this is no time-stamp"
refuses empty "this is no time-stamp"
refuses truncated "this is no time-stamp"
refuses trailing "1 bytes stand after the end"
refuses html "sent text/html, not application/timestamp-reply"
refuses 404 "HTTP status 404"
refuses 500 "HTTP status 500"
refuses huge "more than 65536 bytes"
refuses cut "broke off in the middle"
refuses close "closed the connection without an answer"
refuses noeku "certificate purpose"
refuses 'tsa?no-ess' "not a proper one of CN = Test tsa"
refuses 'tsa?no-certs' "does not hold its signer's certificate"
refuses 'tsa?critical' "critical extension"
refuses old "certificate has expired"
refuses small "too weak"

bundle
run ir seal -b "$b" --tsa "$tsa/mislabelled"
code_is 0 "a time-stamp that is one, under another label"
for path in stall drip; do
	bundle
	SECONDS=0
	: >log
	run ir seal -b "$b" --tsa "$tsa/$path"
	code_is 10 "$path"
	err_has "did not answer POST /$path within 15 s"
	ok "$path: it took $SECONDS s" test "$SECONDS" -le 25
done
bundle
SECONDS=0
: >log
ir seal -b "$b" --tsa "$tsa/stall" >/dev/null 2>&1 &
until grep -q '^POST /stall' log && [ -e "$b/$seal.sig" ]; do sleep 0.1; done
kill -TERM $!
wait $!
is $? 130 "interrupted"
ok "at once ($SECONDS s)" test "$SECONDS" -le 10
ok "the seal stands" test -e "$b/$seal.sig"
no_file "$b/.open"

# TLS, by somebody whom the system does not know.
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -keyout k \
	-out c -days 2 2>/dev/null
coproc TLS { exec python3 "$IR_SRCDIR/tests/scripted-engine.py" --cert c \
	--key k ok; }
pid=$TLS_PID
at_exit eval "kill $pid 2>/dev/null"
read -r _ tls <&"${TLS[0]}"
bundle
run ir seal -b "$b" --tsa "https://localhost:${tls##*:}/"
code_is 10 "https"
err_has "its certificate is not from that authority"

# Nobody there.
kill "$pid"
wait "$pid" 2>/dev/null
bundle
run ir seal -b "$b" --tsa "http://127.0.0.1:${tls##*:}/"
code_is 10 "nobody listens"
err_has "no time-stamping authority at http://127.0.0.1:${tls##*:}"

# No URL: before anything is done.
bundle
for url in ftp://a/ http:// https://u:p@a/ 'http://a/ b'; do
	run ir seal -b "$b" --tsa "$url"
	code_is 64 "$url"
	err_lines 1
done
run env IR_TSA=x ir seal -b "$b"
code_is 64 "IR_TSA=x"
ok "still open" test -e "$b/.open"

# The clock was set back since: as if it had been opened tomorrow.
tomorrow=$(date -u -d '+1 day' +%Y-%m-%dT%H:%M:%S.000000Z)
jq -c ".time = \"$tomorrow\"" "$b/custody/0000-open.json" >new
mv new "$b/custody/0000-open.json"
rm "$b/custody/0000-open.json.sig"
ssh-keygen -q -Y sign -f id -n custody.v1@ir-tools \
	"$b/custody/0000-open.json" 2>/dev/null
run ir seal -b "$b"
code_is 65 "a clock that was set back"
err_lines 1
err_has "not sealed: the clock says 20"
err_has "of $tomorrow"
ok "still open" test -e "$b/.open"
no_file "$b/$seal"
run ir seal -b "$b" --any-clock
code_is 0 "who insists may"
run ir verify "$b"
code_is 13 "and gets what was promised"
out_has "is of an earlier time than the act before it"

# Reading.  Here is a sealed bundle, and its token is made as one likes.
bundle
ir seal -q -b "$b" >/dev/null
unset IR_TSA_CA

# token OPTION...: over the seal's signature.
token()
{
	python3 "$IR_SRCDIR/tests/tsa.py" token tsa "$b/$seal.sig.tsr" \
		"$b/$seal.sig" "$@"
}

# at WHEN: for --time
at()
{
	date -u -d "$1" +%Y%m%d%H%M%SZ
}

# verify CODE OPTION...: by the roots of ours; everything that it prints.
verify()
{
	local want=$1

	shift
	run ir verify --tsa-ca tsa/ca.pem "$@" "$b"
	code_is "$want" "$want: ${*:-no option}"
}

verify 0
verify 13 --require-timestamp
out_has "TIME        $seal: has no time-stamp, which you require"
token --accuracy 1
verify 0 --require-timestamp
out_has "NOTE        $seal.sig.tsr: the act existed at 20"
out_has "000000Z, says CN = Test tsa, O = Tests"
like "$out" "existed     $seal at 20[0-9-]+T[0-9:]+Z, says CN = Test tsa"
verify 0 --json
json_is '.summary.stamps | length' 1
json_is .summary.stamps[0].act "$seal"
json_is .summary.stamps[0].vouched true
json_is .summary.stamps[0].accuracy_ms 1000
json_is .summary.stamps[0].authority "CN = Test tsa, O = Tests"
run env IR_TSA_CA=tsa/ca.pem ir verify --require-timestamp "$b"
code_is 0 "IR_TSA_CA"
run ir verify --tsa-ca none "$b"
code_is 66 "no such roots"
run ir verify --tsa-ca tsa/ca.key "$b"
code_is 65 "no certificate in it"

# By hand.
sed -n 's/^    //p' "$b/VERIFY.txt" >commands
run bash -c "cd '$b' && AS=$T/signers CA=$T/tsa/ca.pem && . $T/commands"
out_has "
$seal.sig.tsr: $(date -u +%b)" "by hand: the time"
out_has "
Verification: OK" "by hand: the time-stamp"
out_hasnt BROKEN
is "$(grep -c . "$T/err")" 0 "and nothing to complain of"
run bash -c "cd '$b' && AS=$T/signers CA=$T/tsa/other.pem && . $T/commands"
out_has "BROKEN $seal.sig.tsr" "by hand: another root"

# Nobody vouches.
run ir verify "$b"
code_is 0 "no roots"
out_has "NOTE        $seal.sig.tsr: names the time 20"
out_has "but that proves nothing yet: no roots were given to judge CN = Test tsa"
out_hasnt "existed  "
run ir verify --json --tsa-ca tsa/other.pem "$b"
code_is 0 "another root"
json_is .summary.stamps[0].vouched false
json_is '.findings[] | select(.verdict == "NOTE") | .what |
	test("none of your roots vouches for CN = Test tsa")' true
run ir verify --require-timestamp "$b"
code_is 13 "no roots, and one is required"
run ir verify --require-timestamp --tsa-ca tsa/other.pem "$b"
code_is 13 "another root, and one is required"
token --signer below
verify 0 --require-timestamp
token --signer strange
verify 13 --require-timestamp

# Times.
token --time "$(at '-4 minutes')"
verify 0 --require-timestamp
token --time "$(at '-6 minutes')"
verify 13
out_has "TIME        $seal: says that it was made at 20"
out_has "seconds before: the clock was wrong"
run ir verify "$b"
code_is 0 "which nobody says whom you believe"
token --time "$(at '-6 minutes')" --accuracy 120
verify 0 --require-timestamp
token --time "$(at '+9 minutes')"
verify 0 --require-timestamp
token --time "$(at '+12 minutes')"
verify 0
out_has "NOTE        $seal.sig.tsr: is of 7"
out_has "asked for late, or the act is backdated"
verify 13 --require-timestamp
token --time "$(at '+12 minutes')" --accuracy 180
verify 0 --require-timestamp

# The key, then.
key=$(cat id.pub)
put_signers()
{
	echo "alice@lab $1 $key" >signers
}
put_signers "valid-before=\"$(at '+1 day')\""
token
verify 0
token --time "$(at '+2 days')"
verify 13
out_has "TIME        $seal: is proven to have existed by 20"
out_has "only, when the key of alice@lab was not valid"
put_signers "valid-after=\"$(at '-2 minutes')\""
verify 0
token --time "$(at '-3 minutes')"
verify 13
out_has "when the key of alice@lab was not valid"
put_signers ''

# What is no token over this.
# spoilt WORDS: it is SIGNATURE, and openssl does not take it either.
spoilt()
{
	verify 21
	out_has "SIGNATURE   $seal.sig.tsr: $1"
	openssl_says "$b/$seal.sig" && fail "openssl takes it: $1"
}
python3 "$IR_SRCDIR/tests/tsa.py" token tsa "$b/$seal.sig.tsr" \
	"$b/custody/0000-open.json.sig"
spoilt "the time-stamp is over other bytes"
token --signer noeku
spoilt "the time-stamp is not a proper one of CN = Test noeku"
token --signer old
spoilt "the time-stamp is not a proper one of CN = Test old"
token --no-ess
spoilt "the time-stamp is not a proper one"
token --hash sha1
verify 21
out_has "hash is none of SHA-256, SHA-384 and SHA-512"
token && truncate -s -1 "$b/$seal.sig.tsr"
spoilt "this is no time-stamp"
token && printf x >>"$b/$seal.sig.tsr"
verify 21
out_has "1 bytes stand after the end of the time-stamp"
: >"$b/$seal.sig.tsr"
spoilt "this is no time-stamp"
head -c 2000 /dev/urandom >"$b/$seal.sig.tsr"
spoilt "this is no time-stamp"
head -c 70000 /dev/zero >"$b/$seal.sig.tsr"
spoilt "a time-stamp has at most 65536 bytes"
printf '0\0050\003\002\001\002' >"$b/$seal.sig.tsr"
spoilt "the time-stamping authority refused (status 2)"
rm "$b/$seal.sig.tsr" && ln -s /etc/passwd "$b/$seal.sig.tsr"
verify 30
rm "$b/$seal.sig.tsr"
cp id.pub "$b/custody/0005-note.json.sig.tsr"
verify 22
out_has "CHAIN       custody/0005-note.json.sig.tsr: what it is over is missing"
rm "$b/custody/0005-note.json.sig.tsr"
token && mv "$b/$seal.sig" away
verify 22
out_has "CHAIN       $seal.sig.tsr: what it is over is missing"
mv away "$b/$seal.sig"
verify 0

# Acts after the seal, and time-stamps later.
run ir custody release -b "$b" --to bob@lab --tsa "$tsa/ts" --json -q
code_is 0 "an act with a time-stamp"
json_is .stamp.file custody/0002-release.json.sig.tsr
run ir custody note -b "$b" --remarks x --tsa "$tsa/refuse"
code_is 10 "an act without"
err_has "custody/0003-note.json stands without one"
err_has "ir custody stamp 3 --tsa URL"
run ir custody note -b "$b" --remarks y
code_is 0 "an act without anybody asked for one"
for act in 0005-x.json 5 x custody/0001-seal.json.sig; do
	run ir custody stamp "$act" -b "$b" --tsa "$tsa/ts"
	code_is 66 "stamp $act"
	err_has "$act: is none of the acts"
done
run ir custody stamp 2 -b "$b" --tsa "$tsa/ts"
code_is 73 "it has one"
run ir custody stamp 3 -b "$b" --tsa "$tsa/refuse"
code_is 76 "refused"
err_lines 1
run ir custody stamp 3 -b "$b"
code_is 64 "whom to ask"
run ir custody note 3 -b "$b" --remarks z
code_is 64 "only stamp takes an act"
no_file "$b/custody/0003-note.json.sig.tsr"
run ir custody stamp 3 -b "$b" --tsa "$tsa/ts"
code_is 0 "by number"
ok "it is there" openssl_says "$b/custody/0003-note.json.sig"
run env -u IR_KEY ir custody stamp -b "$b" --json -q --tsa "$tsa/ts"
code_is 0 "the newest, and without a key"
json_is .stamp.file custody/0004-note.json.sig.tsr
run ir custody stamp 0000-open.json -b "$b" --tsa "$tsa/ts"
code_is 0 "by file"
out_has "says CN = Test tsa" "and the time is the answer"
verify 0 --require-timestamp --json
json_is '.summary.stamps | length' 5
run ir custody list -b "$b"
code_is 0 "the list is not disturbed"
sed -n 's/^    //p' "$b/VERIFY.txt" >commands
run bash -c "cd '$b' && AS=$T/signers CA=$T/tsa/ca.pem && . $T/commands"
is "$(grep -c '^Verification: OK' "$T/out")" 5 "by hand"
out_hasnt BROKEN

done_testing
