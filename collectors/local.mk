libir_a_SOURCES += collectors/collector.h
