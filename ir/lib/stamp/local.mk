libir_a_SOURCES += \
	ir/lib/stamp/stamp.h
