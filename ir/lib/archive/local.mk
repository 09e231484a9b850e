libir_a_SOURCES += \
	ir/lib/archive/tarend.h \
	ir/lib/archive/tree.h
