#!/bin/bash
# SPDX-License-Identifier: ISC
#
# A file includes its own module's headers and those of lower ranks; each
# third-party library is known to one module only.
. "${IR_SRCDIR:=.}/tests/tap.sh"

declare -A rank=(
	[base]=0
	[archive]=1 [crypto]=1 [json]=1 [net]=1 [sandbox]=1 [stamp]=1
	[bundle]=2 [docker]=2 [host]=2 [overlay]=2 [playbook]=2 [tree]=2
	[collectors]=3
	[cli]=4
	[programs]=5
)

# What is of libc or Linux.  Anything else in <> is somebody's library.
libc='^((sys|linux|linux/netfilter|netinet|arpa|asm)/[a-z0-9_]+|assert|ctype|dirent|dlfcn'
libc+='|elf|endian|err|errno|fcntl|fnmatch|getopt|glob|grp|inttypes|langinfo'
libc+='|libgen|limits|locale|math|netdb|poll|pthread|pwd|regex|sched|search'
libc+='|semaphore|signal|spawn|stdalign|stdarg|stdatomic|stdbool|stddef|stdint'
libc+='|stdio|stdlib|stdnoreturn|string|strings|syslog|termios|time|unistd'
libc+='|utime|wchar|wctype)\.h$'

# module FILE: which module a file below the tree's root is of.
module()
{
	case $1 in
	ir/lib/*/*) set -- "${1#ir/lib/}"; echo "${1%%/*}" ;;
	collectors/*) echo collectors ;;
	ir/*) echo programs ;;
	esac
}

# judge FILE HEADER: what is wrong with FILE including HEADER, as it is written
# there, with its quotes or brackets; nothing if it is fine.
judge()
{
	local own header=${2:1:-1} of

	own=$(module "$1")
	if [ "${2:0:1}" = '"' ]; then
		of=${header%%/*}
		if [ "$of" = "$header" ]; then
			echo "$1: $2 has no module before it"
		elif [ -z "${rank[$of]-}" ]; then
			echo "$1: $2 is of no module"
		elif [ "$own" = collectors ] && [ "$of" = bundle ]; then
			echo "$1: a collector knows a sink, not the bundle: $2"
		elif [ "$own" != "$of" ] &&
		    [ "${rank[$of]}" -ge "${rank[$own]}" ]; then
			echo "$1: $own (rank ${rank[$own]}) includes $2" \
				"(rank ${rank[$of]})"
		fi
		return
	fi
	case $header in
	archive.h | archive_entry.h | zstd.h | zstd_errors.h) [ "$own" = archive ] ;;
	gcrypt.h) [ "$own" = crypto ] ;;
	openssl/*) [ "$own" = stamp ] ;;
	seccomp.h) [ "$own" = sandbox ] ;;
	curl/*) [ "$own" = net ] ;;
	libmnl/*) [ "$own" = host ] ;;
	jansson.h) [ "$own" = json ] || [ "${rank[$own]}" -gt 1 ] ;;
	*) [[ $header =~ $libc ]] ;;
	esac || echo "$1: $own includes $2"
}

# includes: "FILE HEADER" for every include in the tree.
includes()
{
	find ir collectors -name '*.[ch]' -exec \
		grep -HE '^[[:space:]]*#[[:space:]]*include' {} + |
		sed -E 's/^([^:]*):[^"<]*(["<][^">]*[">]).*/\1 \2/'
}

cd "$IR_SRCDIR" || exit 99
n=0
found=
while read -r file header; do
	n=$((n + 1))
	found+=$(judge "$file" "$header")
done < <(includes)
ok "there are includes to look at ($n)" test "$n" -gt 100
is "$found" "" "every include goes to a lower rank, or to its own module"

unranked=$(find ir/lib -mindepth 1 -maxdepth 1 -type d -printf '%f\n' |
	while read -r m; do [ -n "${rank[$m]-}" ] || echo "$m"; done)
is "$unranked" "" "every module below ir/lib has a rank"

# Would it notice?
while read -r file header; do
	ok "refuses $header in $file" test -n "$(judge "$file" "$header")"
done <<'EOT'
ir/lib/base/file.c "json/json.h"
ir/lib/base/file.c <jansson.h>
ir/lib/json/json.c "crypto/digest.h"
ir/lib/net/http.c <jansson.h>
ir/lib/crypto/key.c <archive.h>
ir/lib/docker/docker.c <curl/curl.h>
ir/lib/docker/docker.c "bundle/bundle.h"
ir/lib/bundle/seal.c "docker/docker.h"
ir/lib/bundle/seal.c <gcrypt.h>
ir/lib/cli/cli.c "programs/open.h"
ir/lib/cli/cli.c "out.h"
collectors/logs.c "bundle/bundle.h"
collectors/logs.c "cli/out.h"
ir/ir-open.c <openssl/evp.h>
ir/lib/crypto/age.c <openssl/evp.h>
ir/lib/bundle/verify.c <seccomp.h>
ir/lib/docker/networks.c <libmnl/libmnl.h>
ir/lib/host/links.c "docker/container.h"
EOT
while read -r file header; do
	is "$(judge "$file" "$header")" "" "permits $header in $file"
done <<'EOT'
ir/lib/base/file.c <sys/stat.h>
ir/lib/base/file.c "base/file.h"
ir/lib/crypto/key.c <gcrypt.h>
ir/lib/docker/docker.c "net/http.h"
ir/lib/docker/docker.c <jansson.h>
collectors/logs.c "docker/logs.h"
ir/ir-open.c "bundle/bundle.h"
EOT

# The linker takes the first of two functions with one name in the library, and
# says nothing.
twice=$(nm -g "${IR_BUILDDIR:-.}/libir.a" 2>/dev/null |
	awk '$2 == "T" || $2 == "D" || $2 == "R" { print $3 }' | sort | uniq -d)
is "$twice" "" "each name stands for one thing in the library"

done_testing
