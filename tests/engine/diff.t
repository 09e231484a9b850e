#!/bin/bash
# SPDX-License-Identifier: ISC
#
# ir-diff against docker diff on a real engine: the same lines, what docker diff
# was made to miss, and what no tar can hold.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq python3 ssh-keygen

engine_start
engine_image bb
mkdir -p build/etc build/srv/old/deep build/srv/kept
echo root:x >build/etc/passwd
for f in old/1 old/deep/2 kept/f type1 mode same removed; do
	echo $f >build/srv/$f
done
mkdir build/srv/type2
ln -s one build/srv/link
touch -h -d 2020-02-02T02:02:02Z build/etc/passwd build/srv/* build/srv/*/*
mkdir context
tar --owner=0 --group=0 -C build -cf context/files.tar .
printf 'FROM bb\nADD files.tar /\n' >context/Dockerfile
docker build -q -t victim context >/dev/null || skip_all "cannot build an image"

docker run -d --name web -v /volume victim sleep 1000 >/dev/null
docker exec web sh -c '
	rm -r /srv/old; rm /srv/removed /srv/type1; mkdir /srv/type1
	rmdir /srv/type2; echo file >/srv/type2
	echo more >>/srv/kept/f; chmod 4755 /srv/mode; touch /srv/same
	rm /srv/link; ln -s two /srv/link
	mkdir -p /new/dir; echo x >/new/dir/x; ln /new/dir/x /new/hard
	mkfifo /new/fifo; : >"/new/$(printf "a\tb")"; : >"/new/$(printf "caf\303\251")"
	echo hidden >/volume/x
	cp /etc/passwd /tmp/p; touch -r /etc/passwd /tmp/p
	echo toor:x >/etc/passwd; touch -r /tmp/p /etc/passwd; rm /tmp/p'
root=/proc/$(docker inspect -f '{{.State.Pid}}' web)/root
python3 - "$root" <<'EOT'
import os, socket, sys
os.chdir(sys.argv[1])
socket.socket(socket.AF_UNIX).bind("new/socket")
os.setxattr("srv/kept/f", "security.capability",
    bytes.fromhex("0100000200200000000000000000000000000000"))
os.mknod("new/null", 0o20666, os.makedev(1, 3))
EOT
docker diff web | sort >by-docker
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
export IR_KEY=$T/id
cd "$(ir open INC-1 2>/dev/null)" || exit 1
run ir capture web
code_is 0 "captured"
unset DOCKER_HOST

run ir diff --name-only web
code_is 1 "compared, with no engine"
if engine_is podman; then # what was put in the place of another is C or D, A
	is "$(sed 's/^. //' <<<"$out" | sort)" "$({
		echo /srv/kept # nor does it list what lies on the way
		sed -e '/\/new\/socket/d' -e '/ \/tmp$/d' -e 's/^. //' \
			-e 's/\t/\\t/' ../by-docker
	} | sort)" "the paths that docker diff has, but no socket"
else
	is "$(sort <<<"$out")" "$({
		printf '%s\n' 'C /etc' 'C /etc/passwd'
		grep -v /new/socket ../by-docker | sed 's/\t/\\t/'
	} | sort)" "docker diff's lines, what it missed, and no socket"
fi
run ir diff --json web
if engine_is podman; then # which looks at more than the size and the time
	json_is '[.changes[] | select(.hidden) | .path] | length' 0
	json_is '[.engine_only[] | .kind + .path] | join(" ")' \
		"A/new/socket C/tmp"
else
	json_is '[.changes[] | select(.hidden) | .path] | join(" ")' /etc/passwd
	json_is '[.engine_only[] | .kind + .path] | join(" ")' A/new/socket
fi
f='.changes[] | select(.path == "/srv'
json_is "$f/kept/f\") | .fields | join(\" \")" "content mtime xattrs"
json_is "$f/mode\") | .fields | join(\" \")" mode
json_is "$f/mode\") | .after.mode" 4755
json_is "$f/same\") | .fields | join(\" \")" mtime
json_is "$f/link\") | .before.link + .after.link" onetwo
json_is "$f/old\") | .inside" 3
json_is '.changes[] | select(.path == "/new/null") | .after.minor' 3
json_is '[.changes[] | select(.path | test("volume/"))] | length' 0

# A container in which nothing was done.
cd "$T" || exit 1
export DOCKER_HOST=unix://$ENGINE_DIR/docker.sock
docker run -d --name calm victim sleep 1000 >/dev/null
cd INC-1_* || exit 1
run ir capture calm
code_is 0 "a second one of the same image"
run ir diff calm
code_is 0 "nothing was changed in it"
if engine_is podman; then # it has put files in there
	is "$out" "# only in the engine's list: C /etc" "nor is it listed"
else
	is "$out" "" "not even what the engine put there"
	is "$(docker diff calm)" "" "as docker diff has it"
fi

done_testing
