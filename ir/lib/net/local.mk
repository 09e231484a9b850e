libir_a_SOURCES += \
	ir/lib/net/answer.c \
	ir/lib/net/answer.h \
	ir/lib/net/child.c \
	ir/lib/net/child.h \
	ir/lib/net/curl-explain.c \
	ir/lib/net/curl-load.c \
	ir/lib/net/curl.c \
	ir/lib/net/curl.h \
	ir/lib/net/http.c \
	ir/lib/net/http.h \
	ir/lib/net/ssh-explain.c \
	ir/lib/net/ssh-url.c \
	ir/lib/net/ssh.c \
	ir/lib/net/ssh.h \
	ir/lib/net/transfer.c \
	ir/lib/net/transfer.h \
	ir/lib/net/url.c \
	ir/lib/net/url.h \
	ir/lib/net/wire.c \
	ir/lib/net/wire.h
