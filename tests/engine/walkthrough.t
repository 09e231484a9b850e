#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The classic walk-through of a container incident: a page is defaced and a
# shell dropped; docker diff, docker commit, kill, run again, a look at both
# files in the saved image.  First by hand, then with the suite, which must
# give all of it and more, with fewer commands.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq ssh-keygen tar

engine_start
engine_image base
docker create --name seed base true >/dev/null
mkdir w && echo '<h1>shop</h1>' >w/index.html
docker cp w seed:/ >/dev/null
docker commit -c 'CMD ["httpd", "-f", "-h", "/w", "-p", "80"]' seed shop \
	>/dev/null
docker rm seed >/dev/null
page()
{
	engine_net curl -s -m 5 http://127.0.0.1:8080/
}
attack()
{
	docker run -d --name web -p 127.0.0.1:8080:80 shop >/dev/null
	docker exec web sh -c 'echo "<h1>owned</h1>" >/w/index.html
		echo "<?php system(\$_GET[0]);" >/w/shell.php'
}

# By hand.
attack
# podman shows what it mounts in /etc, too.
is "$(docker diff web | grep -vx 'C /etc' | sort)" "A /w/shell.php
C /w
C /w/index.html" "by hand: docker diff shows A and C lines"
docker commit web evidence >/dev/null
docker kill web >/dev/null
docker rm web >/dev/null
docker run -d --name web -p 127.0.0.1:8080:80 shop >/dev/null
like "$(docker run --rm evidence cat /w/index.html /w/shell.php)" \
	'owned.*system' "by hand: both files are in the saved image"
docker rm -f web >/dev/null

# The suite: five commands where there were six, and none destroyed anything.
ssh-keygen -q -t ed25519 -N '' -C alice@lab -f "$T/id"
echo "alice@lab $(cut -d' ' -f1,2 "$T/id.pub")" >"$T/signers"
export IR_KEY=$T/id IR_ALLOWED_SIGNERS=$T/signers
attack
id=$(docker inspect -f '{{.Id}}' web)
is "$(page)" '<h1>owned</h1>' "the page is defaced"

run ir open INC-7
code_is 0 "ir open"
bundle=$T/$out
run ir capture --commit web
code_is 0 "ir capture --commit"
run ir diff --name-only web
code_is 1 "ir diff"
is "$(sort <<<"$out")" "A /w/shell.php
C /w
C /w/index.html" "the same A and C lines"
run ir diff web
out_has "+<h1>owned</h1>" "and what changed in them"
out_has "-<h1>shop</h1>"
out_has "$(printf '<h1>owned</h1>\n' | sha256sum | cut -c1-64)" "by hash"
# podman lets go of a port only once the container that has it is killed.
as=paused how=
! engine_is podman || as=exited how=--stop-old
run ir rebuild --settle 1 $how web
code_is 0 "ir rebuild"
is "$(page)" '<h1>shop</h1>' "the clean page is back"
is "$(docker inspect -f '{{.State.Status}}' "$id")" $as \
	"and the bad container is still there, $as"
like "$(docker inspect -f '{{.Name}}' "$id")" '^/web-evidence' \
	"under another name"
run ir seal
code_is 0 "ir seal"
run ir verify "$bundle"
code_is 0 "ir verify"
out_has VALID
like "$(docker run --rm --network none ir-evidence/inc-7:web \
	cat /w/index.html /w/shell.php)" 'owned.*system' \
	"both files are in the saved image"

# By hand, on a machine without the suite and without an engine.
unset DOCKER_HOST
cp -r "$bundle" copy && cd copy || exit 1
run ssh-keygen -Y verify -f "$T/signers" -I alice@lab \
	-n custody.v1@ir-tools -s custody/0001-seal.json.sig \
	<custody/0001-seal.json
code_is 0 "ssh-keygen agrees"
run sha256sum --strict -c manifest-sha256.txt
code_is 0 "sha256sum agrees"
run python3 "$IR_SRCDIR/tests/bagit-check.py" .
code_is 0 "a BagIt validator agrees"
tree=data/containers/$id/filesystem.tar
[ -e "$tree" ] || tree=data/containers/$id/layer.tar
printf x | dd of="$tree" bs=1 seek=700 \
	conv=notrunc 2>/dev/null
run ir verify .
code_is 20 "one byte flipped is found"
out_has "$tree"
run sha256sum --strict --quiet -c manifest-sha256.txt
code_is 1 "by sha256sum as well"

done_testing
