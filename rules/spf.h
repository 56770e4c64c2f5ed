/* SPF records (RFC 7208) as far as it matters whether they name us. Follows no
 * include and evaluates nothing. */
#ifndef SENDWARD_RULES_SPF_H
#define SENDWARD_RULES_SPF_H

#include <stdbool.h>
#include <stddef.h>

/* "v=spf1", then a blank or the end. */
bool spf_is_record(const char *text, size_t len);

enum spf_cover {
	SPF_COVERS, /* include:DOMAIN passes, or redirect=DOMAIN without all */
	SPF_LEAVES_OUT, /* does not name it */
	SPF_AFTER_ALL,  /* names it after "all", where nobody reads on */
	SPF_FORBIDS,    /* -include:, ~include:, ?include: */
	SPF_MALFORMED,  /* bytes that are no printable ASCII */
};
/* How an SPF record treats the domain whose SPF record names the servers. */
enum spf_cover spf_covers(const char *text, size_t len, const char *domain);

#endif
