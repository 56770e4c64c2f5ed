/* Every --help, made from the command table. */
#ifndef SENDWARD_CTL_HELP_H
#define SENDWARD_CTL_HELP_H

#include <stdio.h>
#include "ctl/command.h"

void help_overview(FILE *out);               /* all nouns */
void help_noun(const char *noun, FILE *out); /* its verbs */
void help_command(const struct ctl_command *command, FILE *out);

/* "sendwardctl account create NAME [--contact ADDRESS]" in one line. */
void help_usage(const struct ctl_command *command, FILE *out);

#endif
