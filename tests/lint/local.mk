# Tests of the sources themselves.
lint_tests = \
	tests/lint/layers.t \
	tests/lint/man.t \
	tests/lint/playbooks.t \
	tests/lint/shell.t \
	tests/lint/style.t
TESTS += $(lint_tests)
EXTRA_DIST += $(lint_tests)
