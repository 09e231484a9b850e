#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Files that are no packed bundle, or a hostile one: ir import says so in one
# line that names the member, and leaves nothing behind.
. "${IR_SRCDIR:=.}/tests/tap.sh"
require jq ssh-keygen python3 tar zstd

. "$IR_SRCDIR/tests/sample.sh"
sample B || skip_all "cannot make a bundle"
top=$(basename B/*)
mkdir w
ir export -q -o good.tar "B/$top" >/dev/null

# The good bundle's members, and after these what the script adds to t; it may
# change members, a list of (name, bytes), before.
cat >make.py <<'EOT'
import io, os, sys, tarfile
top, script = sys.argv[1:]
with tarfile.open("good.tar") as good:
    members = [(m.name, good.extractfile(m).read()) for m in good]

def info(name, data=b"", **more):
    i = tarfile.TarInfo(name)
    i.size = len(data)
    for k, v in more.items():
        setattr(i, k, v)
    return i

class Tar:
    def __init__(self, out):
        self.out = out

    def add(self, name, data=b"", **more):
        i = info(name, data, **more)
        self.raw(i.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape"))
        self.raw(data + bytes(-len(data) % 512))

    def raw(self, data):
        self.out.write(data)

    def end(self):
        self.raw(bytes(1024))

def unseal():
    members[:] = [m for m in members if "seal" not in m[0]]

data = top + "/data/"
before, _, after = script.partition("|")
exec(before)
t = Tar(sys.stdout.buffer)
for name, content in members:
    t.add(name, content)
exec(after)
t.end()
EOT

# left NAME: nothing is in w, nor beside it.
left()
{
	is "$(find w -mindepth 1; find . -maxdepth 1 -name '.*.tmp')" "" \
		"$1: nothing is left"
}

# refused WHAT WORDS FILE: one line that has WORDS, and nothing else.
refused()
{
	run timeout 60 ir import "$3" w/in
	code_is 65 "$1"
	err_has "$2"
	err_lines 1
	left "$1"
	rm -rf w/*
}

python3 make.py "$top" '' >plain.tar
run ir import -q plain.tar w/in
code_is 0 "made with python, and nothing wrong with it"
rm -rf w/*

# WHAT, WORDS of the message, SCRIPT for make.py
while IFS=$'\t' read -r what words script; do
	[ -n "$what" ] || continue
	python3 make.py "$top" "$script" >bad.tar || fail "$what: not made"
	refused "$what" "$words" bad.tar
done <<EOT
a way out	is no name for a file in a packed bundle: $top/../evil	|t.add(top + "/../evil")
a way out, deeper	is no name for a file in a packed bundle: $top/data/../../evil	|t.add(data + "../../evil")
absolute	is no name for a file in a packed bundle: /tmp/evil	|t.add("/tmp/evil")
a dot	is no name for a file in a packed bundle: $top/./x	|t.add(top + "/./x")
nothing between	is no name for a file in a packed bundle: $top/data//x	|t.add(data + "/x")
no name	is no name	|t.add("/")
its own top	$top: has no place	|t.add(top)
twice	completeness.json: is there twice	|t.add(data + "completeness.json")
another in case only	ompleteness.json only in case	unseal()|t.add(data + "Completeness.json")
a part too long	is no name	|t.add(data + "a" * 256)
a path too long	is no name	|t.add(data + "a/" * 2048 + "a")
too deep	levels deep	|t.add(data + "a/" * 20 + "a")
a control character	is no name for a file in a packed bundle: $top/data/a\x1b[2J	|t.add(data + "a\\x1b[2J")
a line feed	is no name for a file in a packed bundle: $top/data/a\nb	|t.add(data + "a\\nb")
no UTF-8	is no name for a file in a packed bundle: $top/data/\xff	|t.add(data + "\\udcff")
a blank	is no name for a file in a packed bundle: $top/data/a b	|t.add(data + "a b")
a symbolic link	data/l: is a symbolic link	|t.add(data + "l", type=b"2", linkname="/etc/passwd")
a hard link	data/l: is a hard link	|t.add(data + "l", type=b"1", linkname=data + "completeness.json")
a FIFO	data/p: is a FIFO	|t.add(data + "p", type=b"6")
a device	data/d: is a device	|t.add(data + "d", type=b"3", devmajor=1, devminor=3)
a disk	data/d: is a device	|t.add(data + "d", type=b"4")
an unknown type	data/u: 	|t.add(data + "u", type=b"9")
an attribute	data/x: is a file with extended attributes	|t.add(data + "x", pax_headers={"SCHILY.xattr.user.a": "b"})
holes	data/s: is a file with holes	|t.add(data + "s", bytes(512), pax_headers={"GNU.sparse.map": "0,512", "GNU.sparse.size": "1000000", "GNU.sparse.numblocks": "1"})
two tops	does not lie in $top	|t.add("other/data/x")
a hidden top	is no name for a file in a packed bundle: .ssh/x	members = [(".ssh/x", b"")]|
a top like an option	is no name for a file in a packed bundle: -rf/x	members = [("-rf/x", b"")]|
a directory elsewhere	is no name for a file in a packed bundle: $top/../x	|t.add(top + "/../x/", type=b"5")
another top's directory	does not lie in $top	|t.add("other/", type=b"5")
a file and a directory	that of a file and of a directory	unseal()|t.add(data + "n/x"); t.add(data + "n")
a directory and a file	that of a file and of a directory	unseal()|t.add(data + "completeness.json/x")
no place	$top/notes.txt: has no place	|t.add(top + "/notes.txt")
files elsewhere	fetch.txt: has no place	|t.add(top + "/fetch.txt")
more than sealed	data/x: 	|t.add(data + "x", b"x")
an empty one more	with it there is more than was sealed	|t.add(data + "x")
a terabyte	with it there is more than was sealed	|t.raw(info(data + "x", size=1 << 40).tobuf(tarfile.GNU_FORMAT))
a terabyte of journal	larger than	|t.raw(info(top + "/journal/0009-ir-x.jsonl", size=1 << 40).tobuf(tarfile.GNU_FORMAT))
a negative size	 	|t.raw(info(data + "x", size=-1).tobuf(tarfile.GNU_FORMAT))
after the end	more than zeros after its end	|t.end(); t.add(data + "x", b"y")
garbage after it	more than zeros after its end	|t.end(); t.raw(b"garbage")
a size changed by a record	 	|t.add(data + "x", b"abc", pax_headers={"size": "5"})
two names	is there twice	|t.add("y", pax_headers={"path": data + "completeness.json"})
a name with a NUL	a name with a NUL	unseal()|t.add("y", pax_headers={"path": data + "a\\0b"})
no end	cut short	|t.end = lambda: None
half an end	cut short	|t.end = lambda: t.raw(bytes(512))
no bagit.txt	no bagit.txt	members = [m for m in members if not m[0].endswith("bagit.txt")]|
no custody	is no bundle	members = [m for m in members if "/custody/" not in m[0]]|
nothing	 	members = []|
a seal that is no JSON	0001-seal.json	members = [(n, b"{" if n.endswith("seal.json") else d) for n, d in members]|
a seal without a sum	does not say how much was sealed	members = [(n, b"{}" if n.endswith("seal.json") else d) for n, d in members]|
a seal of too little	with it there is more than was sealed	import re; members = [(n, re.sub(b'oxum":"[0-9]*', b'oxum":"5', d) if n.endswith("seal.json") else d) for n, d in members]|
the seal at the end	with it there is more than was sealed	import re; members = [m for m in members if "seal" not in m[0]] + [(n, re.sub(b'oxum":"[0-9]*', b'oxum":"5', d)) for n, d in members if n.endswith("seal.json")]|
EOT

# Sparse files as tar makes them.
mkdir -p sparse/x && truncate -s 1M sparse/x/s && echo end >>sparse/x/s
for format in gnu posix; do
	tar --format=$format -S -C sparse -cf bad.tar x/s
	refused "sparse, as tar makes it: $format" "x/s: " bad.tar
done

# Cut anywhere.
size=$(stat -c %s good.tar)
whole=0 other=0 n=0
for ((at = 0; at < size - 10240; at += size / 60 + 7)); do
	head -c $at good.tar >bad.tar
	run timeout 60 ir import bad.tar w/in
	n=$((n + 1))
	[ "$code" != 0 ] || whole=$((whole + 1))
	[ "$code" = 65 ] && [ "$(wc -l <"$T/err")" = 1 ] &&
		[ -z "$(ls -A w)" ] || other=$((other + 1))
done
is "$whole $other" "0 0" "cut at $n places: never whole, nothing is left"

# What is no tar.
: >bad.tar
refused "an empty file" "bad.tar: " bad.tar
head -c 100000 /dev/urandom >bad.tar
refused "noise" "is no tar" bad.tar
gzip -c good.tar >bad.tar
refused "another compression" "is no tar" bad.tar
run timeout 60 ir import / w/in
code_is 74 "a directory"
left "a directory"

# Compressed.
zstd -qc good.tar >good.zst
head -c 200000 good.zst >bad.zst
refused "a frame cut short" "bad.zst" bad.zst
cat good.zst good.zst >bad.zst
refused "two frames" "bad.zst" bad.zst
(cat good.zst; echo) >bad.zst
refused "something after the frame" "bad.zst" bad.zst
zstd -qc --long=27 --no-content-size <good.tar >bad.zst
refused "a window of 128 MiB" "bad.zst" bad.zst
zstd -qc <good.zst >bad.zst
refused "twice" "is no tar" bad.zst
head -c 2G /dev/zero | zstd -qc >bad.zst
refused "a bomb of nothing" "is no tar" bad.zst
(cat plain.tar; head -c 2G /dev/zero) | zstd -qc >bad.zst
refused "a bomb after the end" "goes on for more than" bad.zst
(python3 make.py "$top" '|t.raw(info(data + "x", size=2 << 30)
.tobuf(tarfile.GNU_FORMAT)); t.end = lambda: None'
head -c 2G /dev/zero) | zstd -qc >bad.zst
refused "a bomb of payload" "with it there is more than was sealed" bad.zst
python3 -c "
import sys, tarfile
i = tarfile.TarInfo('$top/data')
i.type = tarfile.DIRTYPE
sys.stdout.buffer.write(i.tobuf() * 2000000)" | zstd -qc >bad.zst
refused "two million members" "more than 1000000 members" bad.zst

# Not sealed, and so without a sum: there has to be room.
python3 make.py "$top" 'unseal()|t.raw(info(data + "x", size=1 << 50).tobuf(tarfile.GNU_FORMAT))' >bad.tar
run timeout 60 ir import bad.tar w/in
code_is 74 "a petabyte"
err_has "there is room for"
err_lines 1
left "a petabyte"

done_testing
