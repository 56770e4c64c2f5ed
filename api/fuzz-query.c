/* Fuzz target of forms, of SES v1 and SNS: "METHOD TARGET\nCONTENT-TYPE\n" and a
 * body.
 * fuzz-sources: api/fake-operations.c api/codec.c api/rest.c api/query.c
 * fuzz-sources: api/validate.c api/value.c api/xml.c api/fault.c
 * fuzz-sources: api/unsupported.c api/exchange.c
 * fuzz-sources: api/shapes_sns.c api/shapes_v1.c api/shapes_v1_send.c
 * fuzz-sources: api/shapes_v2_identity.c api/shapes_v2_send.c
 * fuzz-sources: api/shapes_v2_set.c ops/text_json.c
 * fuzz-sources: base/buf.c base/err.c
 * fuzz-packages: jansson libxml-2.0 libcrypto
 */
#include "config.h"

#include "api/fake-operations.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	fake_operations_fuzz(data, size, true);
	return 0;
}
