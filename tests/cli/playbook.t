#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The playbook: what CACAO 2.0 asks of one, and where its steps lead, walked
# with stand-ins for the programs.
. "${IR_SRCDIR:=.}/tests/tap.sh"

require jq
book=$IR_SRCDIR/playbooks/respond.json

# holds WHAT FILTER: the filter gives true.
holds()
{
	is "$(jq -r "$2" "$book" 2>&1)" true "$1"
}

holds "the required properties" '
	.type == "playbook" and .spec_version == "cacao-2.0" and
	([.name, .created_by, .created, .modified, .workflow_start] |
		all(type == "string"))'
holds "times have three digits after the second" '
	[.created, .modified] |
	all(test("^[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}Z$"))'
holds "identifiers are a type and a UUID of version 4" '
	[.id, .created_by, (.workflow, .agent_definitions, .target_definitions
		| keys[])] | all(test(
	"^[a-z-]+--[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
	))'
holds "no UUID twice" '
	[.id, .created_by, (.workflow, .agent_definitions, .target_definitions
		| keys[])] | map(.[-36:]) | length == (unique | length)'
holds "the type of a thing is that of its identifier" '
	[.workflow, .agent_definitions, .target_definitions | to_entries[] |
		.key[:-38] == .value.type] | all'
holds "the start is the only one, and has only on_completion" '
	.workflow_start as $s | [.workflow | to_entries[] |
		select(.value.type == "start")] | length == 1 and
	.[0].key == $s and (.[0].value | has("on_completion") and
		(has("on_success") or has("on_failure") | not))'
holds "an end leads nowhere" '
	[.workflow[] | select(.type == "end") |
		has("on_completion") or has("on_success") or has("on_failure")]
	| length >= 1 and (any | not)'
holds "an action has on_completion, or else both others" '
	[.workflow[] | select(.type == "action") |
		has("on_completion") != (has("on_success") and
		has("on_failure"))] | all'
holds "every step that is named is there" '
	.workflow as $w | [.workflow_start, .workflow_exception, (.workflow[] |
		.on_completion, .on_success, .on_failure | values)] |
	all(in($w))'
holds "every step is named" '
	([.workflow_start, (.workflow[] |
		.on_completion, .on_success, .on_failure | values)] | unique)
	== (.workflow | keys)'
holds "every action has commands and an agent that is there" '
	.agent_definitions as $a | [.workflow[] | select(.type == "action") |
		(.commands | length > 0) and (.agent | in($a))] | all'
holds "the targets are there" '
	.target_definitions as $t | [.workflow[].targets // [] | .[]] |
	length > 0 and all(in($t))'
holds "variables that are used are declared, and listed in the step" '
	.playbook_variables as $v | [.workflow[] | select(.commands) |
	([.commands[].command | scan("__[a-z_]+?__(?=:value)")] | unique) as $used
	| ($used | all(in($v))) and ($used == (.in_args | sort))] | all'
holds "variables stand between single quotes in a shell" $'
	[.workflow[].commands // [] | .[] | select(.type == "bash") | .command |
	gsub("\'__[a-z_]+__:value\'"; "") | test("__") | not] | all'
holds "activities of commands are those of the playbook" '
	([.workflow[].commands // [] | .[].playbook_activity | values] | unique)
	== (.playbook_activities | sort)'

# Stand-ins that fail as $FAIL says: "isolate=69 pause=76".
mkdir bin
cat >bin/ir <<'EOT'
#!/bin/sh
echo "$*" >>"$LOG"
[ "$1" != open ] || mkdir bundle
for f in $FAIL; do
	[ "${f%=*}" != "$1" ] || exit "${f#*=}"
done
EOT
chmod +x bin/ir
PATH=$T/bin:$PATH
export LOG=$T/log FAIL

step()
{
	jq -r --arg s "$step" ".workflow[\$s]$1" "$book"
}

# walk: does what a runner does; the names of the steps are in $walked.
walk()
{
	local step command next n=0

	walked='' FAIL=$1
	step=$(jq -r .workflow_start "$book")
	while [ "$(step .type)" != end ] && [ $((n += 1)) -lt 30 ]; do
		next=on_success
		command=$(step '.commands[0].command' | sed "
			s|__container__:value|web|g
			s|__case__:value|INC 7|g
			s|__directory__:value|$T/case|g
			s|__allowed_signers__:value|$T/my signers|g")
		walked+="$(step ' | .name // "start"') "
		if [ "$(step '.commands[0].type')" = bash ]; then
			bash -c "$command" >/dev/null 2>&1 || next=on_failure
		fi
		step=$(step " | .on_completion // .$next")
	done
	[ "$(step .type)" = end ] && walked+=end
}

way()
{
	rm -rf "$T/case" "$LOG"
	walk "$1"
	is "$walked" "start $2 end" "${1:-all is well}: $2"
}

way "" "open isolate pause capture diff rebuild seal verify"
is "$(cat log)" "open -- INC 7
isolate -- web
pause -- web
capture -- web
diff -- web
rebuild -- web
seal
verify -s $T/my signers --case INC 7 -- ./bundle/" "the programs that are run"
way "capture=10 diff=1 seal=10 verify=10" \
	"open isolate pause capture diff rebuild seal verify"
way "open=74" "open freeze at least call the responder"
way "isolate=76" "open isolate freeze at least call the responder"
way "isolate=76 pause=76" "open isolate freeze at least call the responder"
way "pause=76" \
	"open isolate pause capture while it runs diff rebuild seal verify"
like "$(cat log)" "capture --live -- web" "which is said to the program"
way "capture=76" \
	"open isolate pause capture seal what there is call the responder"
way "diff=65" \
	"open isolate pause capture diff seal what there is call the responder"
way "rebuild=76 seal=10" \
	"open isolate pause capture diff rebuild seal what there is call the responder"
way "seal=65" \
	"open isolate pause capture diff rebuild seal call the responder"
way "verify=11" \
	"open isolate pause capture diff rebuild seal verify call the responder"

# An evidence directory that exists is not used, and the container is frozen.
mkdir -p "$T/case"
rm "$LOG"
walk ""
is "$walked" "start open freeze at least call the responder end" \
	"a directory that exists is refused"
is "$(cat log)" "pause -- web" "and the container is frozen all the same"

done_testing
