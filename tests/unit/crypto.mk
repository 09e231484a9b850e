check_PROGRAMS += tests/unit/test-digest
TESTS += tests/unit/test-digest
tests_unit_test_digest_SOURCES = tests/unit/test-digest.c tests/unit/unit.h
tests_unit_test_digest_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_digest_LDADD = $(LDADD) $(CMOCKA_LIBS)
