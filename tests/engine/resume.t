#!/bin/bash
# SPDX-License-Identifier: ISC
#
# A capture that is killed, on a real engine: the next one goes on with it.  What
# was finished is not touched, what was torn is kept and taken again.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq ssh-keygen

engine_start
engine_image bb
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
echo "alice@lab $(cut -d' ' -f1,2 "$T/id.pub")" >"$T/signers"
export IR_KEY=$T/id IR_ALLOWED_SIGNERS=$T/signers

# With enough in it to be killed in the midst of.
docker run -d --name web bb sh -c '
	dd if=/dev/zero of=/blob bs=1M count=300 2>/dev/null; exec sleep 1000' \
	>/dev/null
until docker exec web sh -c 'pidof sleep' >/dev/null 2>&1; do sleep 0.2; done
id=$(docker inspect -f '{{.Id}}' web)
c=data/containers/$id tree=data/containers/$id/filesystem.tar

opened()
{
	rm -rf "$T/case" && mkdir "$T/case" && cd "$T/case" &&
		IR_BUNDLE=$T/case/$(ir open INC-1 2>/dev/null) &&
		export IR_BUNDLE
}
status()
{
	docker inspect -f '{{.State.Status}}' web
}
journal()
{
	cat "$IR_BUNDLE/journal/$1-"*.jsonl
}
# killed NNNN SIGNAL: a capture, with that number, is killed when some of the
# tree is attested.
killed()
{
	local pid

	env --default-signal=INT ir capture --method=api web >"$T/out" 2>"$T/err" &
	pid=$!
	until grep '"ev":"chunk"' "$IR_BUNDLE/journal/$1-ir-capture.jsonl" |
		grep -q filesystem.tar ||
	    ! kill -0 $pid
	do
		sleep 0.02
	done 2>/dev/null
	kill "-$2" $pid
	wait $pid 2>/dev/null
	code=$?
	out=$(<"$T/out") err=$(<"$T/err") ran="ir capture web, with SIG$2"
}
# What a file is, to the last bit of its inode.
state_of()
{
	(cd "$IR_BUNDLE" && stat -c '%n %i %s %y' "$@" && sha256sum "$@")
}
finished()
{
	(cd "$IR_BUNDLE" && find data -type f ! -name '*.part' | sort)
}

opened
killed 0001 KILL
code_is 137 "a capture is killed"
is "$(status)" paused "the container stays paused"
no_file "$IR_BUNDLE/$tree" "the tree is not whole"
mapfile -t files < <(finished)
ok "some files are" test "${#files[@]}" -ge 7
before=$(state_of "${files[@]}")
torn=$(state_of "$tree.part")
proven=$(journal 0001 | jq -s 'map(select(.ev == "chunk" and
	(.path | endswith("filesystem.tar")))) | last |
	.offset + .length')

run ir capture --method=api web
code_is 0 "the next one goes on with it"
err_has "the capture of run 1 was cut off"
err_has "${#files[@]} of its files"
err_has "paused since run 1" "it says why it thaws"
for k in engine inspect top stats events logs changes; do
	like "$out" "kept +$k +from run 1" "$k is kept"
done
like "$out" "collected +filesystem" "the tree is taken again"
like "$out" "collected +image" "the image is taken"
is "$(status)" running "the container is thawed, as the first would have"
is "$(state_of "${files[@]}")" "$before" "what was finished was not touched"
is "$(state_of "$tree.part")" "$torn" "what was torn was not, either"
is "$(tar -tf "$IR_BUNDLE/$tree" blob)" blob "the tree is whole"
no_file "$IR_BUNDLE/$c/run-0002" "in the place of the first"
is "$(journal 0002 | jq -r 'select(.ev == "capture").resumes')" 1 "journaled"
is "$(journal 0002 | jq -r 'select(.ev == "torn").size')" \
	"$(stat -c %s "$IR_BUNDLE/$tree.part")" "with what was found"
is "$(journal 0002 | jq -r 'select(.ev == "stream-close" and
	(.path | endswith("containers/'"$id"'/filesystem.tar"))).part')" \
	"$tree.0002.part" "and how it was called meanwhile"
