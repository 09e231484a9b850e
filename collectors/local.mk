libir_a_SOURCES += \
	collectors/attached.c collectors/attached.h \
	collectors/changed.c \
	collectors/changes.c \
	collectors/collector.h \
	collectors/commit.c \
	collectors/copy.c collectors/copy.h \
	collectors/core.c collectors/core.h \
	collectors/engine.c \
	collectors/events.c \
	collectors/exec.c \
	collectors/executables.c \
	collectors/filesystem.c \
	collectors/host.c \
	collectors/here.c collectors/here.h \
	collectors/image.c \
	collectors/inspect.c \
	collectors/jsonl.c collectors/jsonl.h \
	collectors/layers.c collectors/layers.h \
	collectors/claim.c collectors/claim.h \
	collectors/local.c collectors/local.h \
	collectors/logfiles.c collectors/logfiles.h \
	collectors/logs.c \
	collectors/mapped.c collectors/mapped.h \
	collectors/memory.c \
	collectors/mounts.c \
	collectors/neighbours.c \
	collectors/networks.c \
	collectors/processes.c \
	collectors/socketline.c collectors/socketline.h \
	collectors/sockets.c \
	collectors/stats.c \
	collectors/table.c \
	collectors/tmpfs.c \
	collectors/top.c \
	collectors/volumes.c
