/* Will this identity's mail align? See advice.h. Asks no DNS. */
#include "config.h"

#include "ops/advice.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/identity.h"
#include "rules/dmarc.h"
#include "rules/spf.h"
#include "store/store.h"

#define SAY(field, ...) say((field), sizeof(field), __VA_ARGS__)

static void say(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Cut when it does not fit. */
static void
say(char *text, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, size, format, args); /* cut when long */
	va_end(args);
}

static bool
is_definite(const struct dns_answer *answer)
{
	return answer != NULL && (answer->outcome == DNS_FOUND ||
				     answer->outcome == DNS_NO_NAME ||
				     answer->outcome == DNS_NO_DATA);
}

/* ---- DMARC: what there is -------------------------------------------------------- */

/* The record that receivers find: at the domain, else at the nearest parent. */
struct found_dmarc {
	bool is_known;
	bool is_there;
	bool is_inherited; /* of a parent: sp= applies */
	bool is_several, is_malformed;
	size_t at; /* index of the name */
	const struct dns_record *record;
	struct dmarc dmarc;
};

/* One name's records; false: nothing that ends the walk. */
static bool
read_dmarc(const struct dns_answer *answer, struct found_dmarc *found)
{
	size_t count = 0;

	for (size_t i = 0; i < answer->count; i++) {
		const struct dns_record *record = &answer->records[i];
		struct dmarc dmarc;
		enum dmarc_parsed parsed =
		    dmarc_parse(record->text, record->len, &dmarc);

		if (parsed == DMARC_UNRELATED)
			continue;
		found->record = record;
		found->dmarc = dmarc;
		found->is_malformed = parsed == DMARC_MALFORMED;
		count++;
	}
	found->is_several = count > 1;
	found->is_there = count == 1 && !found->is_malformed;
	return count > 0;
}

static struct found_dmarc
find_dmarc(const struct advice_input *in)
{
	struct found_dmarc found = {.is_known = in->dmarc_count > 0};

	for (size_t i = 0; i < in->dmarc_count; i++) {
		if (!is_definite(in->dmarc[i])) {
			found.is_known = false;
			return found;
		}
		if (in->dmarc[i]->outcome == DNS_FOUND &&
		    read_dmarc(in->dmarc[i], &found)) {
			found.at = i;
			found.is_inherited = i > 0;
			return found;
		}
	}
	return found;
}

/* ---- SPF ---------------------------------------------------------------------------- */

static const struct dns_record *
spf_record(const struct dns_answer *answer, size_t *count_r)
{
	const struct dns_record *first = NULL;

	*count_r = 0;
	for (size_t i = 0; answer != NULL && i < answer->count; i++) {
		const struct dns_record *record = &answer->records[i];

		if (!spf_is_record(record->text, record->len))
			continue;
		if (first == NULL)
			first = record;
		(*count_r)++;
	}
	return first;
}

static const char *
spf_include(const struct conf *conf)
{
	return conf->spf_include[0] != '\0' ? conf->spf_include
					    : conf->bounce_domain;
}

/* "The bounce domain is the return path: SPF speaks of that one." */
static void
advise_without_mail_from(const struct advice_input *in, struct advice *spf_r)
{
	const char *domain = identity_domain(in->identity);
	const struct dns_record *record;
	size_t count;

	SAY(spf_r->name, "%s", domain);
	spf_r->is_known = is_definite(in->spf);
	record = spf_record(in->spf, &count);
	if (record != NULL)
		SAY(spf_r->found, "%s", record->text);
	SAY(spf_r->text,
	    "%sMail leaves with a return path in %s, and SPF is checked for "
	    "that domain: SPF cannot align, whatever %s publishes, so the "
	    "DKIM signature must. No SPF record is needed here for this "
	    "mail. To align by SPF too, give the identity a MAIL FROM domain "
	    "below %s.",
	    count > 1 ? "There are several SPF records, which receivers take "
			"for an error: join them into one. "
		      : "",
	    in->conf->bounce_domain[0] != '\0' ? in->conf->bounce_domain
					       : "the bounce domain",
	    domain, domain);
}

static const char *
mail_from_trouble(size_t count, enum spf_cover cover)
{
	if (count == 0)
		return "it has no SPF record";
	if (count > 1)
		return "it has several SPF records, which receivers take for "
		       "an error";
	switch (cover) {
	case SPF_COVERS:
		return "its MX record is not right yet, or it was not looked "
		       "at";
	case SPF_AFTER_ALL:
		return "this server stands after \"all\" in its SPF record";
	case SPF_FORBIDS:
		return "its SPF record names this server, but not as one that "
		       "may send";
	default:
		return "its SPF record leaves this server out";
	}
}

static void
advise_mail_from(const struct advice_input *in, const struct found_dmarc *dmarc,
    struct advice *spf_r)
{
	const struct store_identity *identity = in->identity;
	const char *mail_from = identity->facts.mail_from;
	const char *include = spf_include(in->conf);
	bool is_used = identity->mail_from_status == RULES_IDENTITY_SUCCESS;
	const struct dns_record *record;
	enum spf_cover cover = SPF_LEAVES_OUT;
	size_t count;

