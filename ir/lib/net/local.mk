libir_a_SOURCES += \
	ir/lib/net/explain.c \
	ir/lib/net/http.c \
	ir/lib/net/http.h \
	ir/lib/net/transfer.h \
	ir/lib/net/url.c \
	ir/lib/net/url.h
