/* Fuzz target: any bytes as records of DKIM, SPF and DMARC.
 * fuzz-sources: rules/tag_list.c rules/dkim_text.c rules/spf.c rules/dmarc.c */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rules/dkim_text.h"
#include "rules/dmarc.h"
#include "rules/spf.h"

#define KEY "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Without a byte behind the end, so that reading on is seen. */
	char *text = malloc(size > 0 ? size : 1);
	struct dmarc dmarc;
	enum dkim_text found;

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	found = dkim_text_judge(text, size, "rsa", KEY);
	if (found == DKIM_TEXT_RIGHT && !dkim_text_holds(text, size, KEY))
		abort();
	if (spf_is_record(text, size))
		(void)spf_covers(text, size, "op.example");
	(void)dmarc_parse(text, size, &dmarc);
	free(text);
	return 0;
}
