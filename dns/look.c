/* For tests: asks what the lines of stdin name, all at once or one after the
 * other, and prints one JSON object an answer. Not installed.
 *
 * look CONF-FILE [together] < lines of "NAME TYPE" */
#include "config.h"

#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "dns/resolver.h"

struct asked {
	char name[400];
	enum dns_type type;
	int64_t at_msec;
};

static const char *const outcome_names[] = {
    [DNS_FOUND] = "FOUND",
    [DNS_NO_NAME] = "NO_NAME",
    [DNS_NO_DATA] = "NO_DATA",
    [DNS_FAILED] = "FAILED",
    [DNS_TIMED_OUT] = "TIMED_OUT",
    [DNS_BOGUS] = "BOGUS",
};

static void
print_object(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	puts(text != NULL ? text : "{}");
	(void)fflush(stdout);
	free(text);
	json_decref(object);
}

static void
print_answer(void *ctx, const struct dns_answer *answer)
{
	struct asked *asked = ctx;
	json_t *records = json_array();

	for (size_t i = 0; i < answer->count; i++) {
		const struct dns_record *r = &answer->records[i];
		json_t *text = json_stringn(r->text, r->len);

		(void)json_array_append_new(
		    records, json_pack("{s:i, s:o, s:I, s:i}", "preference",
				 r->preference, "text",
				 text != NULL ? text : json_null(), "len",
				 (json_int_t)r->len, "strings", r->strings));
	}
	print_object(json_pack("{s:s, s:s, s:s, s:I, s:b, s:b, s:s, s:s, s:o}",
	    "name", asked->name, "type", dns_type_name(asked->type), "outcome",
	    outcome_names[answer->outcome], "msec",
	    (json_int_t)(clock_mono_msec() - asked->at_msec), "secure",
	    answer->is_secure, "cut", answer->is_cut, "alias", answer->alias,
	    "why", answer->why, "records", records));
	free(asked);
}

static bool
read_type(const char *name, enum dns_type *type_r)
{
	static const enum dns_type types[] = {
	    DNS_A, DNS_NS, DNS_CNAME, DNS_SOA, DNS_MX, DNS_TXT, DNS_AAAA};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		*type_r = types[i];
		if (strcmp(name, dns_type_name(types[i])) == 0)
			return true;
	}
	return false;
}

static struct asked *
read_line(char *line)
{
	struct asked *asked = calloc(1, sizeof(*asked));
	const char *name, *type;

	if (asked == NULL)
		return NULL;
	line[strcspn(line, "\n")] = '\0';
	name = strsep(&line, " ");
	type = line != NULL ? line : "";
	(void)snprintf(asked->name, sizeof(asked->name), "%s", name);
	asked->at_msec = clock_mono_msec();
	if (read_type(type, &asked->type))
		return asked;
	free(asked);
	return NULL;
}

static void
ask(struct dns_resolver *resolver, struct asked *asked, bool is_together)
{
	struct err err;
	enum sg_err code = is_together
			       ? dns_ask(resolver, asked->name, asked->type,
				     print_answer, asked, &err)
			       : dns_look_up(resolver, asked->name, asked->type,
				     print_answer, asked, &err);

	if (code == SG_OK)
		return;
	print_object(json_pack("{s:s, s:s, s:s}", "name", asked->name, "error",
	    err_name(code), "why", err.text));
	free(asked);
}

static void
wait_for_all(struct dns_resolver *resolver)
{
	while (dns_pending(resolver) > 0) {
		struct pollfd fd = {.fd = dns_fd(resolver), .events = POLLIN};

		(void)poll(&fd, 1, dns_next_msec(resolver));
		dns_process(resolver);
	}
}

int
main(int argc, char **argv)
{
	struct conf *conf;
	struct dns_resolver *resolver = NULL;
	struct err err;
	char line[1000];
	bool is_together = argc > 2 && strcmp(argv[2], "together") == 0;

	if (argc < 2)
		return 2;
	if (conf_load(argv[1], &conf, &err) != SG_OK) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	if (dns_resolver_new(conf, &resolver, &err) != SG_OK) {
		fprintf(stderr, "%s\n", err.text);
		conf_unref(&conf);
		return 1;
	}
	while (fgets(line, sizeof(line), stdin) != NULL) {
		struct asked *asked = read_line(line);

		if (asked != NULL)
			ask(resolver, asked, is_together);
		else
			puts("{}");
	}
	wait_for_all(resolver);
	dns_resolver_free(&resolver);
	conf_unref(&conf);
	return 0;
}
