libir_a_SOURCES += \
	ir/lib/archive/tarend.c ir/lib/archive/tarend.h \
	ir/lib/archive/tree.c ir/lib/archive/tree.h
