# post: see README.md
noinst_LIBRARIES += post/libpost.a
post_libpost_a_SOURCES = \
	post/address.c post/address.h \
	post/compose.c post/compose.h \
	post/field.c post/field.h \
	post/fold.c post/fold.h \
	post/mime.c post/mime.h \
	post/part.c post/part.h \
	post/raw.c post/raw.h \
	post/submit.c post/submit.h
EXTRA_DIST += post/README.md

# For tests/post.
noinst_PROGRAMS += post/make-message
post_make_message_SOURCES = post/make-message.c
post_make_message_LDADD = post/libpost.a rules/librules.a base/libbase.a \
	$(GMIME_LIBS) $(JANSSON_LIBS) $(CRYPTO_LIBS) $(SYSTEMD_LIBS)

if HAVE_CMOCKA
check_PROGRAMS += post/test-raw
TESTS += post/test-raw
post_test_raw_SOURCES = post/test-raw.c
post_test_raw_LDADD = post/libpost.a rules/librules.a base/libbase.a \
	$(GMIME_LIBS) $(CRYPTO_LIBS) $(SYSTEMD_LIBS) $(CMOCKA_LIBS)
endif

if HAVE_CMOCKA
check_PROGRAMS += post/test-compose
TESTS += post/test-compose
post_test_compose_SOURCES = post/test-compose.c
post_test_compose_LDADD = $(post_make_message_LDADD) $(CMOCKA_LIBS)
endif
