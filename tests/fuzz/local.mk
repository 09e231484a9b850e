# Fuzz targets.  Each is one source, tests/fuzz/fuzz-<target>.c.
fuzz_targets = \
	tests/fuzz/fuzz-age \
	tests/fuzz/fuzz-bundle \
	tests/fuzz/fuzz-custody \
	tests/fuzz/fuzz-http \
	tests/fuzz/fuzz-import \
	tests/fuzz/fuzz-journal \
	tests/fuzz/fuzz-manifest \
	tests/fuzz/fuzz-signers \
	tests/fuzz/fuzz-sshsig \
	tests/fuzz/fuzz-stamp \
	tests/fuzz/fuzz-tar
check_PROGRAMS += $(fuzz_targets)
TESTS += $(fuzz_targets)
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/run

fuzz_common = tests/fuzz/fuzz.c tests/fuzz/fuzz.h
if FUZZERS
fuzz_link = $(AM_LDFLAGS) -fsanitize=fuzzer
else
fuzz_common += tests/fuzz/replay.c
fuzz_link = $(AM_LDFLAGS)
endif

tests_fuzz_fuzz_age_SOURCES = tests/fuzz/fuzz-age.c $(fuzz_common)
tests_fuzz_fuzz_age_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_bundle_SOURCES = tests/fuzz/fuzz-bundle.c $(fuzz_common)
tests_fuzz_fuzz_bundle_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_custody_SOURCES = tests/fuzz/fuzz-custody.c $(fuzz_common)
tests_fuzz_fuzz_custody_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_http_SOURCES = tests/fuzz/fuzz-http.c $(fuzz_common)
tests_fuzz_fuzz_http_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_import_SOURCES = tests/fuzz/fuzz-import.c $(fuzz_common)
tests_fuzz_fuzz_import_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_journal_SOURCES = tests/fuzz/fuzz-journal.c $(fuzz_common)
tests_fuzz_fuzz_journal_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_manifest_SOURCES = tests/fuzz/fuzz-manifest.c $(fuzz_common)
tests_fuzz_fuzz_manifest_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_signers_SOURCES = tests/fuzz/fuzz-signers.c $(fuzz_common)
tests_fuzz_fuzz_signers_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_sshsig_SOURCES = tests/fuzz/fuzz-sshsig.c $(fuzz_common)
tests_fuzz_fuzz_sshsig_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_stamp_SOURCES = tests/fuzz/fuzz-stamp.c $(fuzz_common)
tests_fuzz_fuzz_stamp_LDFLAGS = $(fuzz_link)
tests_fuzz_fuzz_tar_SOURCES = tests/fuzz/fuzz-tar.c $(fuzz_common)
tests_fuzz_fuzz_tar_LDFLAGS = $(fuzz_link)

.PHONY: fuzzers
fuzzers: $(fuzz_targets)
