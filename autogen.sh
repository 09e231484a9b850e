#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Makes ./configure, as everyone expects, and has three words for newcomers:
#
#	./autogen.sh			./configure, nothing else
#	sudo ./autogen.sh check [MAKE-ARGUMENT...]
#					installs what is missing, builds in
#					./build, runs every test
#	sudo ./autogen.sh drill [--engine=here]
#					the same set-up, then a full drill
#	sudo ./autogen.sh fuzz [SECONDS [TARGET...]]
#					the same set-up and clang, then every
#					fuzz target for a minute each
#
# All work as an ordinary user too, once nothing is missing; the tests that
# need root are then skipped by name.
set -eu
cd "$(dirname "$0")"

# Debian packages.  Of "a|b", a is installed if neither is there.
to_build='gcc libc6-dev make autoconf automake pkg-config|pkgconf
	libarchive-dev libgcrypt20-dev
	libcurl4-openssl-dev|libcurl4-gnutls-dev|libcurl4-nss-dev
	libjansson-dev libzstd-dev libssl-dev libseccomp-dev libmnl-dev
	libcmocka-dev'
to_drill="docker.io|docker-ce iptables nftables iproute2 procps busybox-static jq curl
	openssh-client"
to_check="$to_drill age ca-certificates clang-format-14 mandoc openssh-server
	openssl python3
	libarchive-tools rootlesskit shellcheck socat strace time uidmap valgrind
	zstd"

to_fuzz='clang-14 libclang-rt-14-dev llvm-14'

say()
{
	printf 'autogen.sh: %s\n' "$*"
}

regenerate()
{
	mkdir -p tests/build-aux
	autoreconf --install --force
}

installed()
{
	dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null |
		grep -q ' installed$'
}

# missing PACKAGES: those of the list that are not installed.
missing()
{
	for each in $1; do
		found=
		for package in $(echo "$each" | tr '|' ' '); do
			! installed "$package" || found=yes
		done
		[ -n "$found" ] || echo "${each%%|*}"
	done
}

# In a subshell, so that its traps end with it.
install_packages()
(
	mkdir -p build
	if [ ! -e /usr/sbin/policy-rc.d ]; then
		trap 'rm -f /usr/sbin/policy-rc.d' EXIT
		trap 'exit 130' INT TERM
		printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
		chmod 755 /usr/sbin/policy-rc.d
	fi
	export DEBIAN_FRONTEND=noninteractive
	set -- apt-get install -y --no-install-recommends "$@"
	"$@" </dev/null >build/packages.log 2>&1 ||
		{ apt-get update -qq && "$@"; } </dev/null \
			>>build/packages.log 2>&1 || {
		tail -n 20 build/packages.log >&2
		say "not installed; all of it is in build/packages.log"
		exit 69
	}
)

# set_up PACKAGES: all of them are there, or it says which are not.
set_up()
{
	if ! command -v dpkg-query >/dev/null; then
		say "not Debian; what is needed is called there:"
		printf '%s\n' "$1"
		return
	fi
	needed=$(missing "$1" | paste -sd ' ')
	[ -n "$needed" ] || return 0
	if [ "$(id -u)" != 0 ]; then
		say "missing: $needed"
		say "run this with sudo, or: apt-get install $needed"
		exit 69
	fi
	say "installing (starting no services): $needed"
	# shellcheck disable=SC2086 # one word a package
	install_packages $needed
}

cores()
{
	nproc 2>/dev/null || echo 2
}

build()
{
	[ -f configure ] || regenerate # make itself sees to newer sources
	mkdir -p build
	[ -f build/config.status ] ||
		(cd build && ../configure -q --enable-silent-rules)
	make -s -C build -j"$(cores)"
}

# In a directory of its own: everything is built by clang, and checks itself.
fuzz()
{
	set_up "$to_build $to_fuzz"
	[ -f configure ] || regenerate
	mkdir -p build/fuzz
	[ -f build/fuzz/config.status ] ||
		(cd build/fuzz && ../../configure -q --enable-silent-rules \
			--enable-fuzzers CC=clang-14 \
			CFLAGS='-g -O1 -Wno-format-nonliteral')
	make -s -C build/fuzz -j"$(cores)" fuzzers
	status=0
	IR_BUILDDIR=build/fuzz tests/fuzz/run "$@" || status=$?
	give_back
	exit "$status"
}

# What root made in somebody's tree becomes theirs.
give_back()
{
	if [ -n "${SUDO_UID-}" ] && [ "$(stat -c %u .)" = "$SUDO_UID" ]; then
		find . -uid 0 -exec \
			chown -h "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" {} +
	fi
}

# progress: of make check's output, each test's name once, and what is not a
# pass.
progress()
{
	last=
	while IFS= read -r line; do
		case $line in
		PASS:*)
			test=${line#PASS: }
			test=${test%% *}
			[ "$test" = "$last" ] || echo "$test"
			last=$test
			;;
		FAIL:* | ERROR:* | XPASS:* | SKIP:*) echo "$line" ;;
		*[Ee]rror* | *warning:*) echo "$line" ;;
		esac
	done
}

check()
{
	set_up "$to_build $to_check"
	build
	find build -name '*.trs' -delete
	{
		status=0
		make -C build -k -j"$(cores)" check "$@" || status=$?
		echo $status >build/check.status
	} 2>&1 </dev/null | tee build/check.log | progress
	give_back
	status=$(cat build/check.status)
	[ "$status" = 0 ] || say "failed; all of it is in build/check.log"
	tests/count.sh build
	exit "$status"
}

case ${1-} in
'')
	regenerate
	;;
check)
	shift
	check "$@"
	;;
drill)
	shift
	set_up "$to_build $to_drill"
	build
	status=0
	IR_BUILDDIR=$PWD/build playbooks/drills/web-shop/run "$@" || status=$?
	give_back
	exit "$status"
	;;
fuzz)
	shift
	fuzz "$@"
	;;
*)
	sed -n 's/^# \{0,1\}//; 4,17p' "$0" >&2
	exit 64
	;;
esac
