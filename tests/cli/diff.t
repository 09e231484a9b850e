#!/bin/bash
# SPDX-License-Identifier: ISC
#
# ir-diff, over bundles made by hand.
. "${IR_SRCDIR:=.}/tests/tap.sh"
require tar jq diff python3

id=$(printf '1%.0s' {1..64})
image=$(printf 'a%.0s' {1..64})
C=B/data/containers/$id
I=B/data/images/$image

# bundle: an empty one with one container, ./before and ./after to be filled.
bundle()
{
	rm -rf B before after
	mkdir -p "$C" "$I" before/etc after/etc
	cat >"$C/inspect.json" <<-EOT
	{"Id": "$id", "Name": "/web", "Image": "sha256:$image"}
	EOT
	echo null >"$C/changes.json"
}

# pack: makes the two tars; everything is as old unless the test says so.
pack()
{
	find before after -newermt 2020-01-01 -exec \
		touch -h -d 2019-01-01T00:00:00Z {} +
	tar --format=pax --owner=0 --group=0 --pax-option=delete=atime,delete=ctime \
		-cf "$I/filesystem.tar" -C before .
	tar --format=pax --owner=0 --group=0 --pax-option=delete=atime,delete=ctime \
		-cf "$C/filesystem.tar" -C after .
}

hash_of()
{
	printf '%s' "$1" | sha256sum | cut -c1-64
}

bundle
echo same | tee before/etc/x >after/etc/x
pack
run ir-diff -b B
code_is 0 "nothing was changed"
is "$out" "" "and nothing is shown"
err_has "web: 0 added, 0 changed, 0 deleted"
run ir-diff -b B --json web
code_is 0
json_is '.changes | length' 0
json_is .container "$id"

# The classic break-in.
bundle
mkdir -p before/www/old after/www
printf '<h1>shop</h1>\n' >before/www/index.html
printf '<h1>owned</h1>\n' >after/www/index.html
printf '<?php\n\tsystem($_GET[0]);' >after/www/shell.php
echo gone >before/www/old/file
printf 'root:x:0\n' >before/etc/passwd
printf 'root::00\n' >after/etc/passwd
printf '\0\1\2' >after/bin
chmod 4755 after/bin
pack
cat >"$C/changes.json" <<'EOT'
[{"Path":"/www","Kind":0},{"Path":"/www/shell.php","Kind":1},
{"Path":"/www/index.html","Kind":0},{"Path":"/www/old","Kind":2},
{"Path":"/bin","Kind":1},{"Path":"/run/x\u001b[31m.sock","Kind":1}]
EOT
run ir-diff -b B --name-only web
code_is 1 "something was changed"
is "$out" "A /bin
C /etc
C /etc/passwd
C /www
C /www/index.html
D /www/old
A /www/shell.php" "the lines of docker diff, and the two that it lacks"
run ir-diff -b B "${id:0:7}"
code_is 1 "by the beginning of the id"
out_has "C /etc/passwd
    ! not in the engine's own list: time stamp and size were put back
    size    9 -> 9
    sha256  $(hash_of $'root:x:0\n')
         -> $(hash_of $'root::00\n')
