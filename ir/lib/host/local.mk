libir_a_SOURCES += \
	ir/lib/host/filter.h \
	ir/lib/host/host.h \
	ir/lib/host/links.h \
	ir/lib/host/processes.h \
	ir/lib/host/state.h
