#!/bin/bash
# SPDX-License-Identifier: ISC
#
# An engine on another host, through ssh: a real sshd on loopback, and all that
# can go wrong on the way.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq ssh ssh-keygen
[ -x /usr/sbin/sshd ] || skip_all "needs sshd"

engine_start
engine_image bb
socket=${DOCKER_HOST#unix://}
unset DOCKER_HOST # from here on it is on "another host"
there()
{
	DOCKER_HOST=unix://$socket docker "$@"
}
there run -d --name web bb sleep 100000 >/dev/null
id=$(there inspect -f '{{.Id}}' web)
status()
{
	there inspect -f '{{.State.Status}}' web
}

for key in host other me stranger id; do
	ssh-keygen -q -t ed25519 -N '' -C "$key@lab" -f "$T/$key"
done
echo "id@lab $(cut -d' ' -f1,2 "$T/id.pub")" >"$T/signers"
export IR_KEY=$T/id IR_ALLOWED_SIGNERS=$T/signers

# ssh takes its files from the home of the password database; this is one way
# to give it others.  It says which process it is, and how it was called.
mkdir bin nossh
cat >bin/ssh <<EOT
#!/bin/sh
echo \$\$ >>$T/ssh.pids
printf '%s\n' "\$*" >>$T/ssh.args
exec $(command -v ssh) -F $T/client.conf "\$@"
EOT
chmod +x bin/ssh
PATH=$T/bin:$PATH
cat >client.conf <<EOT
Host alias
	HostName 127.0.0.1
	User root
Host *
	UserKnownHostsFile $T/known
	GlobalKnownHostsFile /dev/null
	IdentitiesOnly yes
	IdentityFile $T/me
	ForwardAgent yes
	StrictHostKeyChecking no
EOT

# Without PAM sshd lets nobody in whose password is locked.
pam=no
! grep -q '^root:!' /etc/shadow || pam=yes

# sshd HOSTKEY [LINE...]: on a port of its own, $at.
[ -d /run/sshd ] || at_exit rmdir /run/sshd
sshd()
{
	local i key=$1

	shift
	sshd_stop
	mkdir -p /run/sshd
	for ((i = 0; i < 20; i++)); do
		port=$((20000 + RANDOM % 40000))
		printf '%s\n' "ListenAddress 127.0.0.1" "Port $port" \
			"HostKey $T/$key" "PidFile none" "UsePAM $pam" \
			"AuthorizedKeysFile $T/authorized" "StrictModes no" \
			"PermitRootLogin yes" "AuthenticationMethods publickey" \
			"$@" >sshd.conf
		rm -f sshd.log
		/usr/sbin/sshd -D -e -f "$T/sshd.conf" 2>sshd.log &
		sshd=$!
		while kill -0 $sshd 2>/dev/null; do
			if grep -qs 'Server listening' sshd.log; then
				at=ssh://root@127.0.0.1:$port
				return 0
			fi
			sleep 0.02
		done
	done
	diag "$(cat sshd.log)"
	return 1
}
sshd_stop()
{
	[ -z "${sshd-}" ] || { kill "$sshd" && wait "$sshd"; } 2>/dev/null
	sshd=
}
at_exit sshd_stop
sees="SetEnv DOCKER_HOST=unix://$socket PATH=$(dirname "$engine_docker"):/usr/bin:/bin"
accept()
{
	echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$T/$1.pub")" >known
}
# alone: no ssh that was started is left.
alone()
{
	local i pid left

	for ((i = 0; i < 100; i++)); do
		left=
		for pid in $(cat "$T/ssh.pids" 2>/dev/null); do
			! engine_alive "$pid" || left+=" $pid"
		done
		[ -n "$left" ] || { rm -f "$T/ssh.pids"; return 0; }
		sleep 0.05
	done
	diag "still there:$left"
	return 1
}
# refused CODE TEXT WHAT: of a run just done, which changed nothing.
refused()
{
	code_is "$1" "$3"
	err_has "$2" "$3: $2"
	err_lines 1 "$3: one line"
	is "$(status)" running "$3: nothing was done"
	ok "$3: no ssh is left" alone
}
pause()
{
	run ir pause -H "${1-$at}" --json -q web
}

cp me.pub authorized
ok "sshd runs" sshd host "$sees" || done_testing

# Nobody accepted its key yet, and ssh_config says that any will do.
: >known
pause
refused 77 "its host key is not known here" "an unknown host key"
is "$(cat known)" "" "an unknown host key is not accepted"
accept host

rm -f ssh.args
pause
code_is 0 "pause"
is "$(status)" paused "so it is"
ok "two connections: one of them for the survey of the others" \
	test "$(wc -l <ssh.args)" -le 2
like "$(cat ssh.args)" "-l root -p $port -- 127.0.0.1 docker system dial-stdio\$" \
	"the command that docker(1) runs"
like "$(cat ssh.args)" "StrictHostKeyChecking=yes" "host keys are checked"
like "$(cat ssh.args)" "BatchMode=yes" "nobody is asked anything"
like "$(cat ssh.args)" "^-T -a -x " "no terminal, no agent, no display over there"
ok "no ssh is left" alone
rm -f ssh.args
run env DOCKER_HOST="$at" ir pause --undo web
code_is 0 "DOCKER_HOST"
is "$(status)" running "it goes on"
is "$(wc -l <ssh.args)" 1 "over one connection, though something was changed"
run ir pause -H "ssh://alias:$port" web
code_is 0 "an alias of ssh_config"
run ir pause -H "ssh://alias:$port/" --undo web
code_is 0 "a slash after it is no path"
hash=$(printf far | sha256sum | cut -c1-64)
mkdir -p "$HOME/.docker/contexts/meta/$hash"
jq -n --arg at "$at" '{Name: "far", Endpoints: {docker: {Host: $at}}}' \
	>"$HOME/.docker/contexts/meta/$hash/meta.json"
run env DOCKER_CONTEXT=far ir pause --json web
code_is 0 "a context"
json_is .state paused
run env DOCKER_CONTEXT=far ir pause --undo web
code_is 0

run ir isolate -q --method=api -H "$at" web
code_is 0 "isolate"
is "$(there inspect -f '{{len .NetworkSettings.Networks}}' web)" 0 "so it is"
ok "no ssh is left" alone
there network connect bridge web

# Capture, with a bundle.
opened()
{
	mkdir -p case && (cd case && ir open -q -H "$at" INC-1 2>/dev/null)
}
bundle=$T/case/$(opened)
rm -f ssh.args
run ir capture --method=api -q -b "$bundle" -H "$at" web
code_is 0 "capture"
is "$(there export web | tar -t | sort | sha256sum)" \
	"$(tar -tf "$bundle/data/containers/$id/filesystem.tar" | sort |
		sha256sum)" "its filesystem is whole"
