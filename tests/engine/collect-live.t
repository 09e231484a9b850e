#!/bin/bash
# SPDX-License-Identifier: ISC
#
# What a running container loses when it ends: its processes, their programs,
# memory, sockets and files in memory, of a victim that hides what it can.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require_root
require jq ssh-keygen tar
tests=$IR_BUILDDIR/tests/engine
[ -x "$tests/test-live-victim" ] || skip_all "test-live-victim is not built"

engine_start
engine_image bb
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
echo "alice@lab $(cut -d' ' -f1,2 "$T/id.pub")" >"$T/signers"
export IR_KEY=$T/id IR_ALLOWED_SIGNERS=$T/signers
IR_BUNDLE=$T/$(ir open INC-1 2>/dev/null) && export IR_BUNDLE

# until_so COMMAND...: waits for it, long.
until_so()
{
	local i

	for ((i = 0; i < 600; i++)); do
		"$@" >"$T/until" 2>&1 && return
		sleep 0.1
	done
	diag "waited in vain: $*: $(cat "$T/until")"
	return 1
}

# start NAME WORD...: a container, with $options, in which those of the victim's words run, with
# the libraries of the host.
start()
{
	local name=$1 word lib libs=("${options[@]}")

	shift
	for lib in /usr /lib /lib64; do
		[ ! -e $lib ] || libs+=(-v "$lib:$lib:ro")
	done
	docker run -d --name "$name" --cap-add SYS_ADMIN \
		--device /dev/fuse --security-opt seccomp=unconfined \
		--security-opt apparmor=unconfined -v "$tests:/t:ro" \
		"${libs[@]}" -e $'LINES=one\ntwo\e[2J' bb \
		sh -c 'while :; do sleep 1000; done' >/dev/null ||
		skip_all "no container may mount here"
	id=$(docker inspect -f '{{.Id}}' "$name")
	c=$IR_BUNDLE/data/containers/$id
	for word; do
		docker exec -d "$name" /t/test-live-victim "$word"
	done
	for word; do
		until_so docker exec "$name" test -e "/tmp/ready-$word"
	done
}

# outcome NAME: what became of that collector; why NAME.
outcome()
{
	jq -r --arg k "$1" '.ledger[]? | select(.collector == $k).outcome' "$T/result"
}

why()
{
	jq -r --arg k "$1" '.ledger[]? | select(.collector == $k).why' "$T/result"
}

options=(--tmpfs "/run:mode=755,uid=7")
start web secret memfd names zombie away holes sockets
docker exec web cp /t/test-live-victim /tmp/evil
docker exec -d web sh -c 'exec 7>/tmp/gone.log; echo kept >&7; rm /tmp/gone.log
	exec /tmp/evil stay'
until_so docker exec web test -e /tmp/ready-stay
docker exec web rm /tmp/evil
evil=$(sha256sum <"$tests/test-live-victim" | cut -d' ' -f1)

docker exec -i web sh <<'EOT'
cd /dev/shm
mkdir -p .hidden/deep
echo loot >.hidden/deep/x
ln .hidden/deep/x hard
chown 7:8 hard && chmod 4711 hard
ln -s /etc/shadow out
ln -s / root
mkfifo fifo
truncate -s 10T sparse
echo x >"$(printf 'line\nfeed\033[2J')"
mkdir /run/below && echo covered >/run/below/f
mount -t tmpfs x /run/below && echo over >/run/below/g
EOT

run ir capture --json --memory web
cp "$T/out" "$T/result"
diag "$err"
code_is 0 "everything of it is collected"

# --- Processes.
is "$(outcome processes)" collected "processes are collected"
p=$c/processes.jsonl

# of FILTER: the processes that it is true for, one a line.
of()
{
	jq -c "select($1)" "$p"
}

# has FILTER: one of the processes is so.
has()
{
	[ "$(of "$1" | wc -l)" = 1 ]
}

is "$(jq -r .pid "$p" | sort | uniq -d)" "" "each process is there once"
is "$(jq -r .ns_pids[-1] "$p" | sort -n | head -1)" 1 "with its number inside"
ok "a name like a line of the kernel's is just a name" \
	has '.name == "k\n) R 1 (\u001b[2J"'
ok "a dead child that nobody waits for" has '.state == "Z"'
ok "who left for another network" has \
	".namespaces.net != $(jq .namespaces.net "$p" | head -1)
	and .namespaces.net != null"
