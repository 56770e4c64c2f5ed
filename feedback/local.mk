# feedback: see README.md
sbin_PROGRAMS += feedback/sendward-feedback
feedback_sendward_feedback_SOURCES = feedback/main.c
feedback_sendward_feedback_LDADD = feedback/libfeedback.a $(SW_LIBS) \
	$(SW_EXT_LIBS)

noinst_LIBRARIES += feedback/libfeedback.a
feedback_libfeedback_a_SOURCES = \
	feedback/conns.c feedback/conns.h \
	feedback/intake.c feedback/intake.h \
	feedback/listen.c feedback/listen.h \
	feedback/lmtp.c feedback/lmtp.h \
	feedback/pool.c feedback/pool.h \
	feedback/server.c feedback/server.h \
	feedback/session.c feedback/session.h \
	feedback/settings.c feedback/settings.h \
	feedback/simulator.c feedback/simulator.h \
	feedback/taker.c feedback/taker.h
EXTRA_DIST += feedback/README.md feedback/fuzz-lmtp.c

if HAVE_CMOCKA
check_PROGRAMS += feedback/test-lmtp feedback/test-session
TESTS += feedback/test-lmtp feedback/test-session
feedback_test_lmtp_SOURCES = feedback/test-lmtp.c
feedback_test_lmtp_LDADD = feedback/libfeedback.a rules/librules.a \
	base/libbase.a $(SYSTEMD_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)
feedback_test_session_SOURCES = feedback/test-session.c
feedback_test_session_LDADD = feedback/libfeedback.a $(SW_LIBS) \
	$(SW_EXT_LIBS) $(CMOCKA_LIBS)
endif
