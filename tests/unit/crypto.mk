crypto_tests = \
	tests/unit/test-age \
	tests/unit/test-agekeys \
	tests/unit/test-agetool \
	tests/unit/test-agent \
	tests/unit/test-digest \
	tests/unit/test-ed25519 \
	tests/unit/test-fips \
	tests/unit/test-interop \
	tests/unit/test-kdf \
	tests/unit/test-key \
	tests/unit/test-pubkey \
	tests/unit/test-revoked \
	tests/unit/test-signers \
	tests/unit/test-sshsig \
	tests/unit/test-sshwire
check_PROGRAMS += $(crypto_tests)
TESTS += $(crypto_tests)

tests_unit_test_digest_SOURCES = tests/unit/test-digest.c tests/unit/unit.h
tests_unit_test_digest_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_digest_LDADD = $(LDADD) $(CMOCKA_LIBS)

tests_unit_test_ed25519_SOURCES = tests/unit/test-ed25519.c \
	tests/unit/sshtest.c tests/unit/sshtest.h tests/unit/unit.h
tests_unit_test_ed25519_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ed25519_LDADD = $(LDADD) $(CMOCKA_LIBS)

tests_unit_test_fips_SOURCES = tests/unit/test-fips.c \
	tests/unit/filter.h tests/unit/agetest.h \
	tests/unit/sshtest.c tests/unit/sshtest.h tests/unit/unit.h
tests_unit_test_fips_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_fips_LDADD = $(LDADD) $(CMOCKA_LIBS)

tests_unit_test_key_SOURCES = tests/unit/test-key.c \
	tests/unit/sshtest.c tests/unit/sshtest.h tests/unit/unit.h
tests_unit_test_key_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_key_LDADD = $(LDADD) $(CMOCKA_LIBS)

tests_unit_test_sshsig_SOURCES = tests/unit/test-sshsig.c \
	tests/unit/sshtest.c tests/unit/sshtest.h tests/unit/unit.h
tests_unit_test_sshsig_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sshsig_LDADD = $(LDADD) $(CMOCKA_LIBS)

tests_unit_test_interop_SOURCES = tests/unit/test-interop.c \
	tests/unit/sshtest.c tests/unit/sshtest.h tests/unit/unit.h
tests_unit_test_interop_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_interop_LDADD = $(LDADD) $(CMOCKA_LIBS)

tests_unit_test_signers_SOURCES = tests/unit/test-signers.c \
	tests/unit/sshtest.c tests/unit/sshtest.h tests/unit/unit.h
tests_unit_test_signers_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_signers_LDADD = $(LDADD) $(CMOCKA_LIBS)

tests_unit_test_sshwire_SOURCES = tests/unit/test-sshwire.c tests/unit/unit.h
tests_unit_test_sshwire_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sshwire_LDADD = $(LDADD) $(CMOCKA_LIBS)

tests_unit_test_agent_SOURCES = tests/unit/test-agent.c \
	tests/unit/sshtest.c tests/unit/sshtest.h tests/unit/unit.h
tests_unit_test_agent_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_agent_LDADD = $(LDADD) $(CMOCKA_LIBS)

tests_unit_test_pubkey_SOURCES = tests/unit/test-pubkey.c \
	tests/unit/sshtest.c tests/unit/sshtest.h tests/unit/unit.h
tests_unit_test_pubkey_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(GCRYPT_CFLAGS)
tests_unit_test_pubkey_LDADD = $(LDADD) $(CMOCKA_LIBS)

tests_unit_test_revoked_SOURCES = tests/unit/test-revoked.c \
	tests/unit/sshtest.c tests/unit/sshtest.h tests/unit/unit.h
tests_unit_test_revoked_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_revoked_LDADD = $(LDADD) $(CMOCKA_LIBS)

tests_unit_test_age_SOURCES = tests/unit/test-age.c tests/unit/filter.h \
	tests/unit/agetest.h \
	tests/unit/sshtest.c tests/unit/sshtest.h tests/unit/unit.h
tests_unit_test_age_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_age_LDADD = $(LDADD) $(CMOCKA_LIBS)

tests_unit_test_agetool_SOURCES = tests/unit/test-agetool.c tests/unit/filter.h \
	tests/unit/agetest.h \
	tests/unit/sshtest.c tests/unit/sshtest.h tests/unit/unit.h
tests_unit_test_agetool_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_agetool_LDADD = $(LDADD) $(CMOCKA_LIBS)

tests_unit_test_kdf_SOURCES = tests/unit/test-kdf.c \
	tests/unit/sshtest.c tests/unit/sshtest.h tests/unit/unit.h
tests_unit_test_kdf_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_kdf_LDADD = $(LDADD) $(CMOCKA_LIBS)

tests_unit_test_agekeys_SOURCES = tests/unit/test-agekeys.c tests/unit/filter.h \
	tests/unit/agetest.h \
	tests/unit/sshtest.c tests/unit/sshtest.h tests/unit/unit.h
tests_unit_test_agekeys_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_agekeys_LDADD = $(LDADD) $(CMOCKA_LIBS)
