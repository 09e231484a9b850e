libir_a_SOURCES += \
	ir/lib/bundle/bundle.h \
	ir/lib/bundle/lookup.h \
	ir/lib/bundle/names.h \
	ir/lib/bundle/seal.h \
	ir/lib/bundle/verdict.h \
	ir/lib/bundle/verify.h
