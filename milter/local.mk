# milter/: sendward-milter
sbin_PROGRAMS += milter/sendward-milter
milter_message_sources = \
	milter/content.c milter/content.h \
	milter/edits.c milter/edits.h \
	milter/message.c milter/message.h \
	milter/operator.c milter/operator.h \
	milter/quota.c milter/quota.h \
	milter/report.c milter/report.h \
	milter/requests.c milter/requests.h \
	milter/seen.c milter/seen.h \
	milter/submission.c milter/submission.h
milter_sendward_milter_SOURCES = $(milter_message_sources) \
	milter/filter.c milter/filter.h \
	milter/folder.c milter/folder.h \
	milter/listen.c milter/listen.h \
	milter/main.c \
	milter/milter.c milter/milter.h \
	milter/session.c milter/session.h \
	milter/wire.c milter/wire.h
# libmilter must find our definitions (milter/wire.h).
WIRE_LINK = -Wl,--export-dynamic-symbol=accept \
	-Wl,--export-dynamic-symbol=close -Wl,--export-dynamic-symbol=poll \
	-Wl,--export-dynamic-symbol=read -Wl,--export-dynamic-symbol=writev
milter_sendward_milter_LDFLAGS = $(SIGN_LINK) $(WIRE_LINK)
milter_sendward_milter_LDADD = $(SW_LIBS) $(MILTER_LIBS) $(SW_EXT_LIBS)
EXTRA_DIST += milter/README.md

if HAVE_CMOCKA
milter_tests = milter/test-message milter/test-edits milter/test-operator \
	milter/test-senders milter/test-session milter/test-notes \
	milter/test-tenants milter/test-seen milter/test-wire \
	milter/test-quota milter/test-memory
check_PROGRAMS += $(milter_tests)
TESTS += $(milter_tests)
milter_test_LIBS = $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
milter_test_run = milter/test-run.c milter/test-run.h ops/fake-snapshot.c \
	ops/fake-snapshot.h $(milter_message_sources)
milter_test_message_SOURCES = milter/test-message.c $(milter_test_run)
milter_test_message_LDFLAGS = $(SIGN_LINK)
milter_test_message_LDADD = $(milter_test_LIBS)
milter_test_senders_SOURCES = milter/test-senders.c $(milter_test_run)
milter_test_senders_LDFLAGS = $(SIGN_LINK)
milter_test_senders_LDADD = $(milter_test_LIBS)
milter_test_seen_SOURCES = milter/test-seen.c $(milter_test_run)
milter_test_seen_LDFLAGS = $(SIGN_LINK)
milter_test_seen_LDADD = $(milter_test_LIBS)
milter_test_tenants_SOURCES = milter/test-tenants.c $(milter_test_run)
milter_test_tenants_LDFLAGS = $(SIGN_LINK)
milter_test_tenants_LDADD = $(milter_test_LIBS)
milter_test_notes_SOURCES = milter/test-notes.c $(milter_test_run)
milter_test_notes_LDFLAGS = $(SIGN_LINK)
milter_test_notes_LDADD = $(milter_test_LIBS)
milter_test_memory_SOURCES = milter/test-memory.c $(milter_test_run)
milter_test_memory_LDFLAGS = $(SIGN_LINK) -Wl,--wrap=malloc -Wl,--wrap=calloc \
	-Wl,--wrap=realloc -Wl,--wrap=strdup
milter_test_memory_LDADD = $(milter_test_LIBS)
milter_test_quota_SOURCES = milter/test-quota.c $(milter_test_run)
milter_test_quota_LDFLAGS = $(SIGN_LINK)
milter_test_quota_LDADD = $(milter_test_LIBS)
milter_test_operator_SOURCES = milter/test-operator.c milter/operator.c \
	milter/operator.h
milter_test_operator_LDADD = $(milter_test_LIBS)
milter_test_edits_SOURCES = milter/test-edits.c milter/edits.c milter/edits.h
milter_test_edits_LDADD = $(milter_test_LIBS)
milter_test_wire_SOURCES = milter/test-wire.c milter/wire.c milter/wire.h
milter_test_wire_LDADD = $(CMOCKA_LIBS)
milter_test_session_SOURCES = milter/test-session.c ops/fake-snapshot.c \
	ops/fake-snapshot.h milter/session.c milter/session.h \
	$(milter_message_sources)
milter_test_session_LDFLAGS = $(SIGN_LINK)
milter_test_session_LDADD = $(milter_test_LIBS)
endif
