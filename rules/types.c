/* The stable tokens of the reasons. Does not decide anything. */
#include "config.h"

#include "rules/types.h"

const char *
rules_reason_token(enum rules_reason reason)
{
	static const char *const tokens[RULES_REASON_COUNT] = {
#define X(id, token, help) [RULES_REASON_##id] = token,
	    RULES_REASONS(X)
#undef X
	};

	if ((unsigned int)reason >= RULES_REASON_COUNT)
		return "UNKNOWN";
	return tokens[reason];
}
