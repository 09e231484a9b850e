#!/bin/bash
# SPDX-License-Identifier: ISC
#
# What a program loads before it does anything.  A library costs each run its
# share: libcurl and what it needs 5 ms, libcrypto 1 ms, of the 12 in which an
# engine freezes a container.
. "${IR_SRCDIR:=.}/tests/tap.sh"
require readelf jq

# needed PROGRAM: the libraries that it is linked with.
needed()
{
	readelf -d "$IR_BUILDDIR/ir/$1" |
		sed -n 's/.*(NEEDED).*\[\(lib[^.]*\)\.so.*/\1/p' |
		grep -vxE 'libc|libm|libpthread|libdl|libasan|libubsan|libgcc_s' |
		LC_ALL=C sort | paste -sd ' '
}

# What each may be linked with; nothing may be with libcurl.
allowed()
{
	case $1 in
	ir) echo ;;
	ir-pause | ir-isolate | ir-status)
		echo libgcrypt libjansson libmnl ;;
	ir-rebuild)
		echo libgcrypt libjansson libmnl ;;
	ir-open | ir-seal)
		echo libcrypto libgcrypt libjansson libmnl ;;
	ir-capture | ir-diff)
		echo libarchive libgcrypt libjansson libmnl ;;
	ir-export)
		echo libarchive libgcrypt libjansson libmnl libzstd ;;
	*)
		echo libarchive libcrypto libgcrypt libjansson libmnl \
			libseccomp libzstd ;;
	esac
}

n=0
for p in "$IR_BUILDDIR"/ir/ir "$IR_BUILDDIR"/ir/ir-*; do
	p=${p##*/}
	[ -x "$IR_BUILDDIR/ir/$p" ] && [ "$p" = "${p%.*}" ] || continue
	n=$((n + 1))
	has=$(needed "$p")
	more=$(comm -13 <(allowed "$p" | tr ' ' '\n') \
		<(tr ' ' '\n' <<<"$has") | paste -sd ' ')
	is "$more" "" "$p is linked with ${has:-libc alone}"
done
ok "there are programs to look at ($n)" test $n -ge 12

# Over a unix socket nothing more is loaded, either; with TCP it is.
scripted()
{
	rm -f ready
	python3 "$IR_SRCDIR/tests/scripted-engine.py" "$@" ok >ready &
	at_exit kill $!
	until grep -q READY ready; do sleep 0.05; done
	where=$(sed 's/^READY //' ready)
}
# loaded COMMAND...: what ld.so maps in a run, asked of itself.
loaded()
{
	code=0
	LD_DEBUG=files LD_DEBUG_OUTPUT=$T/ld "$@" >out 2>err || code=$?
	cat ld.* | sed -n 's/.*file=\(lib[^ .]*\)\.so.*/\1/p' | sort -u |
		paste -sd ' ' >loaded
	rm -f ld.*
}
if command -v python3 >/dev/null; then
	scripted --unix "$T/s"
	loaded ir-pause -q -H "$where" --undo web
	is $code 0 "a run over a unix socket"
	like "$(cat loaded)" libjansson "what it loads is seen"
	unlike "$(cat loaded)" 'libcurl|libcrypto|libssl|libarchive|libzstd' \
		"it loads no more than it needs"
	scripted --tcp 127.0.0.1:0
	loaded ir-pause -q -H "$where" --undo web
	is $code 0 "a run over TCP"
	like "$(cat loaded)" libcurl "it loads libcurl"

	# Without it, one line says so.
	mkdir none && : >none/libcurl.so.4 &&
		: >none/libcurl-gnutls.so.4 && : >none/libcurl-nss.so.4
	run env LD_LIBRARY_PATH="$T/none" ir-pause -q -H "$where" --undo web
	code_is 69 "libcurl cannot be loaded"
	err_has "TCP and TLS need libcurl, which cannot be loaded"
	err_lines 1
else
	skip "a run" "needs python3"
fi

done_testing
