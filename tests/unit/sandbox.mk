check_PROGRAMS += tests/unit/test-sandbox
TESTS += tests/unit/test-sandbox
tests_unit_test_sandbox_SOURCES = tests/unit/test-sandbox.c \
	tests/unit/forbidden.c tests/unit/forbidden.h \
	tests/unit/sshtest.c tests/unit/sshtest.h tests/unit/unit.h
tests_unit_test_sandbox_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(SECCOMP_CFLAGS)
tests_unit_test_sandbox_LDADD = $(LDADD) $(CMOCKA_LIBS)
