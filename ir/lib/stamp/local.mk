libir_a_SOURCES += \
	ir/lib/stamp/check.c \
	ir/lib/stamp/inside.h \
	ir/lib/stamp/query.c \
	ir/lib/stamp/reply.c \
	ir/lib/stamp/roots.c \
	ir/lib/stamp/stamp.h
