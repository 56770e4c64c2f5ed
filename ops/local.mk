# ops: each owner adds lines of its own.
noinst_LIBRARIES += ops/libops.a
ops_libops_a_SOURCES =

# What sendwardctl does.
ops_libops_a_SOURCES += \
	ops/account.c ops/account.h \
	ops/admin.c ops/admin.h \
	ops/credential.c ops/credential.h \
	ops/explain.c ops/explain.h \
	ops/identity.c ops/identity.h \
	ops/login.c ops/login.h \
	ops/suppression.c ops/suppression.h \
	ops/suppression_line.c ops/suppression_line.h

ops_libops_a_SOURCES += ops/reserve.c ops/reserve.h
if HAVE_CMOCKA
check_PROGRAMS += ops/test-reserve
TESTS += ops/test-reserve
ops_test_reserve_SOURCES = ops/test-reserve.c
ops_test_reserve_LDADD = $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
endif

# The gate: what the milter (and explain) decides with, and its threads.
ops_libops_a_SOURCES += \
	ops/admit.c ops/admit.h \
	ops/freshener.c ops/freshener.h \
	ops/releaser.c ops/releaser.h \
	ops/return_mac.c ops/return_mac.h \
	ops/signing_keys.c ops/signing_keys.h
if HAVE_CMOCKA
check_PROGRAMS += ops/test-admit
TESTS += ops/test-admit
ops_test_admit_SOURCES = ops/test-admit.c ops/fake-snapshot.c \
	ops/fake-snapshot.h
ops_test_admit_LDADD = $(SW_LIBS) $(SW_EXT_LIBS) $(CMOCKA_LIBS)
endif

# What the mail path knows, in memory.
ops_libops_a_SOURCES += \
	ops/snapshot.c ops/snapshot.h \
	ops/snapshot_content.c ops/snapshot_content.h
