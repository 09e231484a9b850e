libir_a_SOURCES += \
	ir/lib/base/aside.c ir/lib/base/aside.h \
	ir/lib/base/buf.c ir/lib/base/buf.h \
	ir/lib/base/err.c ir/lib/base/err.h \
	ir/lib/base/file.c ir/lib/base/file.h \
	ir/lib/base/limits.h \
	ir/lib/base/proc.c ir/lib/base/proc.h \
	ir/lib/base/signal.c ir/lib/base/signal.h \
	ir/lib/base/sink.c ir/lib/base/sink.h \
	ir/lib/base/source.c ir/lib/base/source.h \
	ir/lib/base/text.c ir/lib/base/text.h \
	ir/lib/base/time.c ir/lib/base/time.h
