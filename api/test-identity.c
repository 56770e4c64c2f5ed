/* Identities. */
#include "config.h"

#include "api/test-call.h"

int
main(void)
{
	return 0;
}
