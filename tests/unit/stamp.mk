EXTRA_DIST += tests/tsa.py
check_PROGRAMS += tests/unit/test-stamp
TESTS += tests/unit/test-stamp
tests_unit_test_stamp_SOURCES = tests/unit/test-stamp.c \
	tests/unit/scripted.c tests/unit/scripted.h tests/unit/unit.h
tests_unit_test_stamp_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_stamp_LDADD = $(LDADD) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test-url
TESTS += tests/unit/test-url
tests_unit_test_url_SOURCES = tests/unit/test-url.c tests/unit/unit.h
tests_unit_test_url_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_url_LDADD = $(LDADD) $(CMOCKA_LIBS)
