# jobs: see README.md
sbin_PROGRAMS += jobs/sendward-jobd
jobs_sendward_jobd_SOURCES = jobs/main.c
jobs_sendward_jobd_LDADD = jobs/libjobs.a $(SW_LIBS) $(CURL_LIBS) \
	$(GMIME_LIBS) $(SW_EXT_LIBS)

noinst_LIBRARIES += jobs/libjobs.a
jobs_libjobs_a_SOURCES = \
	jobs/breaker.c jobs/breaker.h \
	jobs/calendar.c jobs/calendar.h \
	jobs/jobs.c jobs/jobs.h \
	jobs/line.c jobs/line.h \
	jobs/looks.c jobs/looks.h \
	jobs/probe.c jobs/probe.h \
	jobs/worker.c jobs/worker.h \
	jobs/zone.c jobs/zone.h
EXTRA_DIST += jobs/README.md

if HAVE_CMOCKA
check_PROGRAMS += jobs/test-breaker
TESTS += jobs/test-breaker
jobs_test_breaker_SOURCES = jobs/test-breaker.c
jobs_test_breaker_LDADD = jobs/libjobs.a $(CMOCKA_LIBS)
endif
