libir_a_SOURCES += \
	ir/lib/overlay/content.c \
	ir/lib/overlay/content.h \
	ir/lib/overlay/layer.c \
	ir/lib/overlay/layer.h \
	ir/lib/overlay/links.c \
	ir/lib/overlay/links.h \
	ir/lib/overlay/rebuild.c \
	ir/lib/overlay/rebuild.h \
	ir/lib/overlay/split.c \
	ir/lib/overlay/split.h \
	ir/lib/overlay/store.c \
	ir/lib/overlay/store.h \
	ir/lib/overlay/walk.c \
	ir/lib/overlay/walk.h
