# The programs, a block each.
bin_PROGRAMS += ir/ir
ir_ir_SOURCES = ir/ir.c
bin_PROGRAMS += ir/ir-capture
ir_ir_capture_SOURCES = ir/ir-capture.c
bin_PROGRAMS += ir/ir-custody
ir_ir_custody_SOURCES = ir/ir-custody.c
bin_PROGRAMS += ir/ir-diff
ir_ir_diff_SOURCES = ir/ir-diff.c
bin_PROGRAMS += ir/ir-exec
ir_ir_exec_SOURCES = ir/ir-exec.c
bin_PROGRAMS += ir/ir-export
ir_ir_export_SOURCES = ir/ir-export.c
bin_PROGRAMS += ir/ir-import
ir_ir_import_SOURCES = ir/ir-import.c
bin_PROGRAMS += ir/ir-open
ir_ir_open_SOURCES = ir/ir-open.c
bin_PROGRAMS += ir/ir-isolate
ir_ir_isolate_SOURCES = ir/ir-isolate.c
bin_PROGRAMS += ir/ir-pause
ir_ir_pause_SOURCES = ir/ir-pause.c
bin_PROGRAMS += ir/ir-rebuild
ir_ir_rebuild_SOURCES = ir/ir-rebuild.c
bin_PROGRAMS += ir/ir-seal
ir_ir_seal_SOURCES = ir/ir-seal.c
bin_PROGRAMS += ir/ir-status
ir_ir_status_SOURCES = ir/ir-status.c
bin_PROGRAMS += ir/ir-verify
ir_ir_verify_SOURCES = ir/ir-verify.c

dist_man_MANS += ir/ir.1
dist_man_MANS += ir/ir-bundle.5
dist_man_MANS += ir/ir-capture.1
dist_man_MANS += ir/ir-custody.1
dist_man_MANS += ir/ir-diff.1
dist_man_MANS += ir/ir-exec.1
dist_man_MANS += ir/ir-export.1
dist_man_MANS += ir/ir-import.1
dist_man_MANS += ir/ir-isolate.1
dist_man_MANS += ir/ir-open.1
dist_man_MANS += ir/ir-pause.1
dist_man_MANS += ir/ir-rebuild.1
dist_man_MANS += ir/ir-seal.1
dist_man_MANS += ir/ir-status.1
dist_man_MANS += ir/ir-verify.1

# bash looks a completion up by the name of the program.
EXTRA_DIST += ir/ir.bash
install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(bashcompdir)'
	$(INSTALL_DATA) '$(srcdir)/ir/ir.bash' '$(DESTDIR)$(bashcompdir)/ir'
	for p in $(bin_PROGRAMS); do \
		p=$${p##*/}; test "$$p" = ir || \
		ln -sf ir '$(DESTDIR)$(bashcompdir)'/"$$p" || exit; \
	done
uninstall-local:
	for p in $(bin_PROGRAMS); do \
		rm -f '$(DESTDIR)$(bashcompdir)'/"$${p##*/}"; \
	done
