# conf
noinst_LIBRARIES += conf/libconf.a
conf_libconf_a_SOURCES = \
	conf/check.c \
	conf/conf.c conf/conf.h conf/options.h \
	conf/dump.c \
	conf/networks.c \
	conf/parts.h \
	conf/source.c \
	conf/table.c
