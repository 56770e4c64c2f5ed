# report: see README.md
noinst_LIBRARIES += report/libreport.a
report_libreport_a_SOURCES = \
	report/address.c report/address.h \
	report/arf.c \
	report/classify.c report/classify.h \
	report/dsn.c \
	report/fields.c report/fields.h \
	report/html.c report/html.h \
	report/limits.h \
	report/match.c report/match.h \
	report/names.c \
	report/notice.c \
	report/original.c \
	report/parts.c report/parts.h \
	report/read.c report/reading.h \
	report/report.h \
	report/rule_set.h report/rules.c \
	report/text.c \
	report/wording.c report/wording.h
dist_pkgdata_DATA += report/bounce.rules
EXTRA_DIST += report/README.md report/fuzz-report.c tests/report

# Reads reports for tests/report/.
noinst_PROGRAMS += report/read-reports
report_libs = report/libreport.a rules/librules.a base/libbase.a \
	$(GMIME_LIBS) $(PCRE2_LIBS) -lpthread
report_read_reports_SOURCES = report/read-reports.c
report_read_reports_LDADD = $(report_libs) $(JANSSON_LIBS)

if HAVE_CMOCKA
report_tests = report/test-hostile report/test-read report/test-replies \
	report/test-rules
check_PROGRAMS += $(report_tests)
TESTS += $(report_tests)
report_test_hostile_SOURCES = report/test-hostile.c report/test-rules.h
report_test_hostile_LDADD = $(report_libs) $(CMOCKA_LIBS)
report_test_read_SOURCES = report/test-read.c report/test-rules.h
report_test_read_LDADD = $(report_libs) $(CMOCKA_LIBS)
report_test_replies_SOURCES = report/test-replies.c report/test-rules.h
report_test_replies_LDADD = $(report_libs) $(CMOCKA_LIBS)
report_test_rules_SOURCES = report/test-rules.c report/test-rules.h
report_test_rules_LDADD = $(report_libs) $(CMOCKA_LIBS)
endif
