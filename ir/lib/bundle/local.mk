libir_a_SOURCES += \
	ir/lib/bundle/bag.c ir/lib/bundle/bag.h \
	ir/lib/bundle/bundle.c ir/lib/bundle/bundle.h \
	ir/lib/bundle/create.c \
	ir/lib/bundle/custody.c ir/lib/bundle/custody.h \
	ir/lib/bundle/fields.c ir/lib/bundle/fields.h \
	ir/lib/bundle/journal.c ir/lib/bundle/journal.h \
	ir/lib/bundle/journalread.c \
	ir/lib/bundle/lines.c ir/lib/bundle/lines.h \
	ir/lib/bundle/lookup.c ir/lib/bundle/lookup.h \
	ir/lib/bundle/names.c ir/lib/bundle/names.h \
	ir/lib/bundle/seal.h \
	ir/lib/bundle/state.h \
	ir/lib/bundle/stream.c ir/lib/bundle/stream.h \
	ir/lib/bundle/verdict.c ir/lib/bundle/verdict.h \
	ir/lib/bundle/verify.h \
	ir/lib/bundle/verifytxt.c
