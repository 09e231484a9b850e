# Beside the peers' commands; not part of make check.
EXTRA_DIST += tests/bench/run
.PHONY: bench
bench: all
	IR_BUILDDIR='$(abs_builddir)' $(srcdir)/tests/bench/run $(BENCHFLAGS)
