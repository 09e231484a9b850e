#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The private engine that the other engine tests stand on: it runs containers,
# is alone, and leaves nothing.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"

engine_start

run docker version --format '{{.Server.Version}}'
code_is 0 "the engine answers"
dir=$ENGINE_DIR
holder=$(cat "$dir/ns.pid")

ok "an image without a registry" engine_image bb
run docker run -d --name one -p 127.0.0.1:8080:80 bb \
	sh -c 'mkdir w; echo hello >w/index.html; exec httpd -f -h w -p 80'
code_is 0 "a container runs"
run engine_net curl -s \
	http://127.0.0.1:8080/
is "$out" hello "a published port answers in the engine's network"
run curl -s -m 2 http://127.0.0.1:8080/
unlike "$out" hello "and not in this one"
is "$(docker ps -aq | wc -l)" 1 "no container of another engine is seen"

run docker pause one
code_is 0 "a container is paused"
ok "dockerd is killed" engine_kill
run docker version
code_is 1 "and answers no more"
ok "it is started again" engine_again
run docker version
code_is 0 "and answers"

docker run -d --restart always --name two bb sleep 1000 >/dev/null
docker pause two >/dev/null
pids=$(engine_pids)
like "$pids" '[0-9]+' "its processes are known"
ok "it stops with a paused container in it" engine_stop
left=
for pid in $holder $pids; do
	! engine_alive "$pid" || left+=" $pid"
done
is "$left" "" "no process is left"
is "$(find /sys/fs/cgroup -maxdepth 2 -name "ir-engine-$holder")" "" \
	"no cgroup is left"
is "$(grep -F "$T/" /proc/self/mountinfo)" "" "no mount is left"
no_file "$dir" "its directory is gone"

run "$IR_SRCDIR/tests/engine.sh" start "$T/f"
code_is 0 "from the command line: start"
out_has "export DOCKER_HOST=unix://$T/f/docker.sock"
run "$IR_SRCDIR/tests/engine.sh" start "$T/f"
code_is 1 "a second one in the same place is refused"
err_has "an engine is there already"
run "$IR_SRCDIR/tests/engine.sh" stop "$T/f"
code_is 0 "stop"
no_file "$T/f"
run "$IR_SRCDIR/tests/engine.sh" start "$T/f" --no-such-option
code_is 1 "a dockerd that does not start is an error"
err_has "no-such-option"
no_file "$T/f" "and leaves nothing"
run env IR_NO_ENGINE="not today" "$IR_SRCDIR/tests/engine.sh" start "$T/f"
code_is 69 "IR_NO_ENGINE is obeyed"
err_has "not today"

done_testing