run ir verify "$IR_BUNDLE"
code_is 12 "it verifies, unsealed"
out_hasnt "MISSING"
run ir seal
code_is 0 "it is sealed, complete"
like "$out" "cut short .*/filesystem.tar.part: kept, and taken again by run 2"
like "$out" "cut short journal/0001-ir-capture.jsonl: run 2 went on"
run ir verify "$IR_BUNDLE"
code_is 0 "and VALID"
like "$out" "filesystem.tar.part.* $proven of its [0-9]+ bytes are attested; run 2 took" \
	"the torn one is told, to the byte"
like "$out" "run 2 went on with it and came to its end"
out_has "container ${id:0:12}: unpaused" "so is the thawing"
run cat "$IR_BUNDLE/data/completeness.json"
json_is '.resumed[0] | "\(.run) \(.by)"' "1 2"
json_is '.interrupted | length' 0
json_is '.gaps[0].taken_again' 2
json_is '[.ledger[] | select(.why == "kept from run 1")] | length >= 7' true

run ir export -o "$T/out.tar"
run ir verify "$T/out.tar"
code_is 0 "so is a tar of it"
out_has "run 2 took"
rm -f "$T/out.tar"
run ir capture --method=api web
code_is 73 "nothing goes on with a sealed one"
sed -n 's/^    //p' "$IR_BUNDLE/VERIFY.txt" >"$T/commands"
cd "$IR_BUNDLE" || exit 1
AS=$T/signers run bash "$T/commands"
cd "$T" || exit 1
code_is 0 "by hand"
out_hasnt BROKEN
out_hasnt FAILED
out_has "attested: the first $proven bytes of $tree.part"

# Killed again while it goes on; and while it read the image, so that there is
# a container that it had made for that.
opened
uuid=$(jq -r .bundle "$IR_BUNDLE/custody/0000-open.json")
killed 0001 KILL
docker create --label ir-tools.baseline="$uuid/0001" --name left bb true \
	>/dev/null
docker create --label ir-tools.baseline="$uuid/0003" --name others bb true \
	>/dev/null
mapfile -t files < <(finished)
before=$(state_of "${files[@]}")
killed 0002 KILL
code_is 137 "the second is killed, too"
ok "it has left a part of its own" test -s "$IR_BUNDLE/$tree.0002.part"
torn=$(state_of "$tree.part" "$tree.0002.part")
is "$(status)" paused "and the container paused"
is "$(docker ps -aqf name=left)" "" "what the first made on the engine is gone"
is "$(docker ps -aqf name=others | wc -l)" 1 "what another made is not"
docker rm others >/dev/null
run ir capture --method=api --json web
code_is 0 "a third goes on with both"
json_is .resumes 2
json_is '.ledger[] | select(.collector == "inspect").kept' 1
json_is '.ledger[] | select(.collector == "filesystem").kept' null
is "$(status)" running "and thaws it"
is "$(state_of "${files[@]}")" "$before" "what was finished was not touched"
is "$(state_of "$tree.part" "$tree.0002.part")" "$torn" "nor what was torn"
cp -a "$IR_BUNDLE" "$T/spoilt"
run ir seal
code_is 0 "it is sealed, complete"
run ir verify "$IR_BUNDLE"
code_is 0 "and VALID"
run cat "$IR_BUNDLE/data/completeness.json"
json_is '[.resumed[] | "\(.run) \(.by)"] | join(", ")' "1 3, 2 3"
json_is '[.gaps[].taken_again] | unique | tostring' '[3]'
echo more >>"$T/spoilt/$tree.0002.part"
run ir seal -b "$T/spoilt"
code_is 65 "a torn part that grew since stops the sealing"
err_has "when run 3 left it as it was"
echo more >>"$T/spoilt/$tree.0001.part"
mv "$IR_BUNDLE/$tree.0002.part" "$T/spoilt/$tree.0002.part"
run ir seal -b "$T/spoilt"
code_is 65 "so does one that nobody tells of"
err_has "no journal says that it was left there"
rm -rf "$T/spoilt"

# After a signal that it could act on, it goes on, too.
opened
killed 0001 INT
code_is 130 "a capture is interrupted"
is "$(status)" running "the container is thawed"
run ir capture --method=api web
code_is 0 "the next one goes on with it"
err_has "ran on since then"
like "$out" "kept +inspect +from run 1"
run ir seal
code_is 0 "it is sealed, complete"
run ir verify "$IR_BUNDLE"
code_is 0 "and VALID"

