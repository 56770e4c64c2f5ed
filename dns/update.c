/* Updates of the operator's zone: see update.h. Keeps no list of what is in the
 * zone. */
#include "config.h"

#include "dns/update.h"

#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "dns/exchange.h"
#include "dns/rdata.h"
#include "dns/tsig.h"

#define FUDGE_SEC 300 /* RFC 8945 §10 */
#define TSIG_TIME 1
#define TSIG_FUDGE 2
#define TSIG_MAC 3
#define TSIG_ERROR 5

struct dns_updater {
	struct conf_server server;
	struct tsig_key key;
	char zone[DNS_NAME_MAX + 1];
	int64_t timeout_msec;
	uint32_t ttl_sec;
};

static enum sg_err
out_of_memory(struct err *err_r)
{
	return err_set(err_r, SG_NOMEM, "out of memory");
}

static enum sg_err
read_options(
    struct dns_updater *updater, const struct conf *conf, struct err *err_r)
{
	const char *servers = conf->dkim_update_server;
	struct err err = {.code = SG_OK};
	enum sg_err code;

	updater->timeout_msec = conf->dns_timeout_sec * 1000;
	updater->ttl_sec = (uint32_t)conf->dkim_ttl_sec;
	if (!dns_name_read(conf->dkim_zone, updater->zone))
		return err_set(err_r, SG_INVALID,
		    "dkim.zone: \"%s\" is no domain name", conf->dkim_zone);
	if (!conf_server_next(&servers, &updater->server, &err))
		return err_set(err_r, SG_INVALID, "dkim.update_server: %s",
		    err.code == SG_OK ? "is empty" : err.text);
	if (conf->dkim_update_key_file[0] == '\0')
		return err_set(err_r, SG_INVALID,
		    "dkim.update_key_file: is empty; write the path of a file "
		    "with the line ALGORITHM:NAME:BASE64");
	code = tsig_key_read(conf->dkim_update_key_file, &updater->key, err_r);
	if (code != SG_OK)
		return err_prefix(err_r, code, "dkim.update_key_file");
	return SG_OK;
}

enum sg_err
dns_updater_new(
    const struct conf *conf, struct dns_updater **updater_r, struct err *err_r)
{
	struct dns_updater *updater = calloc(1, sizeof(*updater));
	enum sg_err code;

	if (updater == NULL)
		return out_of_memory(err_r);
	code = read_options(updater, conf, err_r);
	if (code != SG_OK)
		dns_updater_free(&updater);
	*updater_r = updater;
	return code;
}

void
dns_updater_free(struct dns_updater **updater)
{
	if (*updater == NULL)
		return;
	tsig_key_wipe(&(*updater)->key);
	free(*updater);
	*updater = NULL;
}

/* ---- the question -------------------------------------------------------- */

/* A record of the name, without data yet. NULL: no memory. */
static ldns_rr *
rr_new(const ldns_rdf *owner, ldns_rr_class class, uint32_t ttl_sec)
{
	ldns_rr *rr = ldns_rr_new();
	ldns_rdf *name = rr == NULL ? NULL : ldns_rdf_clone(owner);

	if (name == NULL) {
		ldns_rr_free(rr);
		return NULL;
	}
	ldns_rr_set_owner(rr, name);
	ldns_rr_set_type(rr, LDNS_RR_TYPE_TXT);
	ldns_rr_set_class(rr, class);
	ldns_rr_set_ttl(rr, ttl_sec);
	return rr;
}

static bool
push_string(ldns_rr *rr, const char *text, size_t len)
{
	uint8_t data[256];
	ldns_rdf *string;

	data[0] = (uint8_t)len;
	memcpy(data + 1, text, len);
	string = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_STR, len + 1, data);
	if (string == NULL)
		return false;
	if (ldns_rr_push_rdf(rr, string))
		return true;
	ldns_rdf_deep_free(string);
	return false;
}

static bool
push_text(ldns_rr *rr, const char *text)
{
	size_t len = strlen(text);

	do {
		size_t part = len > 255 ? 255 : len;

		if (!push_string(rr, text, part))
			return false;
		text += part;
		len -= part;
	} while (len > 0);
	return true;
}

static bool
push_rr(ldns_rr_list *list, ldns_rr *rr)
{
	if (rr != NULL && ldns_rr_list_push_rr(list, rr))
		return true;
	ldns_rr_free(rr);
	return false;
}

/* RFC 2136 §2.5.2: delete an RRset; §2.5.1: add to one. */
static bool
push_change(const struct dns_updater *updater, const ldns_rdf *owner,
    const char *text, ldns_rr_list *list)
{
	ldns_rr *rr;

	if (!push_rr(list, rr_new(owner, LDNS_RR_CLASS_ANY, 0)))
		return false;
	if (text == NULL)
		return true;
	rr = rr_new(owner, LDNS_RR_CLASS_IN, updater->ttl_sec);
	if (rr != NULL && !push_text(rr, text)) {
		ldns_rr_free(rr);
		return false;
	}
	return push_rr(list, rr);
}

