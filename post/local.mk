# post: see README.md
noinst_LIBRARIES += post/libpost.a
post_libpost_a_SOURCES = \
	post/address.c post/address.h \
	post/compose.c post/compose.h \
	post/field.c post/field.h \
	post/mime.c post/mime.h \
	post/part.c post/part.h \
	post/raw.h \
	post/submit.c post/submit.h
EXTRA_DIST += post/README.md
