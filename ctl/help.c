/* Every --help: see help.h. Printing does not look at errors: main looks at the
 * stream once. */
#include "config.h"

#include "ctl/help.h"

#include <string.h>

static const char global_options[] =
    "  -c, --config FILE   configuration (default " SW_SYSCONFDIR
    "/sendward/sendward.conf)\n"
    "  --json              one JSON document instead of text\n"
    "  -h, --help          this text; also after a noun, and after a verb\n";

void
help_usage(const struct ctl_command *command, FILE *out)
{
	const struct ctl_option *option = command->options;
	bool is_alone = command->verb == NULL;

	(void)fprintf(out, "sendwardctl %s", command->noun);
	if (!is_alone)
		(void)fprintf(out, " %s", command->verb);
	if (!is_alone && command->args[0] != '\0')
		(void)fprintf(out, " %s", command->args);
	for (; option != NULL && option->name != NULL; option++)
		(void)fprintf(out, " %s--%s%s%s%s", option->needed ? "" : "[",
		    option->name, option->value == NULL ? "" : " ",
		    option->value == NULL ? "" : option->value,
		    option->needed ? "" : "]");
	if (is_alone && command->args[0] != '\0')
		(void)fprintf(out, " %s", command->args);
	(void)fputc('\n', out);
}

static void
print_options(const struct ctl_option *option, FILE *out)
{
	for (; option != NULL && option->name != NULL; option++) {
		char left[64];

		(void)snprintf(left, sizeof(left), "--%s %s", option->name,
		    option->value == NULL ? "" : option->value); /* fits */
		(void)fprintf(out, "  %-19s %s\n", left, option->help);
	}
}

static void
print_examples(const char *lines, FILE *out)
{
	while (*lines != '\0') {
		size_t len = strcspn(lines, "\n");

		(void)fprintf(out, "  sendwardctl %.*s\n", (int)len, lines);
		lines += len + (lines[len] == '\n');
	}
}

void
help_command(const struct ctl_command *command, FILE *out)
{
	(void)fputs("usage: ", out);
	help_usage(command, out);
	(void)fprintf(
	    out, "\n%s.\n\n%s\n\noptions:\n", command->summary, command->help);
	print_options(command->options, out);
	(void)fprintf(out, "%s\nexample:\n", global_options);
	print_examples(command->example, out);
}

void
help_noun(const char *noun, FILE *out)
{
	const struct ctl_noun *known = ctl_nouns;
	const struct ctl_command *command = ctl_commands;

	while (known->name != NULL && strcmp(known->name, noun) != 0)
		known++;
	(void)fprintf(out, "usage: sendwardctl %s VERB ...\n\n%s.\n\nverbs:\n",
	    noun, known->summary);
	for (; command->noun != NULL; command++)
		if (strcmp(command->noun, noun) == 0)
			(void)fprintf(out, "  %-10s %s\n", command->verb,
			    command->summary);
	(void)fprintf(
	    out, "\nEvery verb says more: sendwardctl %s VERB --help\n", noun);
}

void
help_overview(FILE *out)
{
	const struct ctl_noun *noun = ctl_nouns;

	(void)fputs("usage: sendwardctl [-c FILE] [--json] NOUN VERB ...\n\n"
		    "Everything an administrator of sendward does.\n\n"
		    "nouns:\n",
	    out);
	for (; noun->name != NULL; noun++)
		(void)fprintf(out, "  %-13s %s\n", noun->name, noun->summary);
	(void)fprintf(out,
	    "\noptions:\n%s  -V, --version       the version\n\n"
	    "exit status: 0 done, 1 refused or not found (the reason is on "
	    "stderr),\n2 wrong usage, 75 the store cannot be reached.\n\n"
	    "A first account, from nothing to a password:\n"
	    "  sendwardctl db migrate\n"
	    "  sendwardctl account create shop\n"
	    "  sendwardctl identity create shop shop.example\n"
	    "  sendwardctl credential create shop\n",
	    global_options);
}
