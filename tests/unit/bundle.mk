BUNDLE_TEST = tests/unit/bundletest.c tests/unit/bundletest.h tests/unit/unit.h
EXTRA_DIST += tests/bagit-check.py

check_PROGRAMS += tests/unit/test-attack
TESTS += tests/unit/test-attack
tests_unit_test_attack_SOURCES = tests/unit/test-attack.c $(BUNDLE_TEST)
tests_unit_test_attack_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_attack_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-bundle
TESTS += tests/unit/test-bundle
tests_unit_test_bundle_SOURCES = tests/unit/test-bundle.c $(BUNDLE_TEST)
tests_unit_test_bundle_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_bundle_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-custody
TESTS += tests/unit/test-custody
tests_unit_test_custody_SOURCES = tests/unit/test-custody.c $(BUNDLE_TEST)
tests_unit_test_custody_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_custody_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-forge
TESTS += tests/unit/test-forge
tests_unit_test_forge_SOURCES = tests/unit/test-forge.c $(BUNDLE_TEST)
tests_unit_test_forge_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_forge_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-hand
TESTS += tests/unit/test-hand
tests_unit_test_hand_SOURCES = tests/unit/test-hand.c $(BUNDLE_TEST)
tests_unit_test_hand_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_hand_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-journal
TESTS += tests/unit/test-journal
tests_unit_test_journal_SOURCES = tests/unit/test-journal.c $(BUNDLE_TEST)
tests_unit_test_journal_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_journal_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-lookup
TESTS += tests/unit/test-lookup
tests_unit_test_lookup_SOURCES = tests/unit/test-lookup.c $(BUNDLE_TEST)
tests_unit_test_lookup_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_lookup_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-marks
TESTS += tests/unit/test-marks
tests_unit_test_marks_SOURCES = tests/unit/test-marks.c $(BUNDLE_TEST)
tests_unit_test_marks_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_marks_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-proven
TESTS += tests/unit/test-proven
tests_unit_test_proven_SOURCES = tests/unit/test-proven.c $(BUNDLE_TEST)
tests_unit_test_proven_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_proven_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-resume
TESTS += tests/unit/test-resume
tests_unit_test_resume_SOURCES = tests/unit/test-resume.c $(BUNDLE_TEST)
tests_unit_test_resume_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_resume_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-receipt
TESTS += tests/unit/test-receipt
tests_unit_test_receipt_SOURCES = tests/unit/test-receipt.c $(BUNDLE_TEST)
tests_unit_test_receipt_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_receipt_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-seal
TESTS += tests/unit/test-seal
tests_unit_test_seal_SOURCES = tests/unit/test-seal.c $(BUNDLE_TEST)
tests_unit_test_seal_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_seal_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-stream
TESTS += tests/unit/test-stream
tests_unit_test_stream_SOURCES = tests/unit/test-stream.c $(BUNDLE_TEST)
tests_unit_test_stream_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_stream_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-verify
TESTS += tests/unit/test-verify
tests_unit_test_verify_SOURCES = tests/unit/test-verify.c $(BUNDLE_TEST)
tests_unit_test_verify_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_verify_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-mutate
TESTS += tests/unit/test-mutate
tests_unit_test_mutate_SOURCES = tests/unit/test-mutate.c $(BUNDLE_TEST)
tests_unit_test_mutate_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_mutate_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-manifest
TESTS += tests/unit/test-manifest
tests_unit_test_manifest_SOURCES = tests/unit/test-manifest.c tests/unit/unit.h
tests_unit_test_manifest_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_manifest_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-packed
TESTS += tests/unit/test-packed
tests_unit_test_packed_SOURCES = tests/unit/test-packed.c $(BUNDLE_TEST)
tests_unit_test_packed_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_packed_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-takes
TESTS += tests/unit/test-takes
tests_unit_test_takes_SOURCES = tests/unit/test-takes.c $(BUNDLE_TEST)
tests_unit_test_takes_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_takes_LDADD = $(LDADD) $(CMOCKA_LIBS)
