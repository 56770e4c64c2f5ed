# template: see README.md
noinst_LIBRARIES += template/libtemplate.a
template_libtemplate_a_SOURCES = template/template.h
EXTRA_DIST += template/README.md
