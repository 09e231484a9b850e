libir_a_SOURCES += ir/lib/json/json.c ir/lib/json/json.h
