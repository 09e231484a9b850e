libir_a_SOURCES += \
	ir/lib/host/cgroup.c \
	ir/lib/host/cgroup.h \
	ir/lib/host/filter.h \
	ir/lib/host/host.c \
	ir/lib/host/host.h \
	ir/lib/host/inside.h \
	ir/lib/host/links.h \
	ir/lib/host/mounts.c \
	ir/lib/host/mounts.h \
	ir/lib/host/processes.h \
	ir/lib/host/state.h
