#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Volumes and binds on a real engine: where they come from and who has them, what
# is in them, what is left out, and that it says so.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq ssh-keygen tar
ir capture --help | grep -q -- --only || skip_all "ir capture cannot choose"

engine_start
engine_image bb
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
echo "alice@lab $(cut -d' ' -f1,2 "$T/id.pub")" >"$T/signers"
export IR_KEY=$T/id IR_ALLOWED_SIGNERS=$T/signers

opened()
{
	rm -rf "$T/case" && mkdir "$T/case" && cd "$T/case" &&
		IR_BUNDLE=$T/case/$(ir open INC-1 2>/dev/null) && export IR_BUNDLE
}

# dir NAME: that of the volume or bind whose directory begins so.
dir()
{
	find "$IR_BUNDLE/data/volumes" -type d -name "$1-*" | head -n 1
}

why()
{
	jq -r '.ledger[]? | select(.collector == "volumes").why' "$T/out"
}

mkdir -p "$T/v/in/sub" && echo bound >"$T/v/in/file" && echo one >"$T/v/single"
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' \
	"$T/v/talk" 2>/dev/null || require python3
docker volume create --label team=shop shop >/dev/null
docker run -d --name web -v shop:/data -v "$T/v/in:/srv/in:ro" \
	-v "$T/v/single:/etc/single" -v "$T/v/talk:/run/talk" -v /proc:/hostproc:ro \
	bb sh -c 'echo evil >/data/shell.php; mkfifo /data/fifo; ln -s /etc/passwd \
	/data/link; touch /data/ready; exec sleep 100000' >/dev/null
docker run -d --name peer -v shop:/mnt:ro bb sleep 100000 >/dev/null
for ((i = 0; i < 600; i++)); do
	docker exec web test -e /data/ready && break
	sleep 0.1
done

opened
run ir capture --json --profile=standard web
code_is 0 "a standard capture"
is "$(jq -r .volume.Labels.team "$(dir shop)/volume.json")" shop \
	"has where a volume comes from, with its labels"
is "$(jq -r '[.mounted_by[] | "\(.name) \(.destination) \(.read_only)"] |
	sort | join(",")' "$(dir shop)/volume.json")" \
	"peer /mnt true,web /data false" "and who has it"
no_file "$(dir shop)/content.tar" "but not its content"

opened
run ir capture --json --only=mounts,volumes web
code_is 0 "they are captured"
json_is .complete true
for w in "proc-.*" in single; do
	like "$(ls "$IR_BUNDLE/data/volumes")" "$w" "$w is named"
done
v=$(dir shop)
is "$(tar -xOf "$v/content.tar" data/shell.php)" evil "a file of the volume"
like "$(tar -tvf "$v/content.tar")" 'prw.* data/fifo' "a FIFO is not opened"
like "$(tar -tvf "$v/content.tar")" 'data/link -> /etc/passwd' \
	"nor a link followed"
is "$(find "$IR_BUNDLE" -name content.tar | wc -l)" 3 \
	"a volume, a directory and a file are copied"
is "$(for f in "$IR_BUNDLE"/data/volumes/*-in-*/content.tar; do
	tar -xOf "$f" in/file
done)" bound "the bind's"
is "$(for f in "$IR_BUNDLE"/data/volumes/*single-*/content.tar; do
	tar -xOf "$f" single
done)" one "the file's"
is "$(docker inspect -f '{{.State.Status}}' web)" running "it runs again"
is "$(jq -r '.not_copied // "" | test("holds no files")' \
	"$(dir proc)/volume.json")" true "/proc is left out, with the reason"
run ir capture --json --only=mounts,volumes peer
code_is 0 "another container with the same volume"
run ir seal
code_is 0 "it is sealed"
run ir verify "$IR_BUNDLE"
code_is 0 "and valid"

opened
run ir capture --json --only=volumes --volume-limit=1K web
code_is 10 "a limit is told as something missing"
like "$(why)" "/data: only the first 1.0 KiB" "with the reason"
is "$(find "$IR_BUNDLE" -name content.tar | wc -l)" 0 "nothing passes for whole"
is "$(stat -c %s "$(dir shop)"/content.tar*part | sort -u)" 1024 \
	"and what there is, is kept"
run ir seal
run ir verify "$IR_BUNDLE"
code_is 10 "the bundle says that it is not complete"

# A sparse file that is larger than any disk.
if docker exec web dd if=/dev/zero of=/data/huge bs=1M seek=10485760 count=0 \
	2>/dev/null; then
	opened
	run ir capture --json --only=volumes --volume-limit=1M web
	code_is 10 "a sparse file of 10 TB does not fill the disk"
	is "$(stat -c %s "$(dir shop)"/content.tar*part | sort -u)" 1048576 \
		"but ends at the limit"
	docker exec web rm /data/huge
else
	skip "a sparse file of 10 TB" "the file system takes none"
fi

# The directory above is the container's to move.
docker run -d --name liar -v theirs:/a/b bb sleep 100000 >/dev/null
docker exec liar sh -c 'mv /a /c && mkdir /a && ln -s /etc /a/b'
opened
run ir capture --json --only=volumes liar
if [ "$code" = 0 ]; then # an engine that mounts where the link leads
	unlike "$(tar -tf "$(dir theirs)/content.tar")" passwd \
		"a link in its place does not lead elsewhere"
else
	code_is 10 "a link in its place does not lead elsewhere"
	like "$(why)" "/a/b: where it should be, there is a symbolic link" \
		"and is named"
	is "$(find "$IR_BUNDLE" -name 'content.tar*' | wc -l)" 0 \
		"what is behind it is not taken for the volume"
fi

# The host's own files.
docker run -d --name root -v /:/host:ro -v shop:/data bb sleep 100000 >/dev/null
opened
run ir capture --json --only=mounts,volumes root
like "$(jq -r 'select(.destination == "/host").not_copied' \
	"$IR_BUNDLE"/data/volumes/*/volume.json)" "the whole of the host" \
	"/ is named, and not copied"
if engine_is podman; then
	code_is 0 "the volume beside it is copied"
else
	code_is 10 "Docker is not asked for the volume beside it"
	like "$(why)" "/data: not asked for, as /host holds" "with the reason"
	like "$(why)" "copy .*shop.* on the host" "and the way out"
fi

docker run -d --name none --tmpfs /mem bb sleep 100000 >/dev/null
opened
run ir capture --json --only=mounts,volumes none
code_is 0 "a container with none"
json_is '[.ledger[] | select(.collector == "volumes" or .collector == "mounts")
	.outcome] | unique | join(",")' empty "has none"

docker rm -f web peer liar root none >/dev/null
done_testing
