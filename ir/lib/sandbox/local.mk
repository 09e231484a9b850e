libir_a_SOURCES += \
	ir/lib/sandbox/sandbox.c ir/lib/sandbox/sandbox.h