ok "who looks like a thread of the kernel" has \
	'.cmdline[0] == "[kworker/u4:2]" and (.exe | startswith("/memfd:"))'
ok "whose program was deleted" has '.exe == "/tmp/evil (deleted)"'
is "$(of '.exe == "/tmp/evil (deleted)"' |
	jq -r '.files[] | select(.fd == 7).target')" "/tmp/gone.log (deleted)" \
	"with a file that is gone, and still open"
is "$(of '.ns_pids[-1] == 1' | jq -c '[.environ[] | select(startswith("LINES"))]')" \
	'["LINES=one\ntwo\u001b[2J"]' "an environment with line feeds and escapes"
is "$(of '.ns_pids[-1] == 1' | jq '.maps | map(select(.path == "[stack]")) | length')" \
	1 "mappings"
like "$(of '.ns_pids[-1] == 1' | jq -r .started)" '^20[0-9-]+T[0-9:.]+Z$' "when it began"
is "$(of '.ns_pids[-1] == 1' | jq -c .uid)" "[0,0,0,0]" "as whom"
is "$(grep -c "$(printf '\33')" "$p")" 0 "no escape gets through as it is"

# --- Programs, and files that are gone.
is "$(outcome executables)" collected "executables are collected"
x=$c/executables.json
# entry FILTER: what the index has of those.
entry()
{
	jq -c "[.[] | select($1)]" "$x"
}
is "$(entry '.path == "/tmp/evil (deleted)"' | jq -c '[.[0].sha256, .[0].deleted]')" \
	"[\"$evil\",true]" "the deleted program is known"
ok "and came back byte for byte" \
	cmp "$c/executables/$evil" "$tests/test-live-victim"
is "$(entry .memfd | jq -c '.[0] | [.sha256, .processes[0].by]')" \
	"[\"$evil\",\"exe\"]" "so is one that was never a file"
log=$(entry '.path == "/tmp/gone.log (deleted)"' | jq -r '.[0].sha256')
is "$(cat "$c/executables/$log")" kept "the deleted log has its text"
is "$(find "$c/executables" -type f | wc -l)" \
	"$(jq '[.[].sha256] | unique | length' "$x")" "each content is there once"
is "$(cd "$c/executables" && sha256sum -- * | awk '$1 != $2')" "" \
	"under its digest"
ok "of one program that many run" test "$(jq '[.[] |
	select(.path == "/t/test-live-victim") | .processes | length] | max' "$x")" -ge 4

# --- Sockets.
is "$(outcome sockets)" collected "sockets are collected"
s=$c/sockets.jsonl
has_socket()
{
	jq --slurp --exit-status "[.[] | select($1)] | length == 1" "$s" >/dev/null
}
ok "an established connection, with who has it" has_socket \
	'.state == "ESTABLISHED" and .remote == "127.0.0.1:4711"
	and (.processes | length == 1)'
is "$(jq -r 'select(.state == "ESTABLISHED" and .remote == "127.0.0.1:4711") |
	.processes[0].pid' "$s")" \
	"$(jq -r 'select(.cmdline[1] == "sockets").pid' "$p")" "the right one"
ok "one that listens" has_socket \
	'.kind == "tcp" and .state == "LISTEN" and .local == "127.0.0.1:4711"'
ok "a unix socket without a file" has_socket \
	'.kind == "unix" and .path == "@hidden" and (.processes | length == 1)'
is "$(jq -r 'select(.kind == "tcp").netns' "$s" | sort -u | wc -l)" 1 \
	"which is one network"
ok "the state of the network is a tar" \
	sh -c "tar -xOf '$c/network.tar' tcp routes.json >/dev/null"
is "$(jq -r '.[] | select(.what == "tcp").outcome' "$c/network.json")" collected \
	"with what became of each part"

# --- Memory.
is "$(outcome memory)" collected "memory is collected"
m=$c/memory.jsonl
is "$(jq -r .pid "$m" | sort)" "$(of '.state != "Z"' | jq -r .pid | sort)" \
	"of each process that has some"
is "$(jq -c 'select(.torn or .gaps != [])' "$m")" "" "whole"
is "$(jq -r '.skipped[].path' "$m" | sort -u | grep -v '^\[v')" "" \
	"but for what is the kernel's"
