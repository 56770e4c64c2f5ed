/* Will this identity's mail align? What the domain's SPF and DMARC records say
 * (RFC 7208, 7489), and the records that would. Pure but for memory: answers come
 * in, text goes out; the questions are check_new's with explain. */
#ifndef SENDWARD_OPS_ADVICE_H
#define SENDWARD_OPS_ADVICE_H

#include <stdbool.h>
#include <stddef.h>
#include "dns/resolver.h"

struct conf;
struct store_identity;

enum advice_subject { ADVICE_SPF, ADVICE_DMARC };
struct advice {
	enum advice_subject subject;
	bool is_known;   /* false: no answer from DNS */
	bool will_align; /* DMARC passes by this mechanism; DMARC: by one */
	char name[DNS_NAME_MAX + 1]; /* where the record is, or would be */
	char found[512];             /* the record; "" none */
	char wanted[512];            /* the record that would; "" as found */
	char text[512];              /* for people */
};
struct advice_input {
	const struct conf *conf;
	const struct store_identity *identity;
	bool is_signed; /* its mail leaves with d= of this domain */
	/* TXT of the MAIL FROM domain; NULL: there is none, or not asked */
	const struct dns_answer *mail_from_spf;
	/* TXT of the domain, and of _dmarc at the domain and then each parent
	 * (RFC 7489's organizational domain is found by this walk); NULL: not
	 * asked */
	const struct dns_answer *spf;
	const struct dns_answer *const *dmarc;
	const char *const *dmarc_names;
	size_t dmarc_count;
};
void advice_give(const struct advice_input *in, struct advice *spf_r,
    struct advice *dmarc_r);

#endif
