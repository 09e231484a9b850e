libir_a_SOURCES += \
	ir/lib/crypto/digest.c \
	ir/lib/crypto/digest.h \
	ir/lib/crypto/ed25519.c \
	ir/lib/crypto/ed25519.h \
	ir/lib/crypto/init.c \
	ir/lib/crypto/init.h \
	ir/lib/crypto/key.c \
	ir/lib/crypto/key.h \
	ir/lib/crypto/signerline.c \
	ir/lib/crypto/signerline.h \
	ir/lib/crypto/signers.c \
	ir/lib/crypto/signers.h \
	ir/lib/crypto/sshsig.c \
	ir/lib/crypto/sshsig.h \
	ir/lib/crypto/sshwire.c \
	ir/lib/crypto/sshwire.h
