#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Playbooks are valid JSON.
. "${IR_SRCDIR:=.}/tests/tap.sh"

require jq
cd "$IR_SRCDIR" || exit 99
mapfile -t files < <(find playbooks -name '*.json' | sort)
[ ${#files[@]} -gt 0 ] || skip_all "there are no playbooks yet"

for f in "${files[@]}"; do
	run jq -e 'type == "object"' "$f"
	code_is 0 "$f is a JSON object"
done

done_testing
