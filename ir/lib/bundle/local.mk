libir_a_SOURCES += \
	ir/lib/bundle/act.c ir/lib/bundle/act.h \
	ir/lib/bundle/acts.c \
	ir/lib/bundle/bag.c ir/lib/bundle/bag.h \
	ir/lib/bundle/bundle.c ir/lib/bundle/bundle.h \
	ir/lib/bundle/captures.c ir/lib/bundle/captures.h \
	ir/lib/bundle/chain.c ir/lib/bundle/chain.h \
	ir/lib/bundle/check.h \
	ir/lib/bundle/claims.c ir/lib/bundle/claims.h \
	ir/lib/bundle/complete.c ir/lib/bundle/complete.h \
	ir/lib/bundle/content.c ir/lib/bundle/content.h \
	ir/lib/bundle/create.c \
	ir/lib/bundle/custody.c ir/lib/bundle/custody.h \
	ir/lib/bundle/export.c ir/lib/bundle/export.h \
	ir/lib/bundle/fault.c ir/lib/bundle/fault.h \
	ir/lib/bundle/fields.c ir/lib/bundle/fields.h \
	ir/lib/bundle/hashing.c ir/lib/bundle/hashing.h \
	ir/lib/bundle/history.c \
	ir/lib/bundle/holder.c ir/lib/bundle/holder.h \
	ir/lib/bundle/import.c ir/lib/bundle/import.h \
	ir/lib/bundle/items.c ir/lib/bundle/items.h \
	ir/lib/bundle/journal.c ir/lib/bundle/journal.h \
	ir/lib/bundle/journalread.c \
	ir/lib/bundle/layers.c \
	ir/lib/bundle/layers.h \
	ir/lib/bundle/lines.c ir/lib/bundle/lines.h \
	ir/lib/bundle/lookup.c ir/lib/bundle/lookup.h \
	ir/lib/bundle/manifest.c ir/lib/bundle/manifest.h \
	ir/lib/bundle/marks.c ir/lib/bundle/marks.h \
	ir/lib/bundle/names.c ir/lib/bundle/names.h \
	ir/lib/bundle/opening.c ir/lib/bundle/opening.h \
	ir/lib/bundle/outfile.c ir/lib/bundle/outfile.h \
	ir/lib/bundle/packed.c ir/lib/bundle/packed.h \
	ir/lib/bundle/receipt.c ir/lib/bundle/receipt.h \
	ir/lib/bundle/record.c ir/lib/bundle/record.h \
	ir/lib/bundle/resume.c ir/lib/bundle/resume.h \
	ir/lib/bundle/resume-keep.c \
	ir/lib/bundle/scan.c ir/lib/bundle/scan.h \
	ir/lib/bundle/seal.c ir/lib/bundle/seal.h \
	ir/lib/bundle/stamping.c ir/lib/bundle/stamping.h \
	ir/lib/bundle/stamps.c \
	ir/lib/bundle/state.h \
	ir/lib/bundle/stream.c ir/lib/bundle/stream.h \
	ir/lib/bundle/tags.c \
	ir/lib/bundle/tail.c ir/lib/bundle/tail.h \
	ir/lib/bundle/torn.c ir/lib/bundle/torn.h \
	ir/lib/bundle/trust.c \
	ir/lib/bundle/unsealed.c \
	ir/lib/bundle/untar.c ir/lib/bundle/untar.h \
	ir/lib/bundle/verdict.c ir/lib/bundle/verdict.h \
	ir/lib/bundle/verify.c ir/lib/bundle/verify.h \
	ir/lib/bundle/verifytxt.c
