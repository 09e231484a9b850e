# shellcheck shell=bash
# SPDX-License-Identifier: ISC
#
# The shop and its database as containers.  $prefix goes before every name on
# the engine, $tmp is a directory to work in, $port is where the shop answers.

# net COMMAND...: in the network where the shop's port is published.
net()
{
	if [ -n "$private" ]; then
		engine_net "$@"
	else
		"$@"
	fi
}

# build_image NAME: from the folder of that name, and busybox.
build_image()
{
	mkdir "$tmp/$1" && cp -a "$here/$1/." "$tmp/$1/" &&
		cp "$(command -v busybox)" "$tmp/$1/busybox" &&
		DOCKER_BUILDKIT=0 docker build -q -t "$prefix$1" "$tmp/$1" \
			>"$tmp/build.log" 2>&1 && return
	cat "$tmp/build.log" >&2
	return 1
}

stack_up()
{
	build_image db && build_image shop &&
		docker network create "${prefix}front" &&
		docker network create "${prefix}back" &&
		docker volume create "${prefix}orders" &&
		docker run -d --name "${prefix}db" --restart unless-stopped \
			--network "${prefix}back" --network-alias db \
			-v "${prefix}orders:/data" "${prefix}db" &&
		docker create --name "${prefix}shop" --restart unless-stopped \
			--network "${prefix}front" \
			-p "127.0.0.1:$port:80" "${prefix}shop" &&
		docker network connect --alias shop "${prefix}back" \
			"${prefix}shop" &&
		docker start "${prefix}shop"
}

# stack_down: all of it, and what the programs made beside it.  A private
# engine is thrown away as a whole instead.
stack_down()
{
	docker ps -aq --filter "name=^/?(ir-.*)?$prefix" | xargs -r \
		"$engine_docker" rm -fv
	docker network rm "${prefix}front" "${prefix}back"
	docker volume rm "${prefix}orders"
	docker image ls --format '{{.Repository}}:{{.Tag}}' |
		grep -E "^$prefix|^ir-evidence/.*:.*$prefix" |
		xargs -r "$engine_docker" rmi -f
}

# state NAME FORMAT: of a container.
state()
{
	docker inspect -f "$2" "$1"
}

healthy()
{
	[ "$(state "$1" '{{.State.Health.Status}}')" = healthy ]
}

# get PATH: from the shop; fails on a status of 400 and above.
get()
{
	net curl -sf -m 5 "http://127.0.0.1:$port$1"
}

# order ITEM NAME: the number of the order that the shop took.
order()
{
	net curl -sf -m 5 "http://127.0.0.1:$port/cgi-bin/order" \
		--data-urlencode "item=$1" --data-urlencode "name=$2" |
		sed -n 's/.*number \([0-9]*\)\./\1/p'
}
