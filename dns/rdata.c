/* Names and the data of records: see rdata.h. Asks nothing. */
#include "config.h"

#include "dns/rdata.h"

#include <arpa/inet.h>
#include <ldns/ldns.h>
#include <string.h>

#include "base/arena.h"

const char *
dns_type_name(enum dns_type type)
{
	switch (type) {
	case DNS_A:
		return "A";
	case DNS_NS:
		return "NS";
	case DNS_CNAME:
		return "CNAME";
	case DNS_SOA:
		return "SOA";
	case DNS_MX:
		return "MX";
	case DNS_TXT:
		return "TXT";
	case DNS_AAAA:
		return "AAAA";
	}
	return "?";
}

/* The letter in lower case, '\0' when names have it not. */
static char
name_letter(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	    c == '_')
		return c;
	return '\0';
}

bool
dns_name_read(const char *name, char name_r[DNS_NAME_MAX + 1])
{
	size_t len = strnlen(name, DNS_NAME_MAX + 1), label = 0;

	if (len > 0 && name[len - 1] == '.')
		len--;
	if (len == 0 || len > 253)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (name[i] == '.') {
			if (label == 0)
				return false;
			label = 0;
			name_r[i] = '.';
			continue;
		}
		name_r[i] = name_letter(name[i]);
		if (name_r[i] == '\0' || ++label > 63)
			return false;
	}
	name_r[len] = '\0';
	return label > 0;
}

static enum sg_err
set_text(struct arena *arena, const char *text, struct dns_record *record_r)
{
	record_r->text = arena_strdup(arena, text);
	if (record_r->text == NULL)
		return SG_NOMEM;
	record_r->len = strlen(text);
	return SG_OK;
}

/* RFC 1035 §3.3.14: strings of a length byte and as many bytes. */
static enum sg_err
read_txt(const uint8_t *data, size_t len, struct arena *arena,
    struct dns_record *record_r)
{
	char *text = arena_alloc(arena, len + 1);
	size_t text_len = 0;

	if (text == NULL)
		return SG_NOMEM;
	for (size_t at = 0; at < len; at += 1 + data[at]) {
		if (data[at] > len - at - 1)
			return SG_INVALID;
		memcpy(text + text_len, data + at + 1, data[at]);
		text_len += data[at];
		record_r->strings++;
	}
	text[text_len] = '\0';
	record_r->text = text;
	record_r->len = text_len;
	return record_r->strings > 0 ? SG_OK : SG_INVALID;
}

/* The name at data[*at]; *at moves behind it. */
static enum sg_err
read_name(const uint8_t *data, size_t len, size_t *at, struct arena *arena,
    char **name_r)
{
	ldns_rdf *name = NULL;
	char *text = NULL;
	size_t text_len;
	enum sg_err code = SG_INVALID;

	if (ldns_wire2dname(&name, data, len, at) != LDNS_STATUS_OK)
		goto out;
	ldns_dname2canonical(name);
	text = ldns_rdf2str(name);
	if (text == NULL)
		goto out;
	text_len = strlen(text);
	/* The root keeps its dot: a null MX (RFC 7505) is ".". */
	if (text_len > 1 && text[text_len - 1] == '.')
		text_len--;
	*name_r = arena_strndup(arena, text, text_len);
	code = *name_r == NULL ? SG_NOMEM : SG_OK;
out:
	ldns_rdf_deep_free(name);
	LDNS_FREE(text);
	return code;
}

static enum sg_err
read_host(const uint8_t *data, size_t len, size_t at, struct arena *arena,
    struct dns_record *record_r)
{
	char *name;
	enum sg_err code = read_name(data, len, &at, arena, &name);

	if (code != SG_OK)
		return code;
	if (at != len)
		return SG_INVALID;
	record_r->text = name;
	record_r->len = strlen(name);
	return SG_OK;
}

static enum sg_err
read_mx(const uint8_t *data, size_t len, struct arena *arena,
    struct dns_record *record_r)
{
	if (len < 3)
		return SG_INVALID;
	record_r->preference = data[0] << 8 | data[1];
	return read_host(data, len, 2, arena, record_r);
}

/* RFC 1035 §3.3.13: two names and five numbers. */
static enum sg_err
read_soa(const uint8_t *data, size_t len, struct arena *arena,
    struct dns_record *record_r)
{
	char *mname, *rname;
	size_t at = 0;
	enum sg_err code = read_name(data, len, &at, arena, &mname);

	if (code == SG_OK)
		code = read_name(data, len, &at, arena, &rname);
	if (code != SG_OK)
		return code;
	if (len - at != 20)
		return SG_INVALID;
	record_r->text = arena_printf(
	    arena, "%s %s %u", mname, rname, ldns_read_uint32(data + at));
	if (record_r->text == NULL)
		return SG_NOMEM;
	record_r->len = strlen(record_r->text);
	return SG_OK;
}

static enum sg_err
read_address(int family, const uint8_t *data, size_t len, struct arena *arena,
    struct dns_record *record_r)
{
	char text[INET6_ADDRSTRLEN];

	if (len != (family == AF_INET ? 4 : 16) ||
	    inet_ntop(family, data, text, sizeof(text)) == NULL)
		return SG_INVALID;
	return set_text(arena, text, record_r);
}

enum sg_err
dns_rdata_read(enum dns_type type, const uint8_t *data, size_t len,
    struct arena *arena, struct dns_record *record_r)
{
	memset(record_r, 0, sizeof(*record_r));
	if (len > DNS_RECORD_BYTES_MAX)
		return SG_INVALID;
	switch (type) {
	case DNS_TXT:
		return read_txt(data, len, arena, record_r);
	case DNS_MX:
		return read_mx(data, len, arena, record_r);
	case DNS_CNAME:
	case DNS_NS:
		return read_host(data, len, 0, arena, record_r);
	case DNS_SOA:
		return read_soa(data, len, arena, record_r);
	case DNS_A:
		return read_address(AF_INET, data, len, arena, record_r);
	case DNS_AAAA:
		return read_address(AF_INET6, data, len, arena, record_r);
	}
	return SG_INVALID;
}

bool
dns_is_denial(const uint8_t *packet, size_t len)
{
	ldns_pkt *pkt = NULL;
	const ldns_rr_list *authority;
	bool has_soa = false;

	if (packet == NULL ||
	    ldns_wire2pkt(&pkt, packet, len) != LDNS_STATUS_OK)
		return false;
	authority = ldns_pkt_authority(pkt);
	for (size_t i = 0; i < ldns_rr_list_rr_count(authority); i++)
		if (ldns_rr_get_type(ldns_rr_list_rr(authority, i)) ==
		    LDNS_RR_TYPE_SOA)
			has_soa = true;
	ldns_pkt_free(pkt);
	return has_soa;
}
