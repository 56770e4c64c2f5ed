/* For fuzz targets: operations with real shapes and no handlers, so that reading
 * requests can be linked without what they lead to. They answer what they take. */
#ifndef SENDWARD_API_FAKE_OPERATIONS_H
#define SENDWARD_API_FAKE_OPERATIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes as a request: "METHOD TARGET\n", with has_type "CONTENT-TYPE\n", then the
 * body. Goes its whole way but for the handler: operation, input, answer. Traps when
 * an input does not keep its own shape, an error has an unknown code, or an answer
 * cannot be read by those who read such answers. */
void fake_operations_fuzz(
    const unsigned char *data, size_t size, bool has_type);

#endif
