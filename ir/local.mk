bin_PROGRAMS += ir/ir
ir_ir_SOURCES = ir/ir.c
