# Tests against a real engine, a private one each; skipped where that cannot be.
engine_tests = \
	tests/engine/bad-input.t \
	tests/engine/capture-volumes.t \
	tests/engine/capture-host.t \
	tests/engine/capture-logs.t \
	tests/engine/capture.t \
	tests/engine/capture-runner.t \
	tests/engine/collect-live.t \
	tests/engine/diff.t \
	tests/engine/docker-calls.t \
	tests/engine/engine.t \
	tests/engine/exec.t \
	tests/engine/filter-cgroup.t \
	tests/engine/filter.t \
	tests/engine/host.t \
	tests/engine/isolate-hard.t \
	tests/engine/isolate-link.t \
	tests/engine/isolate.t \
	tests/engine/kill.t \
	tests/engine/layers.t \
	tests/engine/links.t \
	tests/engine/pause-many.t \
	tests/engine/pause-policy.t \
	tests/engine/pause.t \
	tests/engine/podman.t \
	tests/engine/processes.t \
	tests/engine/rebuild.t \
	tests/engine/resume.t \
	tests/engine/rootless.t \
	tests/engine/ssh.t \
	tests/engine/status.t \
	tests/engine/tls.t \
	tests/engine/turns.t \
	tests/engine/walkthrough.t
TESTS += $(engine_tests)
EXTRA_DIST += $(engine_tests) tests/analysts.sh tests/engine.sh \
	tests/podman.sh tests/rootless.sh tests/engines \
	tests/refusing-engine.py

check_PROGRAMS += tests/engine/test-docker-calls
tests_engine_test_docker_calls_SOURCES = tests/engine/test-docker-calls.c \
	tests/unit/unit.h
tests_engine_test_docker_calls_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_test_docker_calls_LDADD = $(LDADD) $(CMOCKA_LIBS)

check_PROGRAMS += tests/engine/test-trees
tests_engine_test_trees_SOURCES = tests/engine/test-trees.c

# The same on every engine that they are to run on; $ENGINES is fewer of them.
check-engines: $(check_PROGRAMS) $(bin_PROGRAMS)
	IR_SRCDIR='$(abs_top_srcdir)' IR_BUILDDIR='$(abs_top_builddir)' \
		$(srcdir)/tests/engines run engines $(ENGINES)
.PHONY: check-engines

check_PROGRAMS += tests/engine/test-host-acts
tests_engine_test_host_acts_SOURCES = tests/engine/test-host-acts.c
check_PROGRAMS += tests/engine/test-host-victim
tests_engine_test_host_victim_SOURCES = tests/engine/test-host-victim.c
check_PROGRAMS += tests/engine/test-live-victim
tests_engine_test_live_victim_SOURCES = tests/engine/test-live-victim.c
check_PROGRAMS += tests/engine/test-host
tests_engine_test_host_SOURCES = tests/engine/test-host.c
