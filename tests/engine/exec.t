#!/bin/bash
# SPDX-License-Identifier: ISC
#
# A recorded session inside a container, on a real engine: what comes out, what
# is kept of it, and what is refused.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq ssh-keygen python3

engine_start
engine_image bb
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
echo "alice@lab $(cut -d' ' -f1,2 "$T/id.pub")" >"$T/signers"
export IR_KEY=$T/id IR_ALLOWED_SIGNERS=$T/signers
IR_BUNDLE=$T/$(ir open INC-1 2>/dev/null) && export IR_BUNDLE
docker run -d --name web bb sleep 100000 >/dev/null

# kept SUFFIX: what the last session left under that name.
kept()
{
	find "$IR_BUNDLE/data/actions" -name "*-exec-*.$1" | sort | tail -n 1
}

# The text of the last cast's events of a kind.
events()
{
	tail -n +2 "$(kept cast)" | jq -j "select(.[1] == \"$1\")[2]"
}

run ir exec web -- sh -c 'echo to stdout; echo to stderr >&2; exit 7'
code_is 7 "the exit code is the command's"
is "$out" "to stdout" "stdout comes out on stdout"
err_has "to stderr" "stderr on stderr"
err_has "warning: this runs inside web" "and there is a warning"
like "$(head -n 1 "$(kept cast)" |
	jq -r '"\(.version) \(.width) \(.height) \(.timestamp) \(.env.TERM)"')" \
	'^2 [0-9]+ [0-9]+ [0-9]{10} .' "the recording is an asciicast"
is "$(tail -n +2 "$(kept cast)" | jq -c 'select(length != 3 or
	(.[0] | type) != "number" or (.[1] | IN("o", "i", "r") | not) or
	(.[2] | type) != "string")')" "" "and well-formed"
is "$(events o | sort)" $'to stderr\nto stdout' "with what was written"
is "$(cat "$(kept stderr)")" "to stderr" "of which stderr is told apart"
is "$(jq -r '"\(.exit_code) \(.config.Cmd[0]) \(.why)"' "$(kept json)")" \
	"7 sh null" "the record has the command and its exit code"

printf 'one\ntwo\377\303\251' >"$T/in"
run ir exec -i web -- cat <"$T/in"
code_is 0 "standard input is passed on, and its end"
ok "to the byte, and back" cmp "$T/in" "$T/out"
ok "and kept" cmp "$T/in" "$(kept stdin)"
is "$(events i)" $'one\ntwo\xef\xbf\xbd\xc3\xa9' "and is UTF-8 in the cast"
is "$(events o)" $'one\ntwo\xef\xbf\xbd\xc3\xa9' "in both directions"

run ir exec -e A=1 -u 7 -w /tmp web -- sh -c 'echo $A $(id -u) $(pwd)'
is "$out" "1 7 /tmp" "environment, user and directory"
run ir exec --json web -- echo hidden
json_is .exit_code 0
json_is .name web "as JSON it is the record"
out_hasnt '"hidden\n' "and nothing but that"
run ir exec web -- /nonesuch
like "$code" '^12[67]$' "what is not there gives 126 or 127"

# pty WIDTH HEIGHT INPUT COMMAND...: in a terminal of that size; whatever it
# draws comes out; its exit code is the command's.
cat >"$T/pty" <<'EOF'
import fcntl, os, pty, select, struct, sys, termios, time
w, h, typed = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].encode()
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[4], sys.argv[4:])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", h, w, 0, 0))
seen, until = b"", time.time() + 120
while time.time() < until:
    if select.select([fd], [], [], 1)[0]:
        try:
            got = os.read(fd, 4096)
        except OSError:
            break
        if not got:
            break
        seen += got
        if typed and b"READY" in seen:
            os.write(fd, typed)
            typed = b""
