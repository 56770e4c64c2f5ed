/* Texts as QR codes (ISO/IEC 18004), drawn as SVG. The only file with qrencode.h is
 * qr.c. */
#ifndef SENDWARD_API_QR_H
#define SENDWARD_API_QR_H

#include "base/err.h"

/* A whole SVG text: one path, dark on white, with a margin of four modules. Free with
 * free(). SG_INVALID: the text is too long. */
enum sg_err qr_svg_new(const char *text, char **svg_r, struct err *err_r);

#endif
