/* Fuzz target of what is read from answers: the first byte chooses the type, the
 * rest is the data of a record; then a name, and a whole answer.
 * fuzz-sources: dns/rdata.c base/arena.c -lldns */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "dns/rdata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_record(enum dns_type type, const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(512 * 1024);
	struct dns_record record;

	if (arena == NULL)
		return;
	if (dns_rdata_read(type, data, size, arena, &record) == SG_OK &&
	    (record.text == NULL || record.text[record.len] != '\0'))
		abort();
	arena_free(&arena);
}

static void
try_name(const uint8_t *data, size_t size)
{
	char *name = malloc(size + 1);
	char read[DNS_NAME_MAX + 1], again[DNS_NAME_MAX + 1];

	if (name == NULL)
		return;
	memcpy(name, data, size);
	name[size] = '\0';
	if (dns_name_read(name, read) &&
	    (!dns_name_read(read, again) || strcmp(read, again) != 0))
		abort();
	free(name);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum dns_type types[] = {
	    DNS_A, DNS_NS, DNS_CNAME, DNS_SOA, DNS_MX, DNS_TXT, DNS_AAAA};

	if (size == 0)
		return 0;
	try_record(types[data[0] % 7], data + 1, size - 1);
	try_name(data + 1, size - 1);
	(void)dns_is_denial(data + 1, size - 1);
	return 0;
}
