libir_a_SOURCES += \
	ir/lib/crypto/digest.c \
	ir/lib/crypto/digest.h \
	ir/lib/crypto/init.c \
	ir/lib/crypto/init.h \
	ir/lib/crypto/key.h \
	ir/lib/crypto/signers.h \
	ir/lib/crypto/sshsig.h
