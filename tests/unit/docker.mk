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
