#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Packed bundles that lie, given to ir verify: what a tar can say that a
# directory cannot.  The verdict, and what it costs to reach it.
. "${IR_SRCDIR:=.}/tests/tap.sh"
require ssh-keygen python3 zstd pgrep
[ -x /usr/bin/time ] || skip_all "no /usr/bin/time"

ssh-keygen -q -t ed25519 -N '' -C alice@lab -f key
echo "alice@lab $(cat key.pub)" >signers
run ir open -k key INC-1
code_is 0 "a bundle"
dir=$out
run ir seal -k key
code_is 0 "is sealed"

# tar.py DIR OUT [STEP...]: packs the bundle, spoiled by the steps.
cat >tar.py <<'PY'
import io, os, sys, tarfile

def rank(p):
    for i, s in enumerate(("custody/", "journal/", "tagmanifest-sha256.txt",
                           "manifest-sha256.txt")):
        if p.startswith(s):
            return i
    return 5 if p.startswith("data/") else 4

def member(name, data=b"", **more):
    t = tarfile.TarInfo(name)
    t.size = len(data)
    for k, v in more.items():
        setattr(t, k, v)
    return t, data

top, out, steps = sys.argv[1], sys.argv[2], sys.argv[3:]
paths = [os.path.relpath(os.path.join(d, f), top)
         for d, _, fs in os.walk(top) for f in fs]
files = [member("b/" + p, open(os.path.join(top, p), "rb").read())
         for p in sorted(paths, key=lambda p: (rank(p), p.encode()))]
fmt = tarfile.PAX_FORMAT
end = True
for step in steps:
    what, _, arg = step.partition("=")
    if what == "add":            # at the end, of type arg
        kind, name = arg.split(",", 1)
        files.append(member(name, b"" if kind != "0" else b"x",
                            type=kind.encode(), linkname="b/bagit.txt"))
    elif what == "first":
        files.insert(0, member(arg, b"x"))
    elif what == "before":       # the last
        files.insert(-1, member(arg, b"x"))
    elif what == "twice":
        files += [f for f in files if f[0].name == arg]
    elif what == "top":          # the last file in another directory
        files[-1][0].name = "c/" + files[-1][0].name[2:]
    elif what == "swap":
        files[0], files[1] = files[1], files[0]
    elif what == "xattr":
        files[-1][0].pax_headers = {"SCHILY.xattr.user.x": "1"}
    elif what in ("g", "x"):     # a header before the last, with a record
        key, value = arg.split("=")
        record = " %s=%s\n" % (key, value.replace("LAST", files[-1][0].name))
        record = (str(len(record) + 2) + record).encode()
        files.insert(-1, member("h", record, type=what.encode()))
    elif what == "L":            # GNU's long name, before the last
        name = files[-1][0].name.encode() + b"\0"
        files.insert(-1, member("././@LongLink", name, type=b"L"))
    elif what == "gnu":
        fmt = tarfile.GNU_FORMAT
    elif what == "type":         # of the last
        files[-1][0].type = arg.encode()
    elif what == "long":
        files.append(member("b/data/" + "z" * int(arg), b"x"))
    elif what == "escape":
        files.append(member("b/data/z\x1b[2J", b"x"))
    elif what == "sparse":
        files.append(member("b/data/s", bytes(512), pax_headers={
            "GNU.sparse.map": "0,512", "GNU.sparse.size": "1000000",
            "GNU.sparse.numblocks": "1"}))
    elif what == "noend":
        end = False
with open(out, "wb") as f:
    t = tarfile.open(fileobj=f, mode="w", format=fmt)
    for info, data in files:
        t.addfile(info, io.BytesIO(data))
    if end:
        t.close()
    for step in steps:
        what, _, arg = step.partition("=")
        if what == "trail":
            f.write(arg.encode())
if "mode" in steps:              # of the second
    with open(out, "rb+") as f:
        at = 512 + (len(files[0][1]) + 511 & ~511)
        f.seek(at)
        h = bytearray(f.read(512))
        h[107:108] = b"L"
        h[148:156] = b" " * 8
        h[148:155] = b"%06o\0" % sum(h)
        f.seek(at)
        f.write(h)
PY

run python3 tar.py "$dir" good.tar
code_is 0 "it can be packed by anyone"
run ir verify -s signers good.tar
code_is 0 "and is VALID"
run ir verify -s signers - <good.tar
code_is 0 "through a pipe, too"
zstd -q good.tar
run ir verify -s signers good.tar.zst
code_is 0 "and compressed"
run ir verify --json -s signers good.tar
is "$(jq -r '.summary.files, .code' <<<"$out" | paste -sd ' ')" "1 0" \
	"it holds one file, and the code is the verdict"

# Spoiled; what is to be found, and where.
while IFS='|' read -r word steps; do
	# shellcheck disable=SC2086 # one word a step
	python3 tar.py "$dir" bad.tar $steps
	run ir verify -s signers bad.tar
	code_is 30 "$steps: HOSTILE"
	out_has "$word"
