libir_a_SOURCES += \
	ir/lib/archive/reader.c \
	ir/lib/archive/reader.h \
	ir/lib/archive/tarend.c \
	ir/lib/archive/tarend.h \
	ir/lib/archive/writer.c \
	ir/lib/archive/writer.h \
	ir/lib/archive/zstd.c \
	ir/lib/archive/zstd.h