	SAY(spf_r->name, "%s", mail_from);
	spf_r->is_known = is_definite(in->mail_from_spf);
	record = spf_record(in->mail_from_spf, &count);
	if (record != NULL) {
		SAY(spf_r->found, "%s", record->text);
		cover = spf_covers(record->text, record->len, include);
	}
	if (count != 1 || cover != SPF_COVERS)
		SAY(spf_r->wanted, "v=spf1 include:%s ~all", include);
	if (!spf_r->is_known)
		SAY(spf_r->text, "DNS gave no answer for %s.", mail_from);
	else if (!is_used || count != 1 || cover != SPF_COVERS)
		SAY(spf_r->text,
		    "The MAIL FROM domain %s is not in use or does not pass: "
		    "%s. Until then SPF does not align, and the DKIM "
		    "signature must.",
		    mail_from, mail_from_trouble(count, cover));
	else if (dmarc->is_there && dmarc->dmarc.spf_is_strict)
		SAY(spf_r->text,
		    "Mail leaves with a return path in %s and passes SPF, but "
		    "the DMARC record says aspf=s: %s is not the very domain "
		    "of From, so SPF does not align. aspf=r would do.",
		    mail_from, mail_from);
	else {
		spf_r->will_align = true;
		SAY(spf_r->text,
		    "Mail leaves with a return path in %s, which this server "
		    "may send for: SPF passes and aligns.",
		    mail_from);
	}
}

/* ---- DMARC: what to say ------------------------------------------------------------- */

/* The record with aspf=s made relaxed. */
static void
relax_spf(struct advice *dmarc_r)
{
	char *aspf = strstr(dmarc_r->wanted, "aspf");

	if (aspf == NULL)
		return;
	aspf += strlen("aspf");
	aspf += strspn(aspf, " =");
	if (*aspf == 's' || *aspf == 'S')
		*aspf = 'r';
}

static const char *
consequence(enum dmarc_policy policy)
{
	switch (policy) {
	case DMARC_REJECT:
		return "receivers are told to refuse it";
	case DMARC_QUARANTINE:
		return "receivers are told to treat it as spam";
	case DMARC_NONE:
		break;
	}
	return "receivers are told to do nothing about it";
}

static void
advise_missing(const struct found_dmarc *found, struct advice *dmarc_r)
{
	SAY(dmarc_r->wanted, "v=DMARC1; p=none");
	if (found->is_several)
		SAY(dmarc_r->text,
		    "There are several DMARC records, which receivers take "
		    "for none: leave one.");
	else if (found->is_malformed)
		SAY(dmarc_r->text,
		    "The DMARC record cannot be read, and receivers take it "
		    "for none.");
	else
		SAY(dmarc_r->text,
		    "There is no DMARC record. Large receivers want one from "
		    "who sends much; \"v=DMARC1; p=none\" asks them to "
		    "change nothing. %s",
		    dmarc_r->will_align ? "This mail would pass."
					: "This mail would not pass yet.");
	if (found->is_several || found->is_malformed)
		return;
	dmarc_r->found[0] = '\0';
}

static void
advise_there(const struct advice_input *in, const struct found_dmarc *found,
    const struct advice *spf, struct advice *dmarc_r)
{
	enum dmarc_policy policy = found->is_inherited
				       ? found->dmarc.subdomain_policy
				       : found->dmarc.policy;
	const char *domain = identity_domain(in->identity);

	if (in->is_signed)
		SAY(dmarc_r->text,
		    "Mail is signed with d=%s, so DMARC passes by DKIM%s%s.",
		    domain, spf->will_align ? ", and by SPF" : "",
		    found->dmarc.dkim_is_strict
			? "; as the record says adkim=s, mail from "
			  "subdomains passes only when they are identities "
			  "of their own"
			: "");
	else if (spf->will_align)
		SAY(dmarc_r->text,
		    "Mail is not signed, so DMARC passes by SPF alone, and "
		    "fails where it is forwarded: publish the DKIM record.");
	else {
		SAY(dmarc_r->text,
		    "Mail is not signed by %s and does not align by SPF: "
		    "DMARC fails, and %s (p=%s). Publish the DKIM record.",
		    domain, consequence(policy), dmarc_policy_name(policy));
		if (in->identity->mail_from_status == RULES_IDENTITY_SUCCESS &&
		    found->dmarc.spf_is_strict) {
			SAY(dmarc_r->wanted, "%s", found->record->text);
			relax_spf(dmarc_r);
		}
	}
}

void
advice_give(
    const struct advice_input *in, struct advice *spf_r, struct advice *dmarc_r)
{
	struct found_dmarc found = find_dmarc(in);

	*spf_r = (struct advice){.subject = ADVICE_SPF};
	*dmarc_r = (struct advice){.subject = ADVICE_DMARC};
	if (in->identity->facts.mail_from[0] != '\0')
		advise_mail_from(in, &found, spf_r);
	else
		advise_without_mail_from(in, spf_r);
	dmarc_r->is_known = found.is_known;
	dmarc_r->will_align = in->is_signed || spf_r->will_align;
	SAY(dmarc_r->name, "%s",
	    in->dmarc_count > found.at ? in->dmarc_names[found.at] : "");
	if (found.record != NULL)
		SAY(dmarc_r->found, "%s", found.record->text);
	if (!found.is_known)
		SAY(dmarc_r->text, "DNS gave no answer about DMARC.");
	else if (!found.is_there)
		advise_missing(&found, dmarc_r);
	else
		advise_there(in, &found, spf_r, dmarc_r);
}
