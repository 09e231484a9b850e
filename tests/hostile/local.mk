# Engines, containers and bundles that lie.
hostile_tests = \
	tests/hostile/engine.t \
	tests/hostile/import.t \
	tests/hostile/status.t \
	tests/hostile/tar.t
TESTS += $(hostile_tests)
EXTRA_DIST += $(hostile_tests)
