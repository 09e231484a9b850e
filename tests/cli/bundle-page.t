#!/bin/bash
# SPDX-License-Identifier: ISC
#
# How to check a bundle by hand stands in the bundle's VERIFY.txt and in
# ir-bundle(5): the commands are the same, those that another test runs.
. "${IR_SRCDIR:=.}/tests/tap.sh"

command -v ir-open >/dev/null || skip_all "ir-open is not built"
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f id
run ir-open -q -H unix:///nonexistent -k id CASE-1
code_is 0 "a bundle without an engine"
err_has "not recorded" "which is said"

sed -n 's/^    //p' "$out/VERIFY.txt" >bundle.txt
sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$IR_SRCDIR/ir/ir-bundle.5" |
	sed -n '/^\.Bd/,/^\.Ed/{/^\.[BE]d/d;s/^\\&//;s/\\e/\\/g;p;}' >page.txt
ok "there are commands" test "$(wc -l <bundle.txt)" -gt 20
run diff bundle.txt page.txt
code_is 0 "the page has the same"

done_testing
