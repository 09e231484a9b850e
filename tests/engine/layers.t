#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Files from the engine's disk: the same tree as by the engine, layers that were
# touched, names that no layer can hold, and what docker load makes of it.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq python3 ssh-keygen

engine_start
[ "$(docker info -f '{{.Driver}}')" = overlay2 ] ||
	skip_all "the engine does not have the storage driver overlay2"
engine_image bb
trees=$(realpath "${IR_BUILDDIR:-.}")/tests/engine/test-trees

# An image of three layers, the upper ones of which take away.
mkdir context
cat >context/fill <<'EOT'
import os, sys
def put(path, text, mode=0o644):
    with open(path, "wb") as f: f.write(text)
    os.chmod(path, mode)
os.chdir(sys.argv[1])
for d in (b"a/deep/er", b"gone", b"opaque/in", b"todir", b"links",
    b"caf\xe9", b"new\nline"): os.makedirs(d)
for i in range(20): put(b"a/deep/er/%d" % i, b"x%d" % i)
for f in (b"gone/1", b"gone/2", b"opaque/in/1", b"opaque/2", b"tofile",
    b"changed", b"mode", b"links/1", b"caf\xe9/\xff", b"new\nline/\t",
    b"removed"): put(f, f)
os.link("links/1", "links/2"); os.link("links/1", "links/3")
put(b"setuid", b"#!", 0o4755)
put(b"capable", b"#!", 0o755)
os.setxattr("capable", "security.capability",
    bytes.fromhex("0100000200200000000000000000000000000000"))
os.symlink("a", "to-a"); os.mkfifo("fifo")
os.mknod("null", 0o20666, os.makedev(1, 3))
os.chown("mode", 3000000, 70000)
long = b"l" * 200
os.makedirs(b"/".join([long] * 3)); put(b"/".join([long] * 4), b"long")
EOT
mkdir files && python3 context/fill files
tar --xattrs --xattrs-include='*' -C files -cf context/files.tar .
cat >context/Dockerfile <<'EOT'
FROM bb
ADD files.tar /
RUN rm -r /gone /removed; rm -r /opaque; mkdir /opaque; echo n >/opaque/new
RUN rm /links/2; echo changed >/changed; rm -r /todir; echo f >/todir
EOT
docker build -q -t nasty context >/dev/null || skip_all "cannot build an image"
docker run -d --name web nasty sh -c 'exec sleep 1000' >/dev/null
id=$(docker inspect -f '{{.Id}}' web)
image=$(docker inspect -f '{{.Image}}' web) image=${image#sha256:}
docker exec web sh -c '
	rm -r /a/deep/er; mkdir /a/deep/er; echo mine >/a/deep/er/mine
	rm /todir /tofile; mkdir -p /todir/again /tofile; echo x >/tofile/x
	rm -r /opaque; chmod 4711 /mode; rm /links/1; ln /links/3 /links/4
	mkdir /w; rm /w/x 2>/dev/null; mkfifo /w/pipe; ln -s /etc/shadow /w/out
	echo 1 >/w/1; ln /w/1 /w/2; ln /w/1 /w/3; rm /fifo; echo now >/fifo
	truncate -s 3000000 /w/sparse; echo end >>/w/sparse'
python3 - "/proc/$(docker inspect -f '{{.State.Pid}}' web)/root" <<'EOT'
import os, socket, sys
os.chdir(sys.argv[1])
socket.socket(socket.AF_UNIX).bind("w/socket")
os.setxattr("w/1", "user.note", b"a\0b")
os.setxattr("w/2", "security.capability",
    bytes.fromhex("0100000200200000000000000000000000000000"))
os.mknod("w/block", 0o60600, os.makedev(7, 300))
open(b"w/\xff\n\x1b[31m", "w").close()
open("w/" + 255 * "n", "w").write("n")
os.utime("w/3", ns=(0, -1250000000))
EOT
mkdir whole && docker pause web >/dev/null && docker export web >whole.tar
docker unpause web >/dev/null

ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
export IR_KEY=$T/id
echo "alice@lab $(cat id.pub)" >signers
IR_BUNDLE=$T/$(ir open INC-1 2>/dev/null) && export IR_BUNDLE
run ir capture web
code_is 0 "captured from the engine's disk"
like "$out" "filesystem .*from the engine's disk" "which the ledger says"
like "$out" "image .*each as its digest says" "and that it is proven"
c=$IR_BUNDLE/data/containers/$id i=$IR_BUNDLE/data/images
no_file "$c/filesystem.tar" "no export was made"
is "$(sha256sum <"$i/blobs/sha256/$image" | cut -c1-64)" "$image" \
	"the image's configuration is what its id says"
n=0
for f in "$i"/blobs/sha256/*; do
	[ "$(sha256sum <"$f" | cut -c1-64)" = "${f##*/}" ] || n=$((n + 1))
