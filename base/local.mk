# base
noinst_LIBRARIES += base/libbase.a
base_libbase_a_SOURCES = \
	base/arena.c base/arena.h \
	base/buf.c base/buf.h \
	base/clock.c base/clock.h \
	base/daemon.c base/daemon.h \
	base/err.c base/err.h \
	base/log.c base/log.h base/log_events.h \
	base/process.c base/process.h \
	base/seal.c base/seal.h
