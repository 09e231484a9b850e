libir_a_SOURCES += \
	ir/lib/tree/compare.c \
	ir/lib/tree/compare.h \
	ir/lib/tree/content.c \
	ir/lib/tree/content.h \
	ir/lib/tree/describe.c \
	ir/lib/tree/describe.h \
	ir/lib/tree/hunks.c \
	ir/lib/tree/hunks.h \
	ir/lib/tree/listed.c \
	ir/lib/tree/listed.h \
	ir/lib/tree/inside.h \
	ir/lib/tree/stack.c \
	ir/lib/tree/tree.c \
	ir/lib/tree/tree.h
