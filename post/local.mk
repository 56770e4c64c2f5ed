# post: see README.md
noinst_LIBRARIES += post/libpost.a
post_libpost_a_SOURCES = \
	post/compose.h \
	post/mime.c post/mime.h \
	post/raw.h \
	post/submit.c post/submit.h
EXTRA_DIST += post/README.md
