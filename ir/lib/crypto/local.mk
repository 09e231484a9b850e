libir_a_SOURCES += \
	ir/lib/crypto/digest.h \
	ir/lib/crypto/key.h \
	ir/lib/crypto/signers.h \
	ir/lib/crypto/sshsig.h
