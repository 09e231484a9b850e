check_PROGRAMS += tests/unit/test-base
TESTS += tests/unit/test-base
tests_unit_test_base_SOURCES = tests/unit/test-base.c tests/unit/unit.h
tests_unit_test_base_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_base_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-aside
TESTS += tests/unit/test-aside
tests_unit_test_aside_SOURCES = tests/unit/test-aside.c \
	tests/unit/memsink.c tests/unit/memsink.h tests/unit/unit.h
tests_unit_test_aside_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_aside_LDADD = $(LDADD) $(CMOCKA_LIBS)
