libir_a_SOURCES += \
	ir/lib/archive/gzip.c \
	ir/lib/archive/gzip.h \
	ir/lib/archive/layer.c \
	ir/lib/archive/layer.h \
	ir/lib/archive/reader.c \
	ir/lib/archive/reader.h \
	ir/lib/archive/tarend.c \
	ir/lib/archive/tarend.h \
	ir/lib/archive/writer.c \
	ir/lib/archive/writer.h \
	ir/lib/archive/zstd.c \
	ir/lib/archive/zstd.h
