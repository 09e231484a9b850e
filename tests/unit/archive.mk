check_PROGRAMS += tests/unit/test-archive
TESTS += tests/unit/test-archive
tests_unit_test_archive_SOURCES = tests/unit/test-archive.c \
	tests/unit/tar.h tests/unit/unit.h
tests_unit_test_archive_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_archive_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-reader
TESTS += tests/unit/test-reader
tests_unit_test_reader_SOURCES = tests/unit/test-reader.c \
	tests/unit/tar.h tests/unit/unit.h
tests_unit_test_reader_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_reader_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-tree
TESTS += tests/unit/test-tree
tests_unit_test_tree_SOURCES = tests/unit/test-tree.c \
	tests/unit/tar.h tests/unit/unit.h
tests_unit_test_tree_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_tree_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-compare
TESTS += tests/unit/test-compare
tests_unit_test_compare_SOURCES = tests/unit/test-compare.c \
	tests/unit/tar.h tests/unit/unit.h
tests_unit_test_compare_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_compare_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-zstd
TESTS += tests/unit/test-zstd
tests_unit_test_zstd_SOURCES = tests/unit/test-zstd.c tests/unit/filter.h \
	tests/unit/sshtest.c tests/unit/sshtest.h tests/unit/unit.h
tests_unit_test_zstd_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_zstd_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-writer
TESTS += tests/unit/test-writer
tests_unit_test_writer_SOURCES = tests/unit/test-writer.c \
	tests/unit/tar.h tests/unit/unit.h
tests_unit_test_writer_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_writer_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-overlay
TESTS += tests/unit/test-overlay
tests_unit_test_overlay_SOURCES = tests/unit/test-overlay.c \
	tests/unit/memsink.c tests/unit/memsink.h \
	tests/unit/tar.h tests/unit/unit.h
tests_unit_test_overlay_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_overlay_LDADD = $(LDADD) $(CMOCKA_LIBS)