done
is "$n" 0 "each blob is what it is called"
is "$(jq -r .path "$c/layer-omitted.jsonl")" /w/socket \
	"what no tar holds is told"
jq -r '"data/" + .layers[].path' "$i/$image/layers.json" |
	(cd "$IR_BUNDLE" && xargs realpath) >stack
mapfile -t stack <stack
run "$trees" whole.tar "${stack[@]}" "$c/init.tar" "$c/layer.tar"
code_is 1 "all but what an export leaves out is the same"
is "$(grep -v ^# <<<"$out" | cut -d' ' -f1,2)" "$(printf 'C /w/%s\n' 1 2 3)" \
	"which is an attribute of a user's"
run "$trees" whole.tar "${stack[@]}" "$c/init.tar"
code_is 1 "without its own layer it is another"
run tar -tf "$c/layer.tar"
code_is 0 "GNU tar reads it"
run python3 -c 'import sys, tarfile
for m in tarfile.open(sys.argv[1]):
	if m.name in ("w/3", "w/sparse"): print(m.name, m.mtime, m.size)' \
	"$c/layer.tar"
like "$out" "w/sparse [0-9.]+ 3000004" "Python, too: a file with holes"

# The other way, beside it.
run ir capture --method=api --only=filesystem web
code_is 0 "by the engine"
like "$out" "filesystem .*by the engine: asked for" "which the ledger says"
cmp -s whole.tar "$c/run-0002/filesystem.tar"
is $? 0 "is what the engine exports"

# As an image again.
run ir export --image=web -b "$IR_BUNDLE" -o web.tar
code_is 0 "exported as an image"
run docker load -i web.tar
code_is 0 "docker load takes it"
docker run --name again --network none ir-evidence/inc-1:web true
docker export again >again.tar
run ir export --image="${image:0:12}" -o image.tar
code_is 0 "and the image itself"
docker load -qi image.tar >/dev/null
is "$(docker image inspect -f '{{.Id}}' "ir-evidence/inc-1:${image:0:12}")" \
	"sha256:$image" "which has its own id"
run ir export --image=web -o web.tar
code_is 73 "nothing is overwritten"
run ir export --image=nobody -o nobody.tar
code_is 66 "what is not there"
no_file nobody.tar "makes no file"
run ir export --image=web
code_is 64 "a file is to be named"

# A second container of the same image: its layers are there.
docker run -d --name other nasty sleep 1000 >/dev/null
before=$(find "$i" -type f | wc -l)
run ir capture other
code_is 0 "a second container of the image"
is "$(find "$i" -type f | wc -l)" "$before" "takes no layer again"
run ir diff other
code_is 0 "nothing was changed in it"
run ir diff --name-only web
code_is 1 "something was in the first"

# Names and files that a layer cannot say.
docker run -d --name sly bb sh -c '
	echo x >/.wh.passwd; d=$(printf %0250d 0)
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22; do
		mkdir $d && cd $d; done; echo deep >it
	touch /done; exec sleep 1000' >/dev/null
until docker exec sly test -e /done 2>/dev/null; do sleep 0.1; done
# Of such a depth the engine's own list of changes is an error.
run ir capture --skip=changes sly
code_is 0 "a name like that of a deletion"
s=$IR_BUNDLE/data/containers/$(docker inspect -f '{{.Id}}' sly)
like "$out" "filesystem .*by the engine" "is had by the engine, too"
like "$(cat "$s/layer-omitted.jsonl")" '/\.wh\.passwd.*deleted' "and told"
run tar -tf "$s/filesystem.tar" .wh.passwd
code_is 0 "there it is"
run bash -c "tar -xOf '$s/layer.tar' --wildcards '*/it'"
is "$out" deep "a file deeper than any path of the kernel's"

# A layer that somebody touched on the engine's disk.
root=$(docker info -f '{{.DockerRootDir}}')
layer=$(grep -rl "$(jq -r '.rootfs.diff_ids[1]' "$i/blobs/sha256/$image")" \
	"$root"/image/overlay2/layerdb/sha256/*/diff)
file=$root/overlay2/$(cat "${layer%/diff}/cache-id")/diff/setuid
printf '#?' >"$file"
IR_BUNDLE=$T/$(ir open INC-2 2>/dev/null)
run ir capture web
code_is 10 "a layer with another content"
like "$out" "failed +image .*not what its image says: .*setuid has another content" \
	"is a finding, with its file"
is "$(jq '[.layers[] | select(.proven | not)] | length' \
	"$IR_BUNDLE/data/images/$image/layers.json")" 1 "one is not proven"
is "$(tar -xOf "$IR_BUNDLE/data/images/$image/found-001.tar" setuid)" '#?' \
	"and is kept as it is"
run ir diff --name-only web
code_is 1 "what stands on it can be compared"
rm "$file"
IR_BUNDLE=$T/$(ir open INC-3 2>/dev/null)
run ir capture --only=image web
code_is 10 "a file that is gone"
like "$out" "setuid is gone" "is named"

done_testing