else:
    os.kill(pid, 9)
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255)
EOF
run python3 "$T/pty" 91 33 $'x\n' ir exec -it web -- sh -c '
	n=0; while [ "$(stty size)" != "33 91" ] && [ $n -lt 300 ]; do
	n=$((n + 1)); sleep 0.1; done; stty size; echo READY; read -r w
	echo "got $w"; exit 5'
code_is 5 "a session at a terminal"
out_has "33 91" "has its size"
out_has "got x" "and takes what is typed"
like "$(events i)" "^x" "which is recorded"
like "$(events o)" "got x" "as is what it says"

run python3 "$T/pty" 80 24 $'\003' ir exec -it web -- sh -c '
	trap "echo trapped; exit 9" INT; echo READY; n=0
	while [ $n -lt 600 ]; do sleep 0.1; n=$((n + 1)); done'
code_is 9 "Ctrl-C goes to the command"
out_has trapped

run python3 "$T/pty" 80 24 '' ir exec web -- printf 'a\033]0;owned\007b\n'
out_has 'a\x1b]0;owned\x07b' "without a tty nothing controls the terminal"
ok "and the bytes are kept" grep -q $'\033]0;owned' "$(kept stdout)"

# Interrupted, it says that the command is still there.
ir exec web -- sh -c 'echo begun; sleep 4321' >"$T/out" 2>"$T/err" &
pid=$!
for ((i = 0; i < 600; i++)); do
	grep -q begun "$T/out" && break
	sleep 0.1
done
kill -TERM $pid
wait $pid
is $? 130 "interrupted, it ends with 130"
ok "and says what goes on" grep -q "still runs in the container" "$T/err"
is "$(jq -r .exit_code "$(kept json)")" null "the exit code is not known"
ok "what was recorded is kept, and marked" \
	grep -q begun "$(kept cast.part)"

docker pause web >/dev/null
run ir exec web -- true
code_is 76 "a paused container is refused"
err_has "ir capture web" "with what to do instead"
err_has "ir pause --undo web" "and the way out"
docker unpause web >/dev/null
docker run -d --name dead bb true >/dev/null
docker wait dead >/dev/null
run ir exec dead -- true
code_is 76 "so is one that does not run"
err_has "does not run"
run ir exec nobody -- true
code_is 66 "and one that is not there"
run ir exec -e nothing web -- true
code_is 64 "a variable without a value is refused"
run ir exec -it web -- true
code_is 64 "a terminal without one, too"
run ir exec web
code_is 64 "and no command"
mkdir "$T/empty" && cd "$T/empty" || exit
run env -u IR_BUNDLE ir exec web -- true
code_is 66 "without a bundle nothing is run"
n=$(find "$IR_BUNDLE/data/actions" -name '*.json' | wc -l)
run ir exec -n web -- touch /tmp/dry
code_is 0 "a dry run"
out_has "/exec" "says what would be called"
is "$(find "$IR_BUNDLE/data/actions" -name '*.json' | wc -l)" "$n" \
	"and leaves no record"
run docker exec web ls /tmp/dry
code_is 1 "and runs nothing"

# The engine goes away in the middle.
if ! engine_is podman; then
	ir exec web -- sh -c 'echo begun; sleep 4321' >"$T/out" 2>"$T/err" &
	pid=$!
	for ((i = 0; i < 600; i++)); do
		grep -q begun "$T/out" && break
		sleep 0.1
	done
	engine_kill
	wait $pid
	code=$?
	like "$code" '^(69|76)$' "the engine is lost: it says so"
	ok "and why" grep -q "not known\|broke off" "$T/err"
	ok "what was recorded is kept, and marked" \
		grep -q begun "$(kept stdout.part)"
	is "$(kept stdout.part | cut -d- -f1-3)" "$(kept json | cut -d- -f1-3)" \
		"by this session"
	engine_again
fi

run ir seal
code_is 10 "it is sealed, with the sessions that were cut short"
run ir verify "$IR_BUNDLE"
code_is 10 "and valid"
out_has "a command was run in it: sh -c" "each session is a change on record"
done_testing
