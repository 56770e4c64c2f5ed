# report: see README.md
noinst_LIBRARIES += report/libreport.a
report_libreport_a_SOURCES = report/report.h report/names.c
EXTRA_DIST += report/README.md
