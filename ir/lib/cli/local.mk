libir_a_SOURCES += \
	ir/lib/cli/actions.c ir/lib/cli/actions.h \
	ir/lib/cli/actions-save.c \
	ir/lib/cli/addresses.c ir/lib/cli/addresses.h \
	ir/lib/cli/apart.c ir/lib/cli/apart.h \
	ir/lib/cli/bars.c ir/lib/cli/bars.h \
	ir/lib/cli/capture.c ir/lib/cli/capture.h \
	ir/lib/cli/capture-dry.c \
	ir/lib/cli/capture-estimate.c \
	ir/lib/cli/capture-ledger.c \
	ir/lib/cli/capture-options.c \
	ir/lib/cli/captureparts.h \
	ir/lib/cli/cast.c ir/lib/cli/cast.h \
	ir/lib/cli/session.c ir/lib/cli/session.h \
	ir/lib/cli/cli.c ir/lib/cli/cli.h \
	ir/lib/cli/consequences.c ir/lib/cli/consequences.h \
	ir/lib/cli/custody-check.c \
	ir/lib/cli/custody.c ir/lib/cli/custody.h \
	ir/lib/cli/cut-do.c \
	ir/lib/cli/cut-known.c \
	ir/lib/cli/cut-report.c \
	ir/lib/cli/cut-undo.c \
	ir/lib/cli/cut.c ir/lib/cli/cut.h \
	ir/lib/cli/cutting.h \
	ir/lib/cli/dryrun.c ir/lib/cli/dryrun.h \
	ir/lib/cli/help.c ir/lib/cli/help.h \
	ir/lib/cli/imagedoc.c \
	ir/lib/cli/imagedoc.h \
	ir/lib/cli/imagefile.c \
	ir/lib/cli/imagefile.h \
	ir/lib/cli/isolation-cut.c \
	ir/lib/cli/isolation.c ir/lib/cli/isolation.h \
	ir/lib/cli/once.c ir/lib/cli/once.h \
	ir/lib/cli/options.c ir/lib/cli/options.h \
	ir/lib/cli/out.c ir/lib/cli/out.h \
	ir/lib/cli/pause.c ir/lib/cli/pause.h \
	ir/lib/cli/pause-record.c \
	ir/lib/cli/pause-undo.c \
	ir/lib/cli/places.c ir/lib/cli/places.h \
	ir/lib/cli/policy.c ir/lib/cli/policy.h \
	ir/lib/cli/rebuild-prepare.c \
	ir/lib/cli/rebuild.c ir/lib/cli/rebuild.h \
	ir/lib/cli/record.c \
	ir/lib/cli/standstill.c ir/lib/cli/standstill.h \
	ir/lib/cli/report.c ir/lib/cli/report.h \
	ir/lib/cli/stamp.c ir/lib/cli/stamp.h \
	ir/lib/cli/survey.c ir/lib/cli/survey.h \
	ir/lib/cli/status-calls.c \
	ir/lib/cli/status-choose.c \
	ir/lib/cli/status-events.c \
	ir/lib/cli/status-host.c \
	ir/lib/cli/status-life.c \
	ir/lib/cli/status-net.c \
	ir/lib/cli/status-news.c \
	ir/lib/cli/status-one.c \
	ir/lib/cli/status-others.c \
	ir/lib/cli/status-past.c \
	ir/lib/cli/status-print.c \
	ir/lib/cli/status-record.c \
	ir/lib/cli/status-stream.c \
	ir/lib/cli/status-watch.c \
	ir/lib/cli/status-who.c \
	ir/lib/cli/status.c ir/lib/cli/status.h \
	ir/lib/cli/statusparts.h \
	ir/lib/cli/tally.c ir/lib/cli/tally.h \
	ir/lib/cli/contained.c ir/lib/cli/contained.h \
	ir/lib/cli/targets.c ir/lib/cli/targets.h \
	ir/lib/cli/turn.c ir/lib/cli/turn.h \
	ir/lib/cli/trusted.c ir/lib/cli/trusted.h \
	ir/lib/cli/trees.c \
	ir/lib/cli/trees.h \
	ir/lib/cli/who.c ir/lib/cli/who.h
