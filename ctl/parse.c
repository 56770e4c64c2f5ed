/* The command line: see parse.h. Runs nothing. */
#include "config.h"

#include "ctl/parse.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/help.h"
#include "ctl/nearest.h"

#define OPTIONS_MAX 24

/* What getopt_long returns for options of the table: this plus the index. */
#define TABLE_BASE 1000

enum scan { SCAN_ON, SCAN_HELP, SCAN_VERSION, SCAN_BAD };

static const struct option global_longs[] = {
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
};
#define GLOBAL_COUNT (sizeof(global_longs) / sizeof(*global_longs))

static size_t
fill_longs(const struct ctl_option *options, struct option *longs_r)
{
	size_t count = GLOBAL_COUNT;

	memcpy(longs_r, global_longs, sizeof(global_longs));
	for (int i = 0; options != NULL && options[i].name != NULL &&
			count + 1 < OPTIONS_MAX;
	     i++)
		longs_r[count++] = (struct option){options[i].name,
		    options[i].value == NULL ? no_argument : required_argument,
		    NULL, TABLE_BASE + i};
	memset(&longs_r[count], 0, sizeof(longs_r[count]));
	return count;
}

/* The option that getopt did not know or was given wrongly. */
static enum scan
bad_option(const struct ctl *ctl, int c, const char *word,
    const struct option *longs, size_t count)
{
	const char *best = NULL;
	char name[64];

	if (c == ':') {
		(void)ctl_usage(ctl, "option %s needs a value", word);
		return SCAN_BAD;
	}
	if (strncmp(word, "--", 2) != 0) {
		(void)ctl_usage(ctl, "unknown option -%c", optopt);
		return SCAN_BAD;
	}
	(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="),
	    word + 2); /* may be cut: unknown */
	for (size_t i = 0; i < count; i++) {
		if (strcmp(name, longs[i].name) == 0) {
			(void)ctl_usage(
			    ctl, "option --%s takes no value", name);
			return SCAN_BAD;
		}
		best = nearest_of(name, best, longs[i].name);
	}
	if (best != NULL)
		(void)ctl_usage(
		    ctl, "unknown option --%s; did you mean --%s?", name, best);
	else
		(void)ctl_usage(ctl, "unknown option --%s", name);
	return SCAN_BAD;
}

static bool
add_given(struct ctl *ctl, const struct ctl_option *option, const char *value)
{
	if (ctl->given_count == CTL_VALUES_MAX)
		return false;
	ctl->given[ctl->given_count++] =
	    (struct ctl_given){option, value == NULL ? "" : value};
	return true;
}

static enum scan
take_option(struct ctl *ctl, int c, const struct ctl_option *options)
{
	switch (c) {
	case 'c':
		ctl->conf_path = optarg;
		return SCAN_ON;
	case 'j':
		ctl->json = true;
		return SCAN_ON;
	case 'h':
		return SCAN_HELP;
	case 'V':
		return SCAN_VERSION;
	default:
		if (add_given(ctl, &options[c - TABLE_BASE], optarg))
			return SCAN_ON;
		(void)ctl_usage(ctl, "more than %d options", CTL_VALUES_MAX);
		return SCAN_BAD;
	}
}

/* Reads options of argv (argv[0] is passed over): all of them, or those before
 * the first word. *next_r: index of the first word. */
static enum scan
scan_options(struct ctl *ctl, int argc, char **argv,
    const struct ctl_option *options, bool all, int *next_r)
{
	struct option longs[OPTIONS_MAX];
	size_t count = fill_longs(options, longs);
	enum scan scan = SCAN_ON;
	int c;

	optind = 0; /* glibc: begin anew */
	opterr = 0;
	while (scan == SCAN_ON &&
	       (c = getopt_long(
		    argc, argv, all ? ":c:hV" : "+:c:hV", longs, NULL)) != -1)
		scan = c == '?' || c == ':'
			   ? bad_option(ctl, c, argv[optind - 1], longs, count)
			   : take_option(ctl, c, options);
	*next_r = optind;
	return scan;
}

static const char *
find_noun(const char *word, const char **nearest_r)
{
	*nearest_r = NULL;
	for (const struct ctl_noun *n = ctl_nouns; n->name != NULL; n++) {
		if (strcmp(n->name, word) == 0)
			return n->name;
		*nearest_r = nearest_of(word, *nearest_r, n->name);
	}
	return NULL;
}

static const struct ctl_command *
find_verb(const char *noun, const char *word, const char **nearest_r)
{
	*nearest_r = NULL;
	for (const struct ctl_command *c = ctl_commands; c->noun != NULL; c++) {
		if (strcmp(c->noun, noun) != 0)
			continue;
		if (c->verb == NULL || strcmp(c->verb, word) == 0)
			return c;
		*nearest_r = nearest_of(word, *nearest_r, c->verb);
	}
	return NULL;
}