static enum sg_err
add_change(const struct dns_updater *updater, const struct dns_change *change,
    ldns_rr_list *list, struct err *err_r)
{
	char full[2 * DNS_NAME_MAX + 2], name[DNS_NAME_MAX + 1];
	ldns_rdf *owner;
	bool is_pushed;

	(void)snprintf(
	    full, sizeof(full), "%.255s.%s", change->name, updater->zone);
	if (!dns_name_read(full, name))
		return err_set(err_r, SG_INVALID,
		    "\"%.100s\" is no name that can stand in the zone %s",
		    change->name, updater->zone);
	owner = ldns_dname_new_frm_str(name);
	if (owner == NULL)
		return out_of_memory(err_r);
	is_pushed = push_change(updater, owner, change->text, list);
	ldns_rdf_deep_free(owner);
	return is_pushed ? SG_OK : out_of_memory(err_r);
}

/* The update, not yet signed; the changes stay the list's. */
static enum sg_err
packet_new(const struct dns_updater *updater, const ldns_rr_list *list,
    ldns_pkt **pkt_r, struct err *err_r)
{
	ldns_rdf *zone = ldns_dname_new_frm_str(updater->zone);

	if (zone == NULL)
		return out_of_memory(err_r);
	*pkt_r = ldns_update_pkt_new(zone, LDNS_RR_CLASS_IN, NULL, list, NULL);
	if (*pkt_r == NULL) {
		ldns_rdf_deep_free(zone);
		return out_of_memory(err_r);
	}
	ldns_pkt_set_random_id(*pkt_r);
	return SG_OK;
}

/* Signs; *wire_r is LDNS_FREE'd by the caller. */
static enum sg_err
sign(const struct dns_updater *updater, ldns_pkt *pkt, uint8_t **wire_r,
    size_t *len_r, struct err *err_r)
{
	ldns_status status = ldns_pkt_tsig_sign(pkt, updater->key.name,
	    updater->key.secret, FUDGE_SEC, updater->key.algorithm, NULL);

	if (status == LDNS_STATUS_OK)
		status = ldns_pkt2wire(wire_r, pkt, len_r);
	if (status == LDNS_STATUS_OK)
		return SG_OK;
	return err_set(err_r, SG_CRYPTO, "signing an update: %s",
	    ldns_get_errorstr_by_id(status));
}

/* ---- the answer ---------------------------------------------------------- */

struct meaning {
	int code;
	enum sg_err err;
	const char *text;
};

static const struct meaning rcode_meanings[] = {
    {LDNS_RCODE_FORMERR, SG_INVALID, "cannot read the update (FORMERR)"},
    {LDNS_RCODE_SERVFAIL, SG_IO, "failed in itself (SERVFAIL)"},
    {LDNS_RCODE_NOTIMPL, SG_INVALID, "takes no updates (NOTIMP)"},
    {LDNS_RCODE_REFUSED, SG_INVALID,
	"does not let this key change the zone (REFUSED)"},
    {LDNS_RCODE_NOTAUTH, SG_INVALID,
	"is not the primary server of the zone, or does not take the key "
	"(NOTAUTH)"},
    {LDNS_RCODE_NOTZONE, SG_INVALID,
	"says that a name is outside the zone "
	"(NOTZONE)"},
};

/* RFC 8945 §3 */
static const struct meaning tsig_meanings[] = {
    {16, SG_INVALID, "has another secret for this key (BADSIG)"},
    {17, SG_INVALID,
	"does not know this key, or knows it with another algorithm (BADKEY)"},
    {18, SG_INVALID, "has a clock that differs by more than 300 s (BADTIME)"},
    {22, SG_INVALID, "wants a longer signature (BADTRUNC)"},
};

static const struct meaning *
meaning_of(const struct meaning *meanings, size_t count, int code)
{
	for (size_t i = 0; i < count; i++)
		if (meanings[i].code == code)
			return &meanings[i];
	return NULL;
}

#define MEANING_OF(table, code)                                                \
	meaning_of(table, sizeof(table) / sizeof(table[0]), code)

