/* Mailboxes that clients name, read strictly, as GMime's own: "Name <a@b.example>",
 * several with commas between, domains in any language. Decides nothing about who may
 * use them. */
#ifndef SENDWARD_POST_ADDRESS_H
#define SENDWARD_POST_ADDRESS_H

#include <gmime/gmime.h>
#include "base/err.h"

#define POST_ADDRESSES_MAX 100 /* in all texts of a list */

/* Appends the mailboxes of each text to list: names decoded, domains in their ASCII
 * form and in lower case. member: what the texts are called, for SG_INVALID, which
 * says what is wrong with which. */
enum sg_err post_address_read_all(const char *member, const char *const *texts,
    InternetAddressList *list, struct err *err_r);

#endif