is "$(status)" running "it runs again after it"
ok "no ssh is left" alone
like "$(head -n 1 "$bundle"/journal/*capture*.jsonl | jq -r .engine.endpoint)" \
	"^$at\$" "the journal has the endpoint"

# ssh ends in the middle: what came is kept, and the container goes on, over a
# new connection.
there exec web sh -c 'dd if=/dev/urandom of=/big bs=1M count=200' 2>/dev/null
midway()
{
	local how=$1 i

	rm -rf case ssh.pids
	bundle=$T/case/$(opened)
	rm -f ssh.pids
	ir capture --method=api -q -b "$bundle" -H "$at" web >out 2>err &
	job=$!
	for ((i = 0; i < 600; i++)); do
		find "$bundle/data" -name 'filesystem.tar*' -size +4M |
			grep -q . && break
		sleep 0.02
	done
	first=$(head -n 1 ssh.pids)
	is "$(($(ps -o pgid= -p "$first")))" "$first" \
		"ssh is in a process group of its own"
	$how
	wait $job
	code=$? err=$(cat err) out=$(cat out) ran="ir capture"
}
kill_ssh()
{
	kill -KILL "$first"
}
midway kill_ssh
code_is 0 "ssh is killed in the middle of a capture: it is taken again"
is "$(find "$bundle/data/containers" -name 'filesystem.tar*' | wc -l)" 2 \
	"and both takes are there"