done <<'EOT'
is not a plain file|add=2,b/data/link
is not a plain file|add=1,b/data/link
is not a plain file|add=6,b/data/fifo
is not a plain file|add=3,b/data/device
is not a plain file|add=5,b/data/dir
does not lie in the one directory|add=0,c/data/x
does not lie in the one directory|add=0,/b/data/x
does not lie in the one directory|add=0,data
does not lie in the one directory|first=../x
does not lie in the one directory|top
is not a name for a file|add=0,b/data/x/../../y
is not a name for a file|add=0,b/data/x//y
is there twice, or not in the order|twice=b/data/completeness.json
is there twice, or not in the order|twice=b/bagit.txt
is there twice, or not in the order|swap
begins with data/|first=b/data/x
differs from data/COMPLETENESS.json only in case|before=b/data/COMPLETENESS.json
is not a name for a file|long=256
is not a name for a file|escape
has holes|sparse
extended attributes|xattr
cannot be beside data/completeness.json, a file|add=0,b/data/completeness.json/x
not all programs understand|g=path=b/data/other
not all programs understand|g=comment=by git archive
not all programs understand|x=comment=0123456789
not all programs understand|x=linkpath=0123456789
not all programs understand|x=uname=0123456789abc
not all programs understand|L
not all programs understand|gnu
not all programs understand|type=7
not all programs understand|mode
zeros|trail=garbage
cut short|noend
EOT

# Cut anywhere, it is never VALID.
size=$(python3 -c 'print(len(open("good.tar", "rb").read().rstrip(b"\0")))')
wrong=
for ((at = 0; at < size; at += 1021)); do
	head -c $at good.tar >cut.tar
	ir verify -s signers cut.tar >/dev/null 2>&1
	[ $? = 30 ] || wrong+=" $at"
done
is "$wrong" "" "cut at every 1021st byte it is HOSTILE"

# Large by a lie.  The header says how much, and the journals do not.
/usr/bin/time -o cost -f '%M %e' true
bomb() # BYTES: a good bundle with that many zeros on top, compressed
{
	python3 - "$1" <<'PY'
import os, sys, tarfile
size = int(sys.argv[1])
old = open("good.tar", "rb").read()
t = tarfile.TarInfo("b/data/zeros")
t.size = size
end = len(old.rstrip(b"\0")) + 511 & ~511
with open("bomb.tar", "wb") as f:
    f.write(old[:end] + t.tobuf(tarfile.USTAR_FORMAT))
    f.truncate(f.tell() + size + 1024)
PY
	zstd -q -f --rm bomb.tar -o bomb.tar.zst
}
bomb 4000000000
run /usr/bin/time -o cost -f '%M %e' ir verify -s signers bomb.tar.zst
code_is 30 "four gigabytes of nothing"
out_has "far more than the journals account for"
read -r memory seconds < <(tail -n 1 cost)
ok "in little memory ($memory KiB)" test "$memory" -lt 65536
ok "and at once ($seconds s)" test "${seconds%.*}" -lt 10
bomb 1000448
run ir verify -s signers bomb.tar.zst
code_is 20 "a little too much is read"
out_has "data/zeros: is not in the manifest"

# A process does the reading, and its end is not taken for a verdict.
mkfifo pipe
for signal in INT TERM; do
	env --default-signal=INT,TERM \
		ir verify -s signers pipe >told 2>&1 &
	pid=$!
	until pgrep -P $pid >/dev/null; do sleep 0.05; done
	kill -$signal $pid
	wait $pid
	is "$?" 130 "SIG$signal to the program alone ends both"
	like "$(cat told)" '[Ii]nterrupted' "and it says so"
done
ir verify -s signers pipe >told 2>&1 &
pid=$!
until pgrep -P $pid >/dev/null; do sleep 0.05; done
kill -KILL "$(pgrep -P $pid)"
wait $pid
is "$?" 70 "the reader is killed: no verdict"
like "$(cat told)" 'do not trust the bundle' "and it says so"

run ir verify -s signers nowhere
code_is 66 "what is not there has no verdict"
err_has "nowhere: No such file or directory"
err_lines 1
is "$out" "" "and none is said"

# What it takes to read them is given up before.
run ir verify --json -s signers good.tar
like "$(jq -c .summary.sandbox <<<"$out")" 'files.*calls' \
	"it says what held it"
if [ "$(jq .summary.sandbox.calls <<<"$out")" = true ] &&
	command -v strace >/dev/null; then
	run strace -f -o calls ir verify -s signers good.tar
	ok "seccomp before the first byte of the tar" \
		awk '/seccomp\(|PR_SET_SECCOMP/ { held = 1 }
		     /read.*custody/ && !held { exit 1 }' calls
fi

done_testing
