sbin_PROGRAMS += policy/sendward-policyd
policy_sendward_policyd_SOURCES = policy/main.c
policy_sendward_policyd_LDADD = policy/libpolicy.a $(SW_LIBS) $(EVENT_LIBS) \
	$(SW_EXT_LIBS)

noinst_LIBRARIES += policy/libpolicy.a
policy_libpolicy_a_SOURCES = \
	policy/codec.c policy/codec.h \
	policy/conn.c policy/conn.h \
	policy/count.c policy/count.h \
	policy/decide.c policy/decide.h \
	policy/listen.c policy/listen.h \
	policy/notices.c policy/notices.h \
	policy/report.c policy/report.h \
	policy/server.c policy/server.h
EXTRA_DIST += policy/README.md policy/fuzz-policy.c

if HAVE_CMOCKA
check_PROGRAMS += policy/test-codec
TESTS += policy/test-codec
policy_test_codec_SOURCES = policy/test-codec.c
policy_test_codec_LDADD = policy/libpolicy.a rules/librules.a \
	base/libbase.a $(SYSTEMD_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)
endif