--- a/etc/passwd
+++ b/etc/passwd
@@ -1 +1 @@
-root:x:0
+root::00" "a file with size and time stamp put back"
out_has "--- /dev/null
+++ b/www/shell.php
@@ -0,0 +1,2 @@
+<?php
+	system(\$_GET[0]);
(no line feed at the end of the file)" "a new file, whole"
out_has "file mode 4755 set-user-ID owner 0:0 mtime 2019-01-01T00:00:00"
out_has "with    1 in it, all gone"
out_has '# only in the engine'\''s list: A /run/x\x1b[31m.sock' \
	"what only the engine has, escaped"
out_hasnt "b/bin" "no hunks of what is no text"
err_has "missing from the engine's own list, and so from docker diff: 1"
run ir-diff -b B --no-hunks
code_is 1 "the only container need not be named"
out_hasnt "@@" "no hunks when none are wanted"
run ir-diff -q -b B
is "$err" "ir-diff: warning: missing from the engine's own list,\
 and so from docker diff: 1" "quiet, but for the warning"

run ir-diff -q --json -b B web
code_is 1
json_is '[.changes[] | select(.hidden) | .path] | join(" ")' /etc/passwd
json_is '.hidden' 1
json_is '.engine_list' true
json_is '.engine_only[0].kind' A
json_is '.changes[] | select(.path == "/bin") | .after.mode' 4755
json_is '.changes[] | select(.path == "/bin") | .hunks' null
json_is '.changes[] | select(.path == "/www/old") | .inside' 1
json_is '.changes[] | select(.path == "/www/index.html") | .before.sha256' \
	"$(hash_of $'<h1>shop</h1>\n')"
json_is '.changes[] | select(.path == "/etc/passwd") | .fields[0]' content
json_is '.changes[] | select(.path == "/etc/passwd") | .hunks' \
	$'--- a/etc/passwd\n+++ b/etc/passwd\n@@ -1 +1 @@\n-root:x:0\n+root::00' \
	"hunks as they are"
run ir-diff -q --json --no-hunks -b B web
json_is '[.changes[] | has("hunks")] | any' false

# Names and lines that attack a terminal.
bundle
printf '\033]0;owned\a\n\\ No newline at end of file\n\tx\302\233m' \
	>"after/a"$'\n'"D "$'\033'"[2J"
: >after/$'\xff'
pack
run ir-diff -b B
code_is 1 "hostile names and lines"
out_has 'A /a\nD \x1b[2J'
out_has '+++ b/a\nD \x1b[2J'
out_has '+\x1b]0;owned\x07'
out_has $'+\\\\ No newline at end of file' "no line of the file is diff's own"
out_has $'+\tx\\u{9b}m' "only tabs stay"
out_has 'A /\xff'
ok "no control character comes through" \
	sh -c '! LC_ALL=C tr -d "\n\t" <"$T/out" | grep -q "[[:cntrl:]]"'
run ir-diff -b B --json
json_is '[.changes[].path] | join("|")' '/a
D '$'\033''[2J|/\xff' "names in JSON"

# Something is missing.
bundle
pack
rm "$C/changes.json"
echo x >>after/etc/new
pack
run ir-diff -b B
code_is 1 "without the engine's list"
out_has "A /etc/new"
out_hasnt "!" "nothing is called hidden then"
err_has "what it misses cannot be told"
run ir-diff -b B --json
json_is .engine_list false

bundle
pack
mv "$C/filesystem.tar" "$C/filesystem.tar.part"
run ir-diff -b B
code_is 10 "the container's tree was cut short"
err_has "was cut short, and cannot be compared"
is "$out" "" "so there is no answer"
rm "$C/filesystem.tar.part"
run ir-diff -b B --json
code_is 10 "the container's tree is missing"
err_has "the container's file system was not captured"
json_is .changes null
bundle
pack
rm "$I/filesystem.tar"
run ir-diff -b B
code_is 10 "the image's tree is missing"
err_has "the image's file system was not captured"

# Something is wrong.
bundle
pack
run ir-diff -b B nobody
code_is 66 "no such container"
run ir-diff -b nowhere
code_is 66 "no such bundle"
run ir-diff
code_is 66 "no bundle at all"
err_has "name it with -b"
run ir-diff -b B web
mkdir -p B/custody && touch B/bagit.txt B/custody/0001-seal.json
run ir-diff web
code_is 0 "the sealed one is found, beside it"
cd B && run ir-diff web
code_is 0 "and in its directory"
cd .. && mkdir O && touch O/bagit.txt O/.open
run ir-diff web
code_is 66 "not where one is open: that is the one that is meant"
rm -r O && cp -r B B2
run ir-diff web
code_is 64 "two sealed ones"
err_has "several sealed bundles here"
rm -r B2 B/custody B/bagit.txt
run ir-diff -b B web other
code_is 64 "too many operands"
head -c -1024 "$C/filesystem.tar" >x
head -c 1536 x >"$C/filesystem.tar"
run ir-diff -b B
code_is 65 "a tar that is cut short between two members"
err_has "data/containers/$id/filesystem.tar: the tar was cut short"
err_lines 1
is "$out" "" "nothing is made up"
pack
echo '[{"Path":"/x"}]' >"$C/changes.json"
run ir-diff -b B
code_is 65 "a list of another shape"
err_has "changes.json: Kind"
echo null >"$C/changes.json"
mv "$C/filesystem.tar" x
ln -s "$T/x" "$C/filesystem.tar"
run ir-diff -b B
code_is 65 "a symlink in the bundle is not followed"
rm "$C/filesystem.tar"
python3 - "$C/filesystem.tar" <<'EOT'
import sys, tarfile
with tarfile.open(sys.argv[1], "w") as t:
    t.addfile(tarfile.TarInfo("a/../../etc/passwd"))
EOT
run ir-diff -b B
code_is 65 "a path that leads out of the tar"
err_has "a path that leads out"
mv x "$C/filesystem.tar"
echo changed >after/etc/text
echo text >before/etc/text
pack
run env PATH="$IR_BUILDDIR/ir" ir-diff -b B
code_is 74 "no diff(1)"
err_has "cannot run diff: is it installed?"
run env PATH="$IR_BUILDDIR/ir" ir-diff -b B --no-hunks
code_is 1 "none is needed without hunks"
if [ -w /dev/full ]; then
	ir-diff -b B >/dev/full 2>err
	is $? 74 "nowhere to write to"
fi
done_testing
