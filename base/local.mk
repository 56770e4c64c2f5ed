# base
noinst_LIBRARIES += base/libbase.a
base_libbase_a_SOURCES = \
	base/arena.c base/arena.h \
	base/buf.c base/buf.h \
	base/clock.c base/clock.h \
	base/confine.c base/confine.h \
	base/daemon.c base/daemon.h \
	base/err.c base/err.h \
	base/folder.c base/folder.h \
	base/local_socket.c base/local_socket.h \
	base/log.c base/log.h base/log_events.h \
	base/process.c base/process.h \
	base/seal.c base/seal.h \
	base/turns.c base/turns.h
EXTRA_DIST += base/README.md

if HAVE_CMOCKA
base_tests = base/test-arena base/test-buf base/test-confine base/test-daemon base/test-log \
	base/test-seal
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)
base_test_libs = base/libbase.a $(CRYPTO_LIBS) $(SECCOMP_LIBS) \
	$(SYSTEMD_LIBS) $(CMOCKA_LIBS) -lpthread
base_test_arena_SOURCES = base/test-arena.c
base_test_arena_LDADD = $(base_test_libs)
base_test_buf_SOURCES = base/test-buf.c
base_test_buf_LDADD = $(base_test_libs)
base_test_confine_SOURCES = base/test-confine.c
base_test_confine_LDADD = $(base_test_libs)
base_test_daemon_SOURCES = base/test-daemon.c
base_test_daemon_LDADD = $(base_test_libs)
base_test_log_SOURCES = base/test-log.c
base_test_log_LDADD = $(base_test_libs)
base_test_seal_SOURCES = base/test-seal.c
base_test_seal_LDADD = $(base_test_libs)
check_PROGRAMS += base/test-turns
TESTS += base/test-turns
base_test_turns_SOURCES = base/test-turns.c
base_test_turns_LDADD = $(base_test_libs)
endif

base_libbase_a_SOURCES += base/hash.c base/hash.h
if HAVE_CMOCKA
check_PROGRAMS += base/test-hash
TESTS += base/test-hash
base_test_hash_SOURCES = base/test-hash.c
base_test_hash_LDADD = $(base_test_libs)
endif
