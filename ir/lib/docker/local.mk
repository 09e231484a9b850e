libir_a_SOURCES += \
	ir/lib/docker/container.c \
	ir/lib/docker/container.h \
	ir/lib/docker/create.c \
	ir/lib/docker/create.h \
	ir/lib/docker/docker.c \
	ir/lib/docker/docker.h \
	ir/lib/docker/endpoint.c \
	ir/lib/docker/endpoint.h \
	ir/lib/docker/image.c \
	ir/lib/docker/image.h \
	ir/lib/docker/logjson.c \
	ir/lib/docker/logjson.h \
	ir/lib/docker/logs.c \
	ir/lib/docker/logs.h \
	ir/lib/docker/netns.c \
	ir/lib/docker/netns.h \
	ir/lib/docker/networks-compare.c \
	ir/lib/docker/networks-ports.c \
	ir/lib/docker/networks-settings.c \
	ir/lib/docker/networks.c \
	ir/lib/docker/networks.h \
	ir/lib/docker/raw.c \
	ir/lib/docker/raw.h \
	ir/lib/docker/replace.c \
	ir/lib/docker/replace.h \
	ir/lib/docker/sharing.c \
	ir/lib/docker/sharing.h
