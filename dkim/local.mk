# dkim/: keys, signing, DNS records
noinst_LIBRARIES += dkim/libdkim.a
dkim_libdkim_a_SOURCES = dkim/key.c dkim/key.h dkim/keyring.c dkim/keyring.h \
	dkim/record.c dkim/record.h dkim/sign.c dkim/sign.h \
	dkim/interpose.c dkim/interpose.h dkim/passmem.c dkim/passmem.h
dkim_libdkim_a_CFLAGS = $(AM_CFLAGS) $(OPENDKIM_CFLAGS)
EXTRA_DIST += dkim/README.md

# A program that signs exports our PEM_read_bio_PrivateKey to libopendkim and
# links dkim/interpose.o for sure.
SIGN_LINK = $(AM_LDFLAGS) -Wl,--export-dynamic-symbol=PEM_read_bio_PrivateKey \
	-Wl,--export-dynamic-symbol=RSA_sign

if HAVE_CMOCKA
check_PROGRAMS += dkim/test-key dkim/test-keyring dkim/test-record \
	dkim/test-sign
TESTS += dkim/test-key dkim/test-keyring dkim/test-record dkim/test-sign
dkim_test_LIBS = dkim/libdkim.a base/libbase.a $(OPENDKIM_LIBS) \
	$(CRYPTO_LIBS) $(CMOCKA_LIBS) -lpthread
dkim_test_key_SOURCES = dkim/test-key.c
dkim_test_key_LDADD = $(dkim_test_LIBS)
dkim_test_keyring_SOURCES = dkim/test-keyring.c
dkim_test_keyring_LDADD = $(dkim_test_LIBS)
dkim_test_record_SOURCES = dkim/test-record.c
dkim_test_record_LDADD = $(dkim_test_LIBS)
dkim_test_sign_SOURCES = dkim/test-sign.c
dkim_test_sign_LDADD = $(dkim_test_LIBS)
dkim_test_sign_CFLAGS = $(AM_CFLAGS) $(OPENDKIM_CFLAGS)
dkim_test_sign_LDFLAGS = $(SIGN_LINK)
endif
