libir_a_SOURCES += \
	ir/lib/net/http.c ir/lib/net/http.h
