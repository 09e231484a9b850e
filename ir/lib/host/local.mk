libir_a_SOURCES += \
	ir/lib/host/addresses.c \
	ir/lib/host/addresses.h \
	ir/lib/host/cgroup.c \
	ir/lib/host/cgroup.h \
	ir/lib/host/ends.c \
	ir/lib/host/filter.h \
	ir/lib/host/freezer.c \
	ir/lib/host/freezer.h \
	ir/lib/host/host.c \
	ir/lib/host/host.h \
	ir/lib/host/inside.h \
	ir/lib/host/link.c \
	ir/lib/host/link.h \
	ir/lib/host/links.c \
	ir/lib/host/links.h \
	ir/lib/host/look.c \
	ir/lib/host/look.h \
	ir/lib/host/mounts.c \
	ir/lib/host/mounts.h \
	ir/lib/host/netlink.c \
	ir/lib/host/netlink.h \
	ir/lib/host/processes.c \
	ir/lib/host/processes.h \
	ir/lib/host/spaces.c \
	ir/lib/host/spaces.h \
	ir/lib/host/state.h