static enum sg_err
refused(
    const struct dns_updater *updater, const ldns_pkt *pkt, struct err *err_r)
{
	const ldns_rr *tsig = ldns_pkt_tsig(pkt);
	int rcode = ldns_pkt_get_rcode(pkt);
	const struct meaning *meaning = NULL;

	if (tsig != NULL && ldns_rr_rd_count(tsig) > TSIG_ERROR)
		meaning = MEANING_OF(tsig_meanings,
		    ldns_rdf2native_int16(ldns_rr_rdf(tsig, TSIG_ERROR)));
	if (meaning == NULL)
		meaning = MEANING_OF(rcode_meanings, rcode);
	if (meaning == NULL)
		return err_set(err_r, SG_INVALID,
		    "name server %s, zone %s, key %s: answers with code %d",
		    updater->server.text, updater->zone, updater->key.name,
		    rcode);
	return err_set(err_r, meaning->err,
	    "name server %s, zone %s, key %s: %s", updater->server.text,
	    updater->zone, updater->key.name, meaning->text);
}

/* libldns compares the signature alone. */
static bool
is_timely(const ldns_rr *tsig)
{
	const uint8_t *time = ldns_rdf_data(ldns_rr_rdf(tsig, TSIG_TIME));
	int64_t fudge = ldns_rdf2native_int16(ldns_rr_rdf(tsig, TSIG_FUDGE));
	int64_t signed_sec = 0, now = clock_peer_sec();

	if (ldns_rdf_size(ldns_rr_rdf(tsig, TSIG_TIME)) != 6)
		return false;
	for (int i = 0; i < 6; i++)
		signed_sec = signed_sec << 8 | time[i];
	return signed_sec <= now + fudge && signed_sec >= now - fudge;
}

static bool
is_signed(const struct dns_updater *updater, ldns_pkt *pkt, const uint8_t *wire,
    size_t len, const ldns_rdf *query_mac)
{
	const ldns_rr *tsig = ldns_pkt_tsig(pkt);

	return tsig != NULL && ldns_rr_rd_count(tsig) > TSIG_ERROR &&
	       is_timely(tsig) &&
	       ldns_pkt_tsig_verify(pkt, wire, len, updater->key.name,
		   updater->key.secret, query_mac);
}

static enum sg_err
judge(const struct dns_updater *updater, const ldns_pkt *query, ldns_pkt *pkt,
    const uint8_t *wire, size_t len, struct err *err_r)
{
	const ldns_rdf *mac = ldns_rr_rdf(ldns_pkt_tsig(query), TSIG_MAC);

	if (ldns_pkt_id(pkt) != ldns_pkt_id(query) || !ldns_pkt_qr(pkt) ||
	    ldns_pkt_get_opcode(pkt) != LDNS_PACKET_UPDATE)
		return err_set(err_r, SG_IO,
		    "name server %s: its answer is to another question",
		    updater->server.text);
	if (ldns_pkt_get_rcode(pkt) != LDNS_RCODE_NOERROR)
		return refused(updater, pkt, err_r);
	if (!is_signed(updater, pkt, wire, len, mac))
		return err_set(err_r, SG_INVALID,
		    "name server %s: its answer is not signed with the key %s",
		    updater->server.text, updater->key.name);
	return SG_OK;
}

static enum sg_err
ask(const struct dns_updater *updater, const ldns_pkt *query,
    const uint8_t *wire, size_t len, struct err *err_r)
{
	uint8_t *reply = malloc(DNS_MESSAGE_MAX);
	size_t reply_len;
	ldns_pkt *pkt = NULL;
	enum sg_err code;

	if (reply == NULL)
		return out_of_memory(err_r);
	code = dns_exchange(&updater->server, wire, len,
	    clock_mono_msec() + updater->timeout_msec, reply, &reply_len,
	    err_r);
	if (code != SG_OK)
		goto out;
	if (ldns_wire2pkt(&pkt, reply, reply_len) != LDNS_STATUS_OK)
		code = err_set(err_r, SG_IO,
		    "name server %s: its answer cannot be read",
		    updater->server.text);
	else
		code = judge(updater, query, pkt, reply, reply_len, err_r);
out:
	ldns_pkt_free(pkt);
	free(reply);
	return code;
}

enum sg_err
dns_update(struct dns_updater *updater, const struct dns_change *changes,
    size_t count, struct err *err_r)
{
	ldns_rr_list *list = ldns_rr_list_new();
	ldns_pkt *query = NULL;
	uint8_t *wire = NULL;
	size_t len = 0;
	enum sg_err code = SG_OK;

	if (list == NULL)
		return out_of_memory(err_r);
	if (count > DNS_CHANGES_MAX)
		code = err_set(err_r, SG_BUG, "%zu changes at once", count);
	for (size_t i = 0; i < count && code == SG_OK; i++)
		code = add_change(updater, &changes[i], list, err_r);
	if (code == SG_OK)
		code = packet_new(updater, list, &query, err_r);
	if (code == SG_OK)
		code = sign(updater, query, &wire, &len, err_r);
	if (code == SG_OK)
		code = ask(updater, query, wire, len, err_r);
	LDNS_FREE(wire);
	ldns_pkt_free(query);
	ldns_rr_list_deep_free(list);
	return code;
}
