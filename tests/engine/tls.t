#!/bin/bash
# SPDX-License-Identifier: ISC
#
# An engine behind TCP and TLS that wants a client's certificate, as it is set
# up by hand: dockerd --tlsverify.  Each wrong certificate is one clear line.
. "${IR_SRCDIR:=.}/tests/tap.sh"
. "$IR_SRCDIR/tests/engine.sh"
require jq openssl ssh-keygen
why=$(engine_missing)
[ -z "$why" ] || skip_all "$why"
! engine_is podman || skip_all "podman 4 has no TLS of its own: ssh goes there"

# ca NAME; certificate NAME CA DAYS EXTENSION: in a directory, as docker(1)
# wants it: ca.pem, cert.pem, key.pem.
key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
ca()
{
	openssl req -x509 "${key[@]}" -days 2 -subj "/CN=$1" \
		-keyout "$1.key" -out "$1.pem" 2>/dev/null
}
certificate()
{
	mkdir "$1" && echo "$4" >ext && cp "$2.pem" "$1/ca.pem" &&
		openssl req "${key[@]}" -subj "/CN=$1" -keyout "$1/key.pem" \
			-out csr 2>/dev/null &&
		openssl x509 -req -in csr -CA "$2.pem" -CAkey "$2.key" \
			-CAcreateserial -days "$3" -extfile ext \
			-out "$1/cert.pem" 2>/dev/null
}
client=extendedKeyUsage=clientAuth
ok "certificates" eval '
	ca lab && ca other &&
	certificate server lab 2 subjectAltName=IP:127.0.0.1 &&
	certificate late lab -1 subjectAltName=IP:127.0.0.1 &&
	certificate mine lab 2 $client && certificate old lab -1 $client &&
	certificate strange other 2 $client &&
	certificate usage lab 2 extendedKeyUsage=serverAuth'
cp -r mine wrong-ca && cp other.pem wrong-ca/ca.pem
cp -r strange no-ca && cp lab.pem no-ca/ca.pem
mkdir none && cp lab.pem none/ca.pem
cp -r mine mixed && cp old/key.pem mixed/key.pem
cp -r mine locked && openssl ec -aes256 -passout pass:secret \
	-in mine/key.pem -out locked/key.pem 2>/dev/null
cp -r mine no-key && rm no-key/key.pem
cp -r mine garbage && echo garbage >garbage/ca.pem
ok "a locked key" grep -q ENCRYPTED locked/key.pem

engine_start --tls=true --tlsverify --tlscacert "$T/lab.pem" \
	--tlscert "$T/server/cert.pem" --tlskey "$T/server/key.pem" \
	--host tcp://127.0.0.1:2376
engine_image bb
docker run -d --name web bb sleep 100000 >/dev/null
id=$(docker inspect -f '{{.Id}}' web)
engine_net openssl s_server -quiet -accept 127.0.0.1:2377 -www \
	-cert late/cert.pem -key late/key.pem >/dev/null 2>&1 &
at_exit kill $!
local_socket=$DOCKER_HOST
unset DOCKER_HOST
there()
{
	DOCKER_HOST=$local_socket docker "$@"
}
status()
{
	there inspect -f '{{.State.Status}}' web
}
# with CERTIFICATES COMMAND...
with()
{
	local certs=$T/$1

	shift
	run engine_net env DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH="$certs" "$@"
}
at=tcp://127.0.0.1:2376

with mine ir pause -q --json -H $at web
code_is 0 "pause"
json_is .state paused
is "$(status)" paused "so it is"
with mine env DOCKER_HOST=$at ir pause -q --undo web
code_is 0 "DOCKER_HOST"
is "$(status)" running "it goes on"
run engine_net env DOCKER_CERT_PATH="$T/mine" ir pause -q -H \
	https://127.0.0.1:2376 web
code_is 0 "https://"
run engine_net env DOCKER_TLS=1 DOCKER_CERT_PATH="$T/mine" ir pause -q --undo \
	-H tcp://127.0.0.1:2376 web
code_is 0 "DOCKER_TLS"
hash=$(printf far | sha256sum | cut -c1-64)
mkdir -p "$HOME/.docker/contexts/meta/$hash" \
	"$HOME/.docker/contexts/tls/$hash"
cp -r mine "$HOME/.docker/contexts/tls/$hash/docker"
jq -n --arg at $at '{Name: "far", Endpoints: {docker: {Host: $at}}}' \
	>"$HOME/.docker/contexts/meta/$hash/meta.json"
run engine_net env DOCKER_CONTEXT=far ir pause --json web
code_is 0 "a context"
json_is .state paused
run engine_net env DOCKER_CONTEXT=far ir pause --undo web
code_is 0 "and back"

# Capture: many connections, and a stream of more than one record of TLS.
there exec web sh -c 'dd if=/dev/urandom of=/big bs=1M count=20' 2>/dev/null
ssh-keygen -q -t ed25519 -N '' -C id@lab -f id
export IR_KEY=$T/id
with mine ir open -q -H $at INC-1
bundle=$T/$out
with mine ir capture --method=api -q -H $at -b "$bundle" web
code_is 0 "capture"
is "$(tar -xOf "$bundle/data/containers/$id/filesystem.tar" big | sha256sum)" \
	"$(there exec web cat /big | sha256sum)" "the file came through"

# refused WITH ADDRESS TEXT WHAT
refused()
{
	with "$1" ir pause -q -H "$2" web </dev/null
	code_is "${5-69}" "$4"
	err_has "$3" "$4: $3"
	err_lines 1 "$4: one line"
	is "$(status)" running "$4: nothing was done"
}
refused wrong-ca $at "its certificate is not from that authority" \
	"another authority"
refused mine tcp://localhost:2376 "its certificate is for another host" \
	"another name"
refused none $at "it wants a client's certificate" "no certificate of ours"
# Engines from 26 on say what is wrong with it.
strange="it does not take our certificate" old=$strange
if DOCKER_HOST=$local_socket engine_at_least 26; then
	strange="it does not know our certificate's authority"
	old="our certificate is out of date"
fi
refused no-ca $at "$strange" "a certificate of another authority"
refused old $at "$old" "an expired certificate of ours"
refused usage $at "it does not take our certificate" \
	"a certificate that is not for clients"
refused mixed $at "the key does not fit, or needs a passphrase" "another key"
refused locked $at "the key does not fit, or needs a passphrase" "a locked key"
refused no-key $at "TLS needs $T/no-key/key.pem" "a key that is not there" 66
refused garbage $at "ca.pem" "authorities that are none"
refused mine tcp://127.0.0.1:2377 "its certificate is out of date" \
	"an expired certificate of theirs"
refused mine tcp://127.0.0.1:2375 "Connection refused" "nobody"

# TLS there, none here.
run engine_net ir pause -q -H $at web
code_is 76 "without TLS"
err_has "HTTPS"
err_lines 1

with mine ir pause -q -H $at --undo web
code_is 0 "the engine is as it was"
done_testing
