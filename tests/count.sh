#!/bin/sh
# SPDX-License-Identifier: ISC
#
#	tests/count.sh DIR
#
# Prints "N passed, N failed, N skipped": the results of make check in the build
# directory DIR.  A test that failed and then also exited with a code has failed
# once.
set -eu
find "$1" -name '*.trs' -exec awk '
	FNR == 1 { failed += fails ? fails : errors; fails = errors = 0 }
	/^:test-result: (PASS|XFAIL)/ { passed++ }
	/^:test-result: (FAIL|XPASS)/ { fails++ }
	/^:test-result: ERROR/ { errors++ }
	/^:test-result: SKIP/ { skipped++ }
	END {
		failed += fails ? fails : errors
		printf "%d passed, %d failed, %d skipped\n",
			passed, failed, skipped
	}' {} +
