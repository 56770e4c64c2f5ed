/* Is a text UTF-8 (RFC 3629)? Decodes nothing. Internal to store/. */
#ifndef SENDWARD_STORE_UTF8_H
#define SENDWARD_STORE_UTF8_H

#include <stdbool.h>

bool utf8_is(const char *text);
/* For what peers said, and for what was cut: each byte that belongs to no character
 * becomes a question mark. */
void utf8_mend(char *text);

#endif
