/* QR codes: see qr.h. */
#include "config.h"

#include "api/qr.h"

#include <stdlib.h>
#include <string.h>

#include <qrencode.h>

#include "base/buf.h"

#define MARGIN 4
#define SVG_MAX (256 * 1024)

/* Each row's dark modules as rectangles of one module's height. */
static void
draw(const QRcode *code, struct buf *out)
{
	int width = code->width;

	for (int y = 0; y < width; y++) {
		const unsigned char *row = code->data + (size_t)y * width;

		for (int x = 0; x < width;) {
			int from = x;

			while (x < width && (row[x] & 1) != 0)
				x++;
			if (x > from)
				(void)buf_printf(out, "M%d %dh%dv1h-%dz",
				    from + MARGIN, y + MARGIN, x - from,
				    x - from);
			else
				x++;
		}
	}
}

enum sg_err
qr_svg_new(const char *text, char **svg_r, struct err *err_r)
{
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	struct buf out;
	int size;

	*svg_r = NULL;
	if (code == NULL)
		return err_set(
		    err_r, SG_INVALID, "the text is too long for a QR code");
	size = code->width + 2 * MARGIN;
	buf_init(&out, SVG_MAX);
	(void)buf_printf(&out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" "
	    "viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
	    "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>"
	    "<path fill=\"#000\" d=\"",
	    size, size, size, size);
	draw(code, &out);
	(void)buf_puts(&out, "\"/></svg>");
	QRcode_free(code);
	if (!out.failed)
		*svg_r = strdup(buf_str(&out));
	buf_fini(&out);
	if (*svg_r == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a QR code");
	return SG_OK;
}
