/* How people reach sendward-apid: for links in letters, and for settings of their
 * programs. Checks nothing: `sendwardctl config check` says when nobody can. */
#ifndef SENDWARD_OPS_PUBLIC_URL_H
#define SENDWARD_OPS_PUBLIC_URL_H

#include "base/buf.h"

struct conf;

/* Appends the option api.url, else what is made of api.listen (an address that is
 * every address of the host is the host's name); no final slash. */
void public_url_put(const struct conf *conf, struct buf *out);

#endif