like "$out" "filesystem" "the report"
diag "$(grep -i 'filesystem\|ssh' out err)"
is "$(status)" running "the container goes on"
ok "no ssh is left" alone
kill_ir()
{
	kill -KILL $job
}
midway kill_ir 2>/dev/null
is "$code" 137 "we are killed in the middle of a capture"
ok "ssh does not outlive us" alone
there unpause web >/dev/null 2>&1
stop_ir()
{
	kill -TERM $job
}
midway stop_ir
code_is 130 "interrupted in the middle of a capture"
is "$(status)" running "the container goes on"
ok "no ssh is left" alone
there exec web rm /big

# Somebody else answers.
sshd other "$sees"
accept host
pause
refused 77 "its host key is NOT the one that was accepted before" \
	"a changed host key"
sshd host "$sees"
accept host
cp stranger.pub authorized
pause
refused 77 "it takes no key of yours" "a key that is not let in"
cp me.pub authorized

# The other side lacks something.
sshd host "SetEnv PATH=/nowhere"
accept host
pause
refused 69 "over there is no docker in the PATH" "no docker"
sshd host "SetEnv DOCKER_HOST=unix://$T/none.sock PATH=/usr/bin:/bin"
accept host
pause
refused 69 "over there the engine's socket does not exist" "no engine"
run ir pause -q -H "$at$socket" web
code_is 0 "a socket that is named"
is "$(status)" paused "so it is"
run ir pause -q -H "$at$socket" --undo web
code_is 0
pause "$at/none.sock"
refused 69 "over there the engine's socket does not exist" "one that is not there"
sshd host "$sees" "ForceCommand exec setpriv --reuid=65534 --regid=65534 \
--clear-groups docker system dial-stdio"
accept host
pause
refused 77 "may not open the engine's socket" "no permission there"
sshd host "$sees" "ForceCommand echo Welcome; docker system dial-stdio"
accept host
pause
refused 76 "does a start-up file of the shell over there print something?" \
	"a shell that greets"
sshd host "$sees" "ForceCommand exit 3"
accept host
pause
refused 76 "ssh ended without an answer" "a command that says nothing"
sshd host "$sees" "ForceCommand printf '\\033[31mgotcha\\n' >&2; exit 3"
accept host
pause
refused 76 "\\x1b[31mgotcha" "control characters from over there"
sshd host "$sees" "ForceCommand yes | head -c 10000000 >&2; exit 3"
accept host
pause
refused 76 "ssh ended without an answer" "noise on its standard error"

# Nothing is there.
kill "$sshd" && wait "$sshd"
sshd=
pause
refused 69 "no ssh server listens there" "no sshd"
pause ssh://no-such-host.invalid
refused 69 "the host name is not known" "no such host"
ir=$(command -v ir-pause)
run env PATH="$T/nossh" "$ir" -q -H "$at" web
refused 69 "needs ssh, which is not installed here" "no ssh here"
while read -r url why; do
	pause "$url"
	refused 64 "$why" "$url"
	no_file ssh.pids "$url: ssh is not run"
done <<'EOT'
ssh://-oProxyCommand=x	it names no host
ssh://-x@h		that is no user's name
ssh://a`b`@h		that is no user's name
ssh://a:b@h		a password has no place
ssh://h/$(x)		a socket's path may have
ssh://h:0		a port or a path
ssh://			it names no host
EOT

done_testing