secret=$(of '.cmdline[1] == "secret"' | jq .pid)
core=$c/memory/$secret.core
ok "what a program keeps in its heap is there" \
	grep -qa the-secret-of-the-heap-4711 "$core"
ok "a terabyte of holes is not" test "$(find "$c/memory" -size +64M | wc -l)" = 0
hole=$c/memory/$(of '.cmdline[1] == "holes"' | jq .pid).core
ok "but what is at its ends" sh -c "grep -qa first-page-of-the-hole '$hole' &&
	grep -qa last-page-of-the-hole '$hole'"
if command -v readelf >/dev/null; then
	ok "readelf knows it for a core file" \
		sh -c "readelf -hlW '$core' 2>&1 | grep -q 'CORE (Core file)'"
	is "$(readelf -lW "$core" 2>&1 | grep -i warning)" "" "and has no doubts"
else
	skip "readelf knows it for a core file" "there is no readelf"
fi
if command -v gdb >/dev/null; then
	heap=$(jq -r --argjson pid "$secret" 'select(.pid == $pid).maps[] |
		select(.path == "[heap]") | "0x\(.from), 0x\(.to)"' "$p")
	run gdb -q -nx -batch -ex "find $heap, 't','h','e','-','s','e','c','r','e','t','-'" \
		-ex 'x/s $_' -ex 'info files' -c "$core"
	out_has '"the-secret-of-the-heap-4711"' "gdb finds it there"
	like "$out" 'load[0-9]+' "and the mappings"
else
	skip "gdb finds it there" "there is no gdb"
fi

# --- File systems in memory.
is "$(outcome tmpfs)" collected "tmpfs are collected"
f=$c/tmpfs.json
# tmpfs POINT: its tar.
tmpfs()
{
	echo "$c/$(jq -r --arg p "$1" '.[] | select(.point == $p).file' "$c/tmpfs.json")"
}
shm=$(tmpfs /dev/shm)
is "$(jq -c '.[] | select(.point == "/run") | [.type, .uid, .mode]' "$f")" \
	'["tmpfs",7,"0755"]' "whose they are"
is "$(tar -xOf "$shm" hard)" loot "a file, with all its names"
like "$(tar -tvf "$shm" --numeric-owner | grep hidden/deep/x)" \
	'^[h-]rws--x--x 7/8 .*(link to|[0-9:]+) ' "owner and mode, below a hidden name"
like "$(tar -tvf "$shm")" 'out -> /etc/shadow' "a link out is a link"
is "$(tar -tf "$shm" | grep -c '^root/')" 0 "that nobody follows"
like "$(tar -tvf "$shm")" '(^|[[:space:]])prw.* fifo' "a FIFO is recorded, and not opened"
like "$(tar -tvf "$shm" | grep sparse)" ' 10995116277760 ' "10 TB of nothing"
ok "take no room" test "$(stat -c %s "$shm")" -lt 1000000
like "$(tar -tf "$shm")" 'line\\nfeed\\033' "a name with a line feed and an escape"
is "$(tar -xOf "$(tmpfs /run)" below/f)" covered "what is below another mount"
is "$(tar -xOf "$(tmpfs /run/below)" g)" over "and on it"
is "$(jq -r '.[].point' "$f" | grep -c '^/t$')" 0 "a bind mount is none"

# --- What does not answer.
options=(--tmpfs "/tmp:exec") # on which it mounts its own
start stuck hang
run timeout 300 ir capture --json --memory stuck
cp "$T/out" "$T/result"
code_is 10 "what is served by a process, and not answered for, is missing"
is "$(outcome tmpfs)" collected "a tmpfs with such a mount on it is read without it"
is "$(tar -tf "$(tmpfs /tmp)" | grep -c "^served/.")" 0 "indeed"
is "$(outcome executables)" collected "so are programs"
is "$(outcome memory)" collected "memory is, as far as it is in memory"
is "$(outcome processes)" failed "an environment that cannot be read is told"
like "$(why processes)" 'environ: it lies on a file system that a process serves' \
	"with the reason"
p=$c/processes.jsonl
is "$(jq -r .state "$p" | wc -l)" "$(grep -c . "$p")" "all processes are there"
ok "and of that one all else" has \
	'(.unread.environ | length > 0) and (.maps | length > 3)'
is "$(docker inspect -f '{{.State.Status}}' stuck)" running "it runs again after it"

done_testing
