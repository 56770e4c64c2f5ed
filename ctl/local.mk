# ctl: sendwardctl
bin_PROGRAMS += ctl/sendwardctl
ctl_sendwardctl_SOURCES = ctl/main.c ctl/command.h ctl/commands.c \
	ctl/command_options.h \
	ctl/verbs.h ctl/parse.c ctl/parse.h ctl/help.c ctl/help.h \
	ctl/nearest.c ctl/nearest.h ctl/out.c ctl/out.h \
	ctl/input.c ctl/input.h ctl/diff.c ctl/diff.h \
	ctl/facts.c ctl/facts.h ctl/records.c ctl/records.h \
	ctl/findings.c ctl/findings.h \
	ctl/delete.c ctl/delete.h \
	ctl/account.c ctl/login.c ctl/credential.c ctl/identity.c \
	ctl/identity_check.c ctl/grant.c ctl/dkim.c ctl/request.c \
	ctl/grant.h ctl/letter.c ctl/suppression.c ctl/explain.c ctl/config.c \
	ctl/message.c ctl/event.c ctl/event.h ctl/feedback.c ctl/feedback.h \
	ctl/feedback_reclassify.c \
	ctl/reputation.c ctl/reputation.h ctl/limit.c ctl/configset.c ctl/tenant.c ctl/lease.c ctl/pool.c ctl/pool_show.c ctl/pool_transports.c ctl/postconf.c ctl/postconf.h ctl/user.c \
	ctl/topic.c ctl/topic.h ctl/subscription.c \
	ctl/identity_set.c ctl/identity_set.h \
	ctl/config_services.c ctl/config_feedback.c ctl/checks.h ctl/db.c ctl/key.c ctl/health.c ctl/duty.c \
	ctl/import.c ctl/import.h ctl/import_list.c ctl/import_take.c \
	ctl/import_opendkim.c ctl/import_rspamd.c ctl/import_postfix.c \
	ctl/import_ses.c ctl/import_text.c ctl/import_text.h \
	ctl/import_ucl.c ctl/import_ucl.h \
	ctl/observed.c ctl/mta.c ctl/mta.h \
	ctl/doctor.c ctl/doctor.h ctl/doctor_list.h ctl/doctor_find.c ctl/doctor_gate.c \
	ctl/doctor_policy.c ctl/doctor_doors.c ctl/doctor_way.c \
	ctl/doctor_route.c ctl/doctor_machine.c ctl/doctor_store.c \
	ctl/cf_text.c ctl/cf_text.h ctl/setup_apply.c ctl/setup_apply.h \
	ctl/setup_merge.c ctl/setup.c ctl/setup_lines.c ctl/setup_lines.h
ctl_sendwardctl_LDADD = $(SW_LIBS) $(SW_EXT_LIBS)
EXTRA_DIST += ctl/README.md ctl/fuzz-opendkim.c ctl/fuzz-ucl.c \
	ctl/fuzz-loginmap.c
completiondir = $(datadir)/bash-completion/completions
dist_completion_DATA = ctl/completion/sendwardctl
if HAVE_CMOCKA
check_PROGRAMS += ctl/test-nearest ctl/test-diff ctl/test-doctor
check_PROGRAMS += ctl/test-import-text ctl/test-import-ucl
TESTS += ctl/test-nearest ctl/test-diff ctl/test-doctor
TESTS += ctl/test-import-text ctl/test-import-ucl
ctl_test_nearest_SOURCES = ctl/test-nearest.c ctl/nearest.c ctl/nearest.h
ctl_test_nearest_LDADD = $(CMOCKA_LIBS)
ctl_test_doctor_SOURCES = ctl/test-doctor.c ctl/doctor.h ctl/doctor_list.h \
	ctl/doctor_find.c ctl/doctor_gate.c ctl/doctor_policy.c \
	ctl/doctor_doors.c ctl/doctor_way.c ctl/mta.c ctl/mta.h
ctl_test_doctor_LDADD = conf/libconf.a base/libbase.a $(CMOCKA_LIBS) \
	$(SW_EXT_LIBS)
ctl_test_import_text_SOURCES = ctl/test-import-text.c ctl/import_text.c \
	ctl/import_text.h
ctl_test_import_text_LDADD = $(CMOCKA_LIBS)
ctl_test_import_ucl_SOURCES = ctl/test-import-ucl.c ctl/import_ucl.c \
	ctl/import_ucl.h
ctl_test_import_ucl_LDADD = $(CMOCKA_LIBS)
ctl_test_diff_SOURCES = ctl/test-diff.c ctl/diff.c ctl/diff.h
ctl_test_diff_LDADD = base/libbase.a $(CMOCKA_LIBS) $(SW_EXT_LIBS)
endif
