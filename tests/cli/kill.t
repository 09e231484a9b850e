#!/bin/bash
# SPDX-License-Identifier: ISC
#
# A writer is killed at random moments, several in one bundle; each time ir
# verify states exactly how many bytes of each file are proven.  14 kills, and
# 200 with IR_LONG=1; tests/kill.sh says how to repeat a failure.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/kill.sh"
require jq ssh-keygen

endless=$IR_BUILDDIR/tests/cli/endless
[ -x "$endless" ] || skip_all "tests/cli/endless is not built"
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f id
echo "alice@lab $(cut -d' ' -f1,2 id.pub)" >signers
kills=14
[ -z "${IR_LONG-}" ] || kills=200
kill_seed

# The one that is killed must not be reported by bash.
killed()
{
	"$endless" "$1" "$T/id" "$((IR_KILL_SEED + i))" 2>writer.err &
	pid=$!
	sleep "$delay"
	kill -9 $pid
	wait $pid 2>wait.err
	[ $? = 137 ]
}

i=0 bundle='' proven=0 attested=0
while [ $i -lt $kills ]; do
	if [ $((i % 4)) = 0 ]; then
		rm -rf -- "$bundle"
		run ir-open -q -H unix:///nonexistent -k id CASE-1
		bundle=$out
	fi
	i=$((i + 1))
	kill_random 1500
	ok "$i: killed after $delay s" killed "$bundle" || cat writer.err
	ok "$i: what is proven is so" kill_check "$bundle" "$i" || {
		mv "$bundle" "$IR_BUILDDIR/killed-$IR_KILL_SEED-$i"
		diag "it is kept as killed-$IR_KILL_SEED-$i where this was built"
		break
	}
	proven=$((proven + $(jq '.summary.proven | length' kill.json)))
	attested=$((attested + $(jq '.summary.attested | length' kill.json)))
done
diag "files: $proven times proven, $attested times attested only"
ok "something was proven" test "$proven" -gt 0

# The check itself must be able to fail.
run ir-open -q -H unix:///nonexistent -k id CASE-1
bundle=$out delay=1.500
ok "killed once more" killed "$bundle"
kill_check "$bundle" last
file=$(jq -r '.summary.proven[] | select(.bytes > 0).file' kill.json | head -n 1)
n=$(jq -r --arg f "$file" '.summary.proven[] | select(.file == $f).bytes' kill.json)
cp -a "$bundle/$file" kept
printf '\377\376' | dd of="$bundle/$file" bs=1 seek=$((n - 1)) count=1 \
	conv=notrunc status=none
cmp -s kept "$bundle/$file" &&
	printf '\376' | dd of="$bundle/$file" bs=1 seek=$((n - 1)) \
		conv=notrunc status=none
kill_check "$bundle" changed >diag.out
is $? 1 "a changed byte is seen"
like "$(cat diag.out)" CONTENT "and said"
cp -a kept "$bundle/$file"
ok "as it was" kill_check "$bundle" restored
sed -i '/"ev":"mark"/,$d' "$bundle"/journal/*
kill_check "$bundle" cut >diag.out
is $? 1 "a journal cut before its marks is seen"

done_testing
