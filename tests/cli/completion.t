#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The completion for bash, called as bash calls it.  The programs are stand-ins,
# the engine behind them is hostile.
. "${IR_SRCDIR:=.}/tests/tap.sh"

mkdir bin
cat >bin/ir <<'EOT'
#!/bin/sh
case $1 in
--help) exec "$REAL" --help ;;
*) c=$1; shift; exec "ir-$c" "$@" ;;
esac
EOT
cat >bin/ir-pause <<'EOT'
#!/bin/sh
echo "$0 $*" >>"$CALLED"
case $1 in
--complete) printf '%b' "$NAMES" ;;
--help) cat <<'HELP' ;;
Usage: ir-pause [OPTION]... CONTAINER
Freezes.

Options:
  -u, --undo                  thaw it
      --or-stop               stop it --not-an-option
  -b, --bundle DIR            the bundle
  -H, --host URL              the engine
  -k, --key FILE              the key
      --actor ID              who
      --json                  JSON

Examples:
  ir pause --example web
HELP
esac
EOT
for p in "verify [BUNDLE]" "open CASE" "seal "; do
	sed "s/^Usage.*/Usage: ir-${p%% *} [OPTION]... ${p#* }/" bin/ir-pause \
		>"bin/ir-${p%% *}"
done
chmod +x bin/*
REAL=$(command -v ir)
export REAL CALLED=$T/called NAMES='web\ndb\nweb-2\n'
PATH=$T/bin:$PATH

# shellcheck source=/dev/null
. "$IR_SRCDIR/ir/ir.bash"
compopt() { compopts+=" $*"; }

# complete_words WORD...: what is offered for the last one.
complete_words()
{
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	COMPREPLY=(left over)
	compopts=
	_ir "$1" "${!#}"
	got="${COMPREPLY[*]}"
}

offers()
{
	local want=$1

	shift
	complete_words "$@"
	is "$got" "$want" "$* -> $want"
}

offers "isolate" ir is
offers "release receive receipt" ir custody re
offers "stamp" ir-custody --json s
complete_words ir custody ''
unlike "$got" 'ACT' "ir custody: acts, and no word of the usage"
offers "" ir custody release ''
offers "" ir custody stamp re
complete_words ir ''
like "$got" '^open isolate pause status capture diff exec rebuild seal custody export import verify$' \
	"ir: all commands"
complete_words ir help ''
like "$got" 'open.*verify' "ir help: all commands"
offers "" ir help pause ''
offers "" ir zzz
offers "" ir nothing ''
offers "" ir ../../bin/evil ''

offers "--undo --or-stop --bundle --host --key --actor --json" ir pause --
offers "--undo" ir-pause --u
offers "--json" ir pause web --j
offers "" ir pause --example

offers "web web-2" ir pause we
offers "web db web-2" ir-pause ''
offers "web web-2" ir-pause --undo we
offers "web web-2" "$T/bin/ir-pause" we
offers "" ir pause --actor we
offers "" ir open we
offers "" ir seal we

# The engine on the line is the one that is asked.
asked()
{
	: >"$CALLED"
	complete_words "$@"
	is "$(sed -n 's/.*--complete *//p' "$CALLED")" "$want" \
		"$*: asks ${want:-the usual engine}"
	is "$got" "web web-2" "$*: and offers its containers"
}
want=
asked ir pause we
want='-H unix:///x.sock'
asked ir pause -H unix : ///x.sock we
asked ir-pause --host unix : ///x.sock -u we
asked ir-pause --host = unix : ///x.sock we
want='-Hunix:///x.sock'
asked ir-pause -Hunix : ///x.sock we
want='-H a b'
asked ir pause -H 'a b' we

# What Docker would not allow as a name is not offered, nor run.
NAMES='a b\nweb$(touch '$T'/pwned)\nweb`touch '$T'/pwned`\nweb;id\n'
NAMES+='web\\033[2J\n-web\n--undo\n../web\nweb*\nweb\047\nweb"\nweb\\\\n\n'
NAMES+='web\\xff\nweb~\nweb&\n\nweb|x\nweb>x\n!web\nweb-ok\nw'
offers "web-ok" ir pause web
is "${#COMPREPLY[@]}" 1 "one word only"
no_file "$T/pwned" "nothing was run"
offers "web-ok" ir pause w
NAMES='' offers "" ir pause ''
NAMES=web

# Bundles, files, directories.
mkdir -p INC-1_a INC-2_b other "INC-3 c" deep/INC-4
touch INC-1_a/bagit.txt INC-2_b/bagit.txt "INC-3 c/bagit.txt" \
	deep/INC-4/bagit.txt other/x
offers "INC-1_a INC-2_b INC-3 c" ir verify INC-
offers "" ir verify 'INC-*'
complete_words ir verify INC-3
is "${COMPREPLY[0]}" "INC-3 c" "a bundle with a space is one word"
is "$compopts" " -o filenames -o dirnames" "which bash quotes as a file name"
offers "deep/INC-4" ir-verify deep/
offers "INC-1_a" ir pause -b INC-1
offers "INC-1_a" ir pause --bundle INC-1
offers "INC-1_a" ir pause --bundle = INC-1
offers "--bundle=INC-1_a" ir pause --bundle=INC-1
offers "" ir verify oth
is "$compopts" " -o filenames -o dirnames" "no bundle: any directory"
offers "" ir pause --key INC
is "$compopts" " -o default" "--key: files"
offers "" ir pause --key = INC
is "$compopts" " -o default" "--key=: files"
offers "" ir pause -H INC
is "$compopts" "" "-H: nothing"

# A program that is silent, and one that is not there.
printf '#!/bin/sh\nexit 1\n' >bin/ir-seal
offers "" ir seal --
offers "" ir-none --

for p in "$IR_BUILDDIR"/ir/ir "$IR_BUILDDIR"/ir/ir-*; do
	[ -f "$p" ] && [ -x "$p" ] || continue
	is "$(complete -p "${p##*/}")" "complete -F _ir ${p##*/}" \
		"${p##*/} is registered"
done

done_testing
