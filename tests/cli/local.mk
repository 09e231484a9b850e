# Tests of the programs as they are run, without an engine.
cli_tests = \
	tests/cli/agent.t \
	tests/cli/bad-input.t \
	tests/cli/bundle-page.t \
	tests/cli/completion.t \
	tests/cli/custody.t \
	tests/cli/diff.t \
	tests/cli/kill.t \
	tests/cli/playbook.t \
	tests/cli/stamp.t \
	tests/cli/start-up.t \
	tests/cli/tap.t \
	tests/cli/transport.t
TESTS += $(cli_tests)
EXTRA_DIST += $(cli_tests) tests/kill.sh tests/sample.sh tests/tap.sh

check_PROGRAMS += tests/cli/endless
tests_cli_endless_SOURCES = tests/cli/endless.c
