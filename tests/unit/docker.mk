check_PROGRAMS += tests/unit/test-create tests/unit/test-networks
TESTS += tests/unit/test-create tests/unit/test-networks
tests_unit_test_create_SOURCES = tests/unit/test-create.c tests/unit/js.h \
	tests/unit/unit.h
tests_unit_test_create_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_create_LDADD = $(LDADD) $(CMOCKA_LIBS)
tests_unit_test_networks_SOURCES = tests/unit/test-networks.c tests/unit/js.h \
	tests/unit/unit.h
tests_unit_test_networks_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_networks_LDADD = $(LDADD) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test-endpoint tests/unit/test-docker \
	tests/unit/test-logs
TESTS += tests/unit/test-endpoint tests/unit/test-docker tests/unit/test-logs
tests_unit_test_endpoint_SOURCES = tests/unit/test-endpoint.c \
	tests/unit/scripted.c tests/unit/scripted.h tests/unit/unit.h
tests_unit_test_endpoint_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_endpoint_LDADD = $(LDADD) $(CMOCKA_LIBS)
tests_unit_test_docker_SOURCES = tests/unit/test-docker.c \
	tests/unit/scripted.c tests/unit/scripted.h tests/unit/unit.h
tests_unit_test_docker_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_docker_LDADD = $(LDADD) $(CMOCKA_LIBS)
tests_unit_test_logs_SOURCES = tests/unit/test-logs.c tests/unit/unit.h
tests_unit_test_logs_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_logs_LDADD = $(LDADD) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test-replace
TESTS += tests/unit/test-replace
tests_unit_test_replace_SOURCES = tests/unit/test-replace.c tests/unit/js.h \
	tests/unit/scripted.c tests/unit/scripted.h tests/unit/unit.h
tests_unit_test_replace_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_replace_LDADD = $(LDADD) $(CMOCKA_LIBS)
