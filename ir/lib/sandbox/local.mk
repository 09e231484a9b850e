libir_a_SOURCES += \
	ir/lib/sandbox/sandbox.h
