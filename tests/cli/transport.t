#!/bin/bash
# SPDX-License-Identifier: ISC
#
# ir-export and ir-import: the same bundle is the same file, other people's
# programs can read it, what comes back is what went in, and what fails leaves
# nothing.
. "${IR_SRCDIR:=.}/tests/tap.sh"
require jq ssh-keygen python3 tar zstd age age-keygen

. "$IR_SRCDIR/tests/sample.sh"
sample B || skip_all "cannot make a bundle"
name=$(basename B/*)
mkdir w

# only WHAT PATH...: these are in w/, and nothing else.
only()
{
	is "$(ls -A w | tr '\n' ' ')" "${*:2}" "$1"
}

# soon COMMAND...: waits until it succeeds.
soon()
{
	local i

	for ((i = 0; i < 500; i++)); do
		! "$@" || return 0
		sleep 0.02
	done
	diag "never: $*"
}

growing()
{
	[ -n "$(find w -size +1M)" ]
}

begun()
{
	[ -n "$(find w -type f)" ]
}

# clean NAME: nothing is in w/.
clean()
{
	only "$1"
}

# What a tar of the directory is, by ir-bundle(5) alone.
cat >pack.py <<'EOT'
import os, sys

def field(n, width):
    return b"%0*o " % (width - 2, n)

def header(prefix, name, size):
    h = (name.ljust(100, b"\0") + b"000600 \0" + field(0, 8) + b"\0" +
         field(0, 8) + b"\0" + field(size, 13) + field(0, 13) + b" " * 8 + b"0" +
         bytes(100) + b"ustar\00000" + bytes(64) + field(0, 8) + b"\0" +
         field(0, 8) + b"\0" + prefix.ljust(155, b"\0") + bytes(12))
    return h[:148] + b"%06o\0 " % sum(h) + h[156:]

top = os.path.basename(os.path.realpath(sys.argv[1]))
paths = [os.path.relpath(os.path.join(d, f), sys.argv[1])
         for d, _, files in os.walk(sys.argv[1]) for f in files]

def rank(path):
    first = ["custody/", "journal/", "tagmanifest-sha256.txt",
             "manifest-sha256.txt"]
    for i, name in enumerate(first):
        if path == name or name[-1] == "/" and path.startswith(name):
            return i
    return 5 if path.startswith("data/") else 4

total = 0
def out(b):
    global total
    total += len(b)
    sys.stdout.buffer.write(b)

for path in sorted(paths, key=lambda p: (rank(p), p)):
    data = open(os.path.join(sys.argv[1], path), "rb").read()
    prefix, name = b"", (top + "/" + path).encode()
    if len(name) > 100:
        at = name.index(b"/", len(name) - 101)
        prefix, name = name[:at], name[at + 1:]
    out(header(prefix, name, len(data)) + data + bytes(-len(data) % 512))
out(bytes(1024))
out(bytes(-total % 10240))
EOT

run ir export -b "B/$name" -o w
code_is 0 "an export"
only "one file, by the name of the bundle" "$name.tar "
is "$(stat -c %a "w/$name.tar")" 600
out_has "exported  w/$name.tar: "
out_has "$(sha256sum <"w/$name.tar" | cut -c1-64)" "its hash"
out_has "$(stat -c %s "w/$name.tar") bytes" "its size"
err_has "ir custody copy"
ok "as ir-bundle(5) has it, byte for byte" \
	sh -c 'python3 pack.py "$1" | cmp - "$2"' sh "B/$name" "w/$name.tar"
mv "w/$name.tar" first.tar

run ir export --json -o w "B/$name"
code_is 0 "once more, for a machine"
json_is .sha256 "$(sha256sum <first.tar | cut -c1-64)"
json_is .size "$(stat -c %s first.tar)"
json_is .file "w/$name.tar"
json_is .sealed true
ok "the same bytes" cmp first.tar "w/$name.tar"
rm "w/$name.tar"

# The same files: in other places, made in another order, at other times.
mkdir elsewhere
(cd B && find "$name" -type d) | (cd elsewhere && xargs mkdir -p)
(cd B && find "$name" -type f | sort -r) | while read -r f; do
	(umask 0; cat "B/$f" >"elsewhere/$f")
done
find elsewhere -exec touch -d 2001-01-01 {} +
chmod -R a+rwx elsewhere
(umask 0; LC_ALL=C.UTF-8 TZ=Asia/Tokyo run ir export \
	-o w/x "$T/elsewhere/$name/")
ok "whatever the times, modes, umask, locale" cmp first.tar w/x
is "$(stat -c %a w/x)" 600 "and not for others to read"
rm -rf elsewhere
(cd "B/$name" && run ir export -o ../../w/x)
ok "from within" cmp first.tar w/x
(cd B && run ir export -o - && cp "$T/out" ../w/y)
ok "the one sealed bundle here, to standard output" cmp first.tar w/y
rm w/*

# Programs of others.
mkdir untar
tar -C untar -xf first.tar
code_is 0 "tar reads it"
run diff -r "B/$name" "untar/$name"
code_is 0 "and gets the same files"
run ir verify "untar/$name"
code_is 0 "which are VALID"
is "$(tar -tvf first.tar | awk '{ print $1, $2, $4, $5 }' | sort -u)" \
	"-rw------- 0/0 1970-01-01 00:00" "mode, owner and time are nobody's"
if command -v bsdtar >/dev/null; then
	is "$(bsdtar -tf first.tar)" "$(tar -tf first.tar)" "bsdtar, too"
else
	skip "bsdtar, too" "no bsdtar"
fi
tar -cf repacked.tar -C untar "$name"
rm -rf untar

cd w || exit 99
run ir import ../first.tar
code_is 0 "an import"
out_has "imported    $name: "
out_has VALID "is verified, when it is known who is trusted"
only_here()
{
	is "$(ls -A | tr '\n' ' ')" "${*:2}" "$1"
}
only_here "one directory" "$name "
run diff -r "../B/$name" "$name"
code_is 0 "the same as it was"
is "$(find "$name" -type d -printf '%m\n' | sort -u)" 700
is "$(find "$name" -type f -printf '%m\n' | sort -u)" 600
run ir import ../first.tar
code_is 73 "never over an old one"
err_has "$name: is there already"
err_lines 1
mkdir empty
run ir import ../first.tar "$PWD/empty"
code_is 73 "not even an empty one"
err_has "$PWD/empty: is there already"
err_has "give another DIR"
rmdir empty
run ir import --json - new <../first.tar
code_is 0 "from standard input, under another name"
json_is .bundle new
json_is .sealed true
json_is .verified.verdict VALID
held=$(jq -c .verified.summary.sandbox <<<"$out")
is "$held" "$(ir verify --json new | jq -c .summary.sandbox)" \
	"verified in the sandbox of ir verify: $held"
run ir import ../first.tar -
code_is 0 "into a directory that is called -"
out_has "imported    ./-: "
out_has VALID "and it is that directory which is verified"
run env -u IR_ALLOWED_SIGNERS ir import ../repacked.tar repacked
code_is 0 "what tar packed, in its own order; nobody is known"
err_has "nothing of it is verified yet: ir verify repacked"
run diff -r new repacked
code_is 0 "the same files"
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f ../other
echo "alice@lab $(cat ../other.pub)" >../others
run ir import -s ../others ../first.tar foreign
code_is 11 "the exit code is the verdict"
ok "and the bundle stays" test -d foreign
run ir import -s nowhere ../first.tar none
code_is 66 "no such list"
no_file none
run ir import nowhere.tar
code_is 66 "no such file"
run ir import ../first.tar nowhere/sub
code_is 66 "no such place"
rm -rf -- *
cd .. || exit 99
clean "nothing else was left"

# Compressed.
run ir export -q --zst -o w "B/$name"
code_is 0
only "compressed" "$name.tar.zst "
ok "zstd reads it" sh -c 'zstd -qdc "$1" | cmp - first.tar' sh w/*.zst
run ir import -q "w/$name.tar.zst" w/in
code_is 0 "and ir import"
run diff -r "B/$name" w/in
code_is 0
rm -rf w/*

# Encrypted.
ssh-keygen -q -t ed25519 -N '' -C bob@lab -f bob
age-keygen -o carol 2>/dev/null
carol=$(age-keygen -y carol)
run ir export -q --to bob.pub --to "$carol" -o w "B/$name"
code_is 0 "encrypted to two"
only "encrypted" "$name.tar.age "
for who in bob carol; do
	ok "age reads it as $who" sh -c 'age -d -i "$1" "$2" | cmp - first.tar' \
		sh $who "w/$name.tar.age"
	run ir import -q -i $who "w/$name.tar.age" w/in
	code_is 0 "and ir import"
	run diff -r "B/$name" w/in
	code_is 0
	rm -rf w/in
done
run ir import "w/$name.tar.age" w/in
code_is 77 "not without a key"
err_has "is encrypted: name your private key with -i"
err_lines 1
run ir import -i other "w/$name.tar.age" w/in
code_is 77 "not with another's"
err_lines 1
head -c 5000 "w/$name.tar.age" >cut.age
run ir import -i bob cut.age w/in
code_is 65 "nor a part of it"
no_file w/in
rm w/*
run ir export -q --zst --to "$(cat bob.pub)" -o w "B/$name"
only "compressed, then encrypted" "$name.tar.zst.age "
ok "in this order" sh -c 'age -d -i bob "$1" | zstd -qdc | cmp - first.tar' \
	sh w/*.age
age -r "$carol" <first.tar >by-age
run ir import -q -i carol - w/in <by-age
code_is 0 "what age encrypted"
run ir export --to nobody.pub -o w "B/$name"
code_is 66 "no such recipient"
run ir export --to bob -o w "B/$name"
code_is 65 "a private key is no recipient"
echo "bob@lab $(cat bob.pub)" >bobs
run ir export --to bobs -o w "B/$name"
code_is 65 "nor is a line of allowed_signers"
err_has "bobs: line 1: that is a line of allowed_signers: give the public key"
rm -rf w/*

# Refused, with nothing left.
: >"w/$name.tar"
run ir export -o w "B/$name"
code_is 73 "nothing is overwritten"
err_has "w/$name.tar: is there already"
err_has "choose another name with -o"
err_lines 1
ok "it is still empty" test ! -s "w/$name.tar"
run ir export -o w/nowhere/x "B/$name"
code_is 66 "no such place"
run ir export -o "B/$name/data/x.tar" "B/$name"
code_is 64 "not into itself"
err_has "within the bundle"
cd "B/$name/data" && run ir export -b ..
cd "$T" || exit 99
code_is 64 "by default, either"
run ir verify "B/$name"
code_is 0 "which is as it was"
for as in w/x.age w/x.tar.zst.age "$name.age"; do
	run ir export -o "$as" "B/$name"
	code_is 64 "$as, for nobody"
	err_has "$as: to encrypt it say to whom with --to"
	err_lines 1
	no_file "$as"
done
run ir export -o w/x.tar.zst "B/$name"
code_is 64 "not compressed, and called so"
err_has "w/x.tar.zst: to compress it say --zst"
run ir export --to bob.pub -o w/x.tar.zst.age "B/$name"
code_is 64 "encrypted, and not compressed"
run ir export -o w/usb/ "B/$name"
code_is 66 "a directory that is not there"
err_has "w/usb/: there is no such directory"
no_file w/usb
mkdir w/usb.age
run ir export -q -o w/usb.age/ "B/$name"
code_is 0 "a directory may have any name"
ok "there" cmp first.tar "w/usb.age/$name.tar"
rm -r w/usb.age
run ir export -q --zst --to bob.pub -o w/x.tar.zst.age "B/$name"
code_is 0 "and a file the name that it deserves"
cd "B/$name" && run ir export -q
cd "$T" || exit 99
code_is 0 "within, the default is beside it"
out_has "exported  ../$name.tar: "
ok "there" cmp first.tar "B/$name.tar"
rm "B/$name.tar"
run ir export -b "B/$name" "B/$name"
code_is 64 "two bundles"
run ir export --json -o - "B/$name"
code_is 64 "a tar and JSON on one descriptor"
run script -qec "ir export -o - 'B/$name'" /dev/null
code_is 64 "a tar on a terminal"
run ir export -o w/x /tmp
code_is 65 "no bundle"
run ir export -o w/x nowhere
code_is 66 "no such directory"
run ir export
code_is 66 "no bundle here"
err_has "no sealed bundle here"
rm w/*
clean "nothing is left of all that"

# What has no place in the directory.
while read -r what script; do
	cp -r B spoilt && (cd "spoilt/$name" && eval "$script")
	run ir export -o w "spoilt/$name"
	code_is 65 "$what"
	err_lines 1
	clean "nothing is left"
	rm -rf spoilt
done <<'EOT'
symlink		ln -s /etc/passwd data/x
hard-link	ln bagit.txt data/x
fifo		mkfifo data/x
name		: >"data/a b"
fetch.txt	: >fetch.txt
extra-file	: >extra
case		cp data/completeness.json data/Completeness.json
no-bagit	rm bagit.txt
no-seal		rm custody/0001-seal.json.sig
EOT
mv B/"$name" B/-x
run ir export -o w B/-x
code_is 65 "a directory that looks like an option"
mv B/-x B/"$name"
clean "nothing is left"

# Not sealed.
open=$(ir open -q -d . INC-2 2>/dev/null)
run ir export -o w "$open"
code_is 65 "an open bundle"
err_has "is not sealed: close it with ir seal"
run ir export --unsealed -o w "$open"
code_is 0 "unless it is said"
out_has "not sealed"
run ir import -q w/*.tar w/in
code_is 12 "it comes back as what it is"
run diff -r "$open" w/in
code_is 0
ok "open" test -e w/in/.open
rm -rf w/*
(flock -s 9 && exec sleep 60) 9<"$open/.open" &
writer=$!
soon sh -c '! flock -xn "$1" true' sh "$open/.open"
run ir export --unsealed -o w "$open"
code_is 73 "not while another program writes to it"
kill $writer
wait $writer 2>/dev/null
clean "nothing is left"

# A file that changes meanwhile.  The reader of the pipe is slow.
big=$(find "B/$name/data" -name filesystem.tar -path '*containers*')
later=$(find "B/$name/data" -name filesystem.tar -path '*images*')
for change in 'echo >>"$1"' 'truncate -s -1 "$1"' 'rm "$2"'; do
	cp -r B spoilt
	mkfifo pipe
	(exec 3<pipe; head -c 1 <&3 >/dev/null
	sh -c "$change" sh "spoilt${big#B}" "spoilt${later#B}"; cat <&3 >/dev/null) &
	run sh -c 'ir export -o - "$1" >pipe' sh "spoilt/$name"
	code_is 65 "changed meanwhile: $change"
	err_has "changed while it was exported"
	err_lines 1
	wait $!
	rm -rf spoilt pipe
done

# Interrupted.
truncate -s 4G "$open/data/sparse"
ir export -q --unsealed -o w "$open" 2>err.txt &
job=$!
soon growing
kill -TERM $job
wait $job
is $? 130 "an export that is interrupted"
clean "nothing is left"
ir export -q --unsealed -o w "$open" 2>err.txt &
job=$!
soon growing
kill -KILL $job
wait $job 2>/dev/null
no_file "w/$(basename "$open").tar" "one that is killed: no whole file"
truncate -s 0 "$open/data/sparse"
run ir export --unsealed -o w "$open"
code_is 0 "the next one is not held up"
rm -rf w/* w/.[!.]*
mkfifo pipe
ir import -q pipe w/in 2>err.txt &
job=$!
exec 3>pipe
head -c 100000 first.tar >&3
soon begun
kill -TERM $job
exec 3>&-
wait $job
is $? 130 "an import that is interrupted"
clean "nothing is left"

# The disk is full.
if [ "$(id -u)" = 0 ] && mkdir small &&
	mount -t tmpfs -o size=1m none small 2>/dev/null; then
	at_exit umount small
	run ir export -o small "B/$name"
	code_is 74 "an export to a full disk"
	err_has "No space left on device"
	err_lines 1
	is "$(ls -A small)" "" "nothing is left"
	head -c 20480 first.tar >cut.tar
	run ir import cut.tar small/in
	code_is 74 "room for all of it is looked for when the seal is read"
	err_has "are to come, and there is room for"
	is "$(ls -A small)" "" "nothing is left"
	run ir import cut.tar w/in
	code_is 65 "elsewhere there is room, and it ends too soon"
	run ir import first.tar small/in
	code_is 74 "an import to a full disk"
	err_lines 1
	is "$(ls -A small)" "" "nothing is left"
else
	skip "a full disk" "needs root"
fi

done_testing
