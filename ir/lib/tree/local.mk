libir_a_SOURCES += \
	ir/lib/tree/content.c \
	ir/lib/tree/content.h \
	ir/lib/tree/tree.c \
	ir/lib/tree/tree.h
