# template: see README.md
noinst_LIBRARIES += template/libtemplate.a
template_libtemplate_a_SOURCES = \
	template/node.h \
	template/parse.c \
	template/read.c template/read.h \
	template/render.c \
	template/space.c \
	template/template.h
EXTRA_DIST += template/README.md

# For tests/template.
noinst_PROGRAMS += template/make-rendering
template_make_rendering_SOURCES = template/make-rendering.c
template_make_rendering_LDADD = template/libtemplate.a base/libbase.a \
	$(JANSSON_LIBS) $(CRYPTO_LIBS) $(SYSTEMD_LIBS) -lm
EXTRA_DIST += template/fuzz-template.c

if HAVE_CMOCKA
check_PROGRAMS += template/test-template
TESTS += template/test-template
template_test_template_SOURCES = template/test-template.c
template_test_template_LDADD = $(template_make_rendering_LDADD) $(CMOCKA_LIBS)
endif
