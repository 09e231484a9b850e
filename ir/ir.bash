# shellcheck shell=bash
# SPDX-License-Identifier: ISC
#
# Completion for ir and its programs in bash.  What a program takes is read
# from its --help, so that this file need not know.
#
# The names of containers come from an engine, which may be in other hands.
# A name that is not what Docker itself allows is not offered: it could hold
# commands for the shell, or bytes for the terminal.

# Bash cuts words also at : and =, which URLs and --option=value hold.  Puts
# the words together again up to the cursor in $words, and in $skip what of the
# last one stands before the part that bash will replace.
_ir_words()
{
	local w i glue=

	words=() skip=
	for ((i = 0; i <= COMP_CWORD; i++)); do
		w=${COMP_WORDS[i]}
		if [[ $w == [:=]* ]]; then
			glue=1
		elif ((i > 0)) && [[ ${COMP_WORDS[i - 1]} != *[:=] ]]; then
			glue=
		fi
		if [[ $glue && ${#words[@]} -gt 0 ]]; then
			words[-1]+=$w
		else
			words+=("$w")
		fi
	done
	[[ $w != [:=] ]] || w=
	skip=${words[-1]%"$w"}
}

# Offers a word, if it goes on as the one being typed.
_ir_offer()
{
	[[ $1 != "$cur"* ]] || COMPREPLY+=("$1")
}

_ir_compopt()
{
	compopt "$@" 2>/dev/null
}

_ir_commands()
{
	local line

	while IFS= read -r line; do
		[[ $line =~ ^\ \ ir\ ([a-z-]+)\ \  ]] &&
			_ir_offer "${BASH_REMATCH[1]}"
	done < <("${words[0]}" --help 2>/dev/null)
}

_ir_containers()
{
	local i name host=()

	for ((i = 1; i < ${#words[@]} - 1; i++)); do
		case ${words[i]} in
		-H | --host) host=(-H "${words[i + 1]}") ;;
		-H?*) host=("${words[i]}") ;;
		--host=*) host=(-H "${words[i]#*=}") ;;
		esac
	done
	while IFS= read -r name; do
		[[ $name =~ ^[A-Za-z0-9][A-Za-z0-9_.-]*$ ]] && _ir_offer "$name"
	done < <(timeout 5 "${program[@]}" --complete "${host[@]}" 2>/dev/null)
}

# Directories with a bagit.txt; where there is none here, any directory.
_ir_bundles()
{
	local f

	for f in "$cur"*/bagit.txt; do
		[[ -e $f ]] && COMPREPLY+=("${f%/bagit.txt}")
	done
	_ir_compopt -o filenames -o dirnames
}

# One of the words between bars, unless one of them stands there already.
_ir_one_of()
{
	local word

	for word in "${words[@]:1:${#words[@]}-2}"; do
		[[ "|$1|" != *"|$word|"* ]] || return
	done
	for word in ${1//|/ }; do
		_ir_offer "$word"
	done
}

# By the word that stands for the argument in the help.
_ir_argument()
{
	case $1 in
	*[a-z]'|'[a-z]*) _ir_one_of "${1%% *}" ;;
	*CONTAINER*) _ir_containers ;;
	*BUNDLE*) _ir_bundles ;;
	DIR) _ir_compopt -o dirnames ;;
	FILE) _ir_compopt -o default ;;
	esac
}

# Reads --help: which options there are in $options, the arguments that they
# take in $takes[option], the operands in $operands.
_ir_help()
{
	local line arg o re='^  (-([A-Za-z0-9]), |    )--([a-z0-9-]+)( ([A-Z]+))?'

	options=() operands=
	while IFS= read -r line; do
		if [[ $line =~ ^Usage:.*\]\.\.\.\ (.*)$ ]]; then
			operands=${BASH_REMATCH[1]}
		elif [[ $line =~ $re ]]; then
			arg=${BASH_REMATCH[5]}
			[[ ${BASH_REMATCH[3]} != bundle ]] || arg=BUNDLE
			for o in "-${BASH_REMATCH[2]}" "--${BASH_REMATCH[3]}"; do
				[[ $o != - ]] || continue
				options+=("$o")
				takes[$o]=$arg
			done
		fi
	done < <("${program[@]}" --help 2>/dev/null)
}

_ir_program()
{
	local o operands options prev=${words[-2]}
	local -A takes

	_ir_help
	if [[ $cur == --*=* ]]; then
		o=${cur%%=*}
		cur=${cur#*=}
		_ir_argument "${takes[$o]-}"
		COMPREPLY=("${COMPREPLY[@]/#/$o=}")
	elif [[ $prev == -* && -n ${takes[$prev]-} ]]; then
		_ir_argument "${takes[$prev]}"
	elif [[ $cur == -* ]]; then
		for o in "${options[@]}"; do
			[[ $o != --* ]] || _ir_offer "$o"
		done
	else
		_ir_argument "$operands"
	fi
}

_ir()
{
	local words skip cur program=()

	COMPREPLY=()
	_ir_words
	cur=${words[-1]}
	if [[ ${words[0]##*/} != ir ]]; then
		program=("${words[0]}")
	elif ((${#words[@]} == 2)); then
		_ir_commands
		return
	elif [[ ${words[1]} == help ]]; then
		((${#words[@]} > 3)) || _ir_commands
		return
	elif [[ ${words[1]} =~ ^[a-z][a-z-]*$ ]]; then
		program=("${words[0]}" "${words[1]}")
	else
		return
	fi
	_ir_program
	COMPREPLY=("${COMPREPLY[@]#"$skip"}")
}

complete -F _ir ir ir-capture ir-custody ir-diff ir-exec ir-export ir-import \
	ir-isolate ir-open ir-pause ir-rebuild ir-seal ir-status ir-verify