# Something happened to a file in between.
opened
killed 0001 KILL
chmod u+w "$IR_BUNDLE/$c/inspect.json"
echo ' ' >>"$IR_BUNDLE/$c/inspect.json"
run ir capture --method=api web
code_is 0 "a file was changed in between: all is taken anew"
like "$err" "run 1 is not gone on with.*inspect.json: was modified" "it says which"
ok "beside the first" test -s "$IR_BUNDLE/$c/run-0002/filesystem.tar"
hasnt_kept=$out
unlike "$hasnt_kept" "kept +" "nothing is kept"
is "$(status)" running "and thawed all the same"

# Asked to take all anew; and then there is nothing to go on with any more.
opened
killed 0001 KILL
run ir capture --method=api --fresh web
code_is 0 "--fresh"
ok "takes all anew" test -s "$IR_BUNDLE/$c/run-0002/filesystem.tar"
unlike "$out" "kept +"
is "$(status)" running "thawed"
run ir capture --method=api web
code_is 0
ok "a finished one is not gone on with" \
	test -s "$IR_BUNDLE/$c/run-0003/filesystem.tar"
run ir seal
code_is 10 "what was cut off for good is incomplete"

# Who pauses by hand wants it paused.
opened
killed 0001 KILL
run ir pause web
out_has "already paused"
run ir capture --method=api web
code_is 0 "the responder paused it in between"
is "$(status)" paused "it stays so"
run ir pause --undo web
opened
run ir pause web
killed 0002 KILL
run ir capture --method=api web
code_is 0 "the responder had paused it before"
is "$(status)" paused "it stays so"
run ir pause --undo web
is "$(status)" running

# One that lives is not taken for dead.
opened
env --default-signal=INT ir capture --method=api web >/dev/null 2>&1 &
pid=$!
until [ -s "$IR_BUNDLE/$tree.part" ]; do sleep 0.02; done
kill -STOP $pid
run ir capture --method=api web
code_is 0 "a second capture, while the first one lives"
ok "takes all for itself" test -s "$IR_BUNDLE/$c/run-0002/filesystem.tar"
err_has "is paused already"
kill -CONT $pid
ok "and the first one goes on" wait $pid
ok "to its end" test -s "$IR_BUNDLE/$tree"
run ir seal
code_is 0 "both are whole"
run ir verify "$IR_BUNDLE"
code_is 0

# Without a key.
IR_KEY='' HOME=$T/nobody opened
killed 0001 KILL
IR_KEY='' HOME=$T/nobody run ir capture --method=api web
code_is 0 "without a key"
like "$out" "kept +inspect +from run 1"
is "$(status)" running

# A journal that points elsewhere is not followed.
for to in data/../../../../../tmp/out /tmp/out data/actions data/containers/x; do
	opened
	killed 0001 KILL
	j=$(echo "$IR_BUNDLE"/journal/0001-*)
	python3 - "$j" "$to" <<'EOT'
import hashlib, json, sys
path, to = sys.argv[1:]
lines = open(path, "rb").read().splitlines()
prev, out = None, b""
for raw in lines:
    try:
        line = json.loads(raw)
    except ValueError:
        break
    if line["ev"] == "capture":
        line["dir"] = to
    if prev is not None:
        line["prev"] = prev
    raw = json.dumps(line, separators=(",", ":")).encode() + b"\n"
    prev = hashlib.sha256(raw).hexdigest()
    out += raw
open(path, "wb").write(out)
EOT
	run ir capture --method=api web
	code_is 0 "a capture whose journal says $to is not gone on with"
	unlike "$out" "kept +" "nothing is kept"
	err_has "all is taken anew"
	no_file /tmp/out
	docker unpause web >/dev/null 2>&1
done

# The container is gone.
opened
killed 0001 KILL
docker rm -f web >/dev/null
run ir capture --method=api web
code_is 66 "the container is gone"
err_has "no such container"
err_has "the capture of web in run 1 was cut off and cannot be gone on with"
run ir seal
code_is 10 "what there is can be sealed"
run ir verify "$IR_BUNDLE"
code_is 10 "as INCOMPLETE"

done_testing
