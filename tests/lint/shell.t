#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Every script: shellcheck finds nothing, the licence is there.
. "${IR_SRCDIR:=.}/tests/tap.sh"

require shellcheck
cd "$IR_SRCDIR" || exit 99
mapfile -t files < <(
	{
		echo autogen.sh
		echo .ci/run
		echo ir/ir.bash
		find tests -name build-aux -prune -o -name '*.sh' -print \
			-o -name '*.t' -print
		grep -rlE --exclude-dir=build-aux '^#!.*[ /](ba|da)?sh' \
			tests playbooks
	} | sort -u
)
ok "there are scripts to look at (${#files[@]})" test ${#files[@]} -gt 5

for f in "${files[@]}"; do
	run shellcheck -S warning -e SC2154,SC2034 "$f"
	code_is 0 "$f"
done
is "$(grep -L 'SPDX-License-Identifier: ISC' "${files[@]}")" "" \
	"each has its licence"

echo 'rm -rf $1/*; cd $x; y=`ls`; for i in $(ls); do [ $i == a ]; done' \
	>"$T/bad.sh"
run shellcheck -S warning -s sh "$T/bad.sh"
code_is 1 "would notice"

done_testing
