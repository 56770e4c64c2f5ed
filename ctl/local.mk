# ctl: sendwardctl
bin_PROGRAMS += ctl/sendwardctl
ctl_sendwardctl_SOURCES = ctl/main.c ctl/command.h ctl/commands.c \
	ctl/verbs.h ctl/parse.c ctl/parse.h ctl/help.c ctl/help.h \
	ctl/nearest.c ctl/nearest.h ctl/out.c ctl/out.h \
	ctl/input.c ctl/input.h ctl/records.c ctl/records.h \
	ctl/account.c ctl/login.c ctl/credential.c ctl/identity.c ctl/dkim.c \
	ctl/suppression.c ctl/explain.c ctl/config.c ctl/db.c \
	ctl/setup.c ctl/setup_lines.c ctl/setup_lines.h
ctl_sendwardctl_LDADD = $(SW_LIBS) $(SW_EXT_LIBS)
EXTRA_DIST += ctl/README.md
if HAVE_CMOCKA
check_PROGRAMS += ctl/test-nearest
TESTS += ctl/test-nearest
ctl_test_nearest_SOURCES = ctl/test-nearest.c ctl/nearest.c ctl/nearest.h
ctl_test_nearest_LDADD = $(CMOCKA_LIBS)
endif
