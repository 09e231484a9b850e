#!/bin/sh
# SPDX-License-Identifier: ISC
# Makes ./configure.
set -eu
cd "$(dirname "$0")"
mkdir -p tests/build-aux
exec autoreconf --install --force
