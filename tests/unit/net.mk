EXTRA_DIST += tests/scripted-engine.py
check_PROGRAMS += tests/unit/test-http
TESTS += tests/unit/test-http
tests_unit_test_http_SOURCES = tests/unit/test-http.c \
	tests/unit/scripted.c tests/unit/scripted.h tests/unit/unit.h
tests_unit_test_http_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_http_LDADD = $(LDADD) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test-tls
TESTS += tests/unit/test-tls
tests_unit_test_tls_SOURCES = tests/unit/test-tls.c \
	tests/unit/scripted.c tests/unit/scripted.h tests/unit/unit.h
tests_unit_test_tls_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_tls_LDADD = $(LDADD) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test-answer
TESTS += tests/unit/test-answer
tests_unit_test_answer_SOURCES = tests/unit/test-answer.c tests/unit/unit.h
tests_unit_test_answer_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_answer_LDADD = $(LDADD) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test-ssh
TESTS += tests/unit/test-ssh
tests_unit_test_ssh_SOURCES = tests/unit/test-ssh.c \
	tests/unit/scripted.c tests/unit/scripted.h tests/unit/unit.h
tests_unit_test_ssh_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ssh_LDADD = $(LDADD) $(CMOCKA_LIBS)
