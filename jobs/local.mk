# jobs: see README.md
sbin_PROGRAMS += jobs/sendward-jobd
jobs_sendward_jobd_SOURCES = jobs/main.c
jobs_sendward_jobd_LDFLAGS = $(SIGN_LINK)
jobs_sendward_jobd_LDADD = jobs/libjobs.a post/libpost.a $(SW_LIBS) $(CURL_LIBS) \
	$(GMIME_LIBS) $(SW_EXT_LIBS)

noinst_LIBRARIES += jobs/libjobs.a
jobs_libjobs_a_SOURCES = \
	jobs/books.c jobs/books.h \
	jobs/breaker.c jobs/breaker.h \
	jobs/calendar.c jobs/calendar.h \
	jobs/compose.c jobs/compose.h \
	jobs/compose_forward.c jobs/compose_forward.h \
	jobs/compose_simulated.c jobs/compose_simulated.h \
	jobs/deliver.c jobs/deliver.h \
	jobs/envelope.c jobs/envelope.h \
	jobs/jobs.c jobs/jobs.h \
	jobs/letter_sign.c jobs/letter_sign.h \
	jobs/letter_texts.c jobs/letter_texts.h \
	jobs/line.c jobs/line.h \
	jobs/looks.c jobs/looks.h \
	jobs/notify.c jobs/notify.h \
	jobs/notify_mail.c jobs/notify_mail.h \
	jobs/phases.c jobs/phases.h \
	jobs/probe.c jobs/probe.h \
	jobs/runner.c jobs/runner.h \
	jobs/runner_helper.c jobs/runner_helper.h \
	jobs/exports.c jobs/exports.h \
	jobs/imports.c jobs/imports.h \
	jobs/wire.c jobs/wire.h \
	jobs/worker.c jobs/worker.h \
	jobs/zone.c jobs/zone.h
EXTRA_DIST += jobs/README.md

# For tests/jobs.
noinst_PROGRAMS += jobs/deliver-once
jobs_deliver_once_SOURCES = jobs/deliver-once.c
jobs_deliver_once_LDFLAGS = $(SIGN_LINK)
jobs_deliver_once_LDADD = $(jobs_sendward_jobd_LDADD)

if HAVE_CMOCKA
jobs_tests = jobs/test-books jobs/test-breaker jobs/test-compose jobs/test-compose-simulated \
	jobs/test-looks jobs/test-zone \
	jobs/test-compose-forward \
	jobs/test-phases
check_PROGRAMS += $(jobs_tests)
TESTS += $(jobs_tests)
jobs_test_books_SOURCES = jobs/test-books.c $(admin_test_fixture)
jobs_test_books_LDADD = jobs/libjobs.a post/libpost.a $(SW_LIBS) \
	$(SW_EXT_LIBS) $(CMOCKA_LIBS)
jobs_test_breaker_SOURCES = jobs/test-breaker.c
jobs_test_breaker_LDADD = jobs/libjobs.a $(CMOCKA_LIBS)
jobs_test_compose_SOURCES = jobs/test-compose.c
jobs_test_compose_LDFLAGS = $(SIGN_LINK)
jobs_test_compose_LDADD = jobs/libjobs.a post/libpost.a $(SW_LIBS) $(GMIME_LIBS) \
	$(SW_EXT_LIBS) $(CMOCKA_LIBS)
jobs_test_compose_simulated_SOURCES = jobs/test-compose-simulated.c
jobs_test_compose_simulated_LDFLAGS = $(SIGN_LINK)
jobs_test_compose_simulated_LDADD = $(jobs_test_compose_LDADD)
jobs_test_compose_forward_SOURCES = jobs/test-compose-forward.c
jobs_test_compose_forward_LDFLAGS = $(SIGN_LINK)
jobs_test_compose_forward_LDADD = $(jobs_test_compose_LDADD)
jobs_test_phases_SOURCES = jobs/test-phases.c
jobs_test_phases_LDADD = jobs/libjobs.a -lm $(CMOCKA_LIBS)
jobs_test_looks_SOURCES = jobs/test-looks.c $(admin_test_fixture)
jobs_test_looks_LDADD = jobs/libjobs.a post/libpost.a $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
jobs_test_zone_SOURCES = jobs/test-zone.c $(admin_test_fixture)
jobs_test_zone_LDADD = jobs/libjobs.a post/libpost.a $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
endif
