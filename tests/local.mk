TEST_EXTENSIONS = .t
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) \
	$(top_srcdir)/tests/build-aux/tap-driver.sh
LOG_COMPILER = bash $(top_srcdir)/tests/unit/cmocka.sh
T_LOG_DRIVER = $(LOG_DRIVER)
T_LOG_COMPILER = bash
EXTRA_DIST += tests/count.sh tests/unit/cmocka.sh
# A job in the background of a script has SIGINT ignored, and cannot undo it.
AM_TESTS_ENVIRONMENT = \
	IR_SRCDIR='$(abs_top_srcdir)' IR_BUILDDIR='$(abs_top_builddir)'; \
	export IR_SRCDIR IR_BUILDDIR; \
	env --default-signal=HUP,INT,TERM

include tests/unit/base.mk
include tests/unit/crypto.mk
include tests/unit/archive.mk
include tests/unit/json.mk
include tests/unit/net.mk
include tests/unit/sandbox.mk
include tests/unit/stamp.mk
include tests/unit/docker.mk
include tests/unit/host.mk
include tests/unit/bundle.mk
include tests/unit/collectors.mk
include tests/lint/local.mk
include tests/cli/local.mk
include tests/engine/local.mk
include tests/hostile/local.mk
include tests/fuzz/local.mk
include tests/bench/local.mk
