libir_a_SOURCES += \
	ir/lib/net/http.h
