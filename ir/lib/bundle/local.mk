libir_a_SOURCES += \
	ir/lib/bundle/bundle.c ir/lib/bundle/bundle.h \
	ir/lib/bundle/custody.c ir/lib/bundle/custody.h \
	ir/lib/bundle/journal.c ir/lib/bundle/journal.h \
	ir/lib/bundle/lookup.c ir/lib/bundle/lookup.h \
	ir/lib/bundle/manifest.c ir/lib/bundle/manifest.h \
	ir/lib/bundle/names.c ir/lib/bundle/names.h \
	ir/lib/bundle/seal.c ir/lib/bundle/seal.h \
	ir/lib/bundle/verdict.c ir/lib/bundle/verdict.h \
	ir/lib/bundle/verify.c ir/lib/bundle/verify.h