static bool
has_verbs(const char *noun)
{
	const char *nearest;
	const struct ctl_command *c = find_verb(noun, "", &nearest);

	return c == NULL;
}

static enum parse_result
stop(int *status_r, int status)
{
	*status_r = status;
	return PARSE_STOP;
}

/* Help, version or a bad option among the words before the verb. */
static enum parse_result
stop_early(const char *noun, enum scan scan, int *status_r)
{
	if (scan == SCAN_BAD)
		return stop(status_r, CTL_USAGE);
	if (scan == SCAN_VERSION)
		(void)printf("sendwardctl %s\n", PACKAGE_VERSION);
	else if (noun == NULL)
		help_overview(stdout);
	else
		help_noun(noun, stdout);
	return stop(status_r, CTL_DONE);
}

static enum parse_result
unknown_word(const struct ctl *ctl, const char *what, const char *word,
    const char *noun, const char *nearest, int *status_r)
{
	const char *blank = noun == NULL ? "" : " ";

	if (noun == NULL)
		noun = "";
	if (nearest != NULL)
		(void)ctl_usage(ctl,
		    "unknown %s %.40s; did you mean: sendwardctl %s%s%s", what,
		    word, noun, blank, nearest);
	else
		(void)ctl_usage(ctl,
		    "unknown %s %.40s; see: sendwardctl %s%s--help", what, word,
		    noun, blank);
	return stop(status_r, CTL_USAGE);
}

/* An option that is needed and not given; NULL: none. */
static const char *
missing_option(const struct ctl *ctl)
{
	const struct ctl_option *option = ctl->command->options;

	for (; option != NULL && option->name != NULL; option++)
		if (option->needed && ctl_value(ctl, option->name) == NULL)
			return option->name;
	return NULL;
}

/* The verb's options and arguments; words of argv from 1 on. */
static enum parse_result
parse_rest(struct ctl *ctl, int argc, char **argv, int *status_r)
{
	const struct ctl_command *command = ctl->command;
	const char *missing;
	int next;
	enum scan scan =
	    scan_options(ctl, argc, argv, command->options, true, &next);

	if (scan == SCAN_HELP) {
		help_command(command, stdout);
		return stop(status_r, CTL_DONE);
	}
	if (scan != SCAN_ON)
		return stop_early(command->noun, scan, status_r);
	ctl->args = argv + next;
	ctl->arg_count = argc - next;
	if (ctl->arg_count < command->least)
		return stop(
		    status_r, ctl_usage(ctl, "it needs %s", command->args));
	if (command->most >= 0 && ctl->arg_count > command->most)
		return stop(
		    status_r, ctl_usage(ctl, "too many arguments, at %.40s",
				  ctl->args[command->most]));
	missing = missing_option(ctl);
	if (missing != NULL)
		return stop(
		    status_r, ctl_usage(ctl, "--%s is needed", missing));
	return PARSE_RUN;
}

static enum parse_result
parse_verb(
    struct ctl *ctl, const char *noun, int argc, char **argv, int *status_r)
{
	const char *nearest;
	int next;
	enum scan scan = scan_options(ctl, argc, argv, NULL, false, &next);

	if (scan != SCAN_ON)
		return stop_early(noun, scan, status_r);
	if (next >= argc) {
		help_noun(noun, stderr);
		return stop(status_r, CTL_USAGE);
	}
	ctl->command = find_verb(noun, argv[next], &nearest);
	if (ctl->command == NULL)
		return unknown_word(
		    ctl, "verb", argv[next], noun, nearest, status_r);
	return parse_rest(ctl, argc - next, argv + next, status_r);
}

enum parse_result
ctl_parse(struct ctl *ctl, int argc, char **argv, int *status_r)
{
	const char *noun, *nearest;
	int next;
	enum scan scan;

	ctl->given = calloc(CTL_VALUES_MAX, sizeof(*ctl->given));
	if (ctl->given == NULL)
		return stop(status_r, ctl_refuse(ctl, "no memory"));
	scan = scan_options(ctl, argc, argv, NULL, false, &next);
	if (scan != SCAN_ON)
		return stop_early(NULL, scan, status_r);
	if (next >= argc) {
		help_overview(stderr);
		return stop(status_r, CTL_USAGE);
	}
	noun = find_noun(argv[next], &nearest);
	if (noun == NULL)
		return unknown_word(
		    ctl, "noun", argv[next], NULL, nearest, status_r);
	if (has_verbs(noun))
		return parse_verb(
		    ctl, noun, argc - next, argv + next, status_r);
	ctl->command = find_verb(noun, "", &nearest);
	return parse_rest(ctl, argc - next, argv + next, status_r);
}

void
ctl_parse_fini(struct ctl *ctl)
{
	free(ctl->given);
	ctl->given = NULL;
}
