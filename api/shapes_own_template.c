/* Shapes of sendward's own operations: templates */
#include "config.h"

#include "api/shapes.h"
#include "template/template.h"

/* clang-format off */

const struct api_member api_in_own_render_content[] = {
	{"Subject", NULL, 0, TEXT(0, TEMPLATE_TEXT_MAX)},
	{"Text", NULL, 0, TEXT(0, TEMPLATE_TEXT_MAX)},
	{"Html", NULL, 0, TEXT(0, TEMPLATE_TEXT_MAX)},
	{"Data", NULL, 0, TEXT(0, 262144)},
	END};
/* clang-format on */
