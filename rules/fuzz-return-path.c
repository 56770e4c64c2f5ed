/* Fuzz target: any bytes as a return path's local part, under a MAC that is
 * always right, so that the fields behind it are reached.
 * fuzz-sources: rules/return_path.c */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "rules/return_path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Answers with the bytes that follow the data: the token's own MAC. */
static bool
echo_mac(void *ctx, const void *data, size_t len,
    unsigned char mac_r[RETURN_PATH_MAC_BYTES])
{
	(void)ctx;
	memcpy(mac_r, (const unsigned char *)data + len, RETURN_PATH_MAC_BYTES);
	return true;
}

static bool
zero_mac(void *ctx, const void *data, size_t len,
    unsigned char mac_r[RETURN_PATH_MAC_BYTES])
{
	(void)ctx, (void)data, (void)len;
	memset(mac_r, 0, RETURN_PATH_MAC_BYTES);
	return true;
}

static void
check_again(const struct return_path *path)
{
	char local[RETURN_PATH_LOCAL_MAX + 1];
	struct return_path back;

	if (!return_path_encode(path, zero_mac, NULL, local) ||
	    return_path_decode(local, strlen(local), zero_mac, NULL, &back) !=
		RETURN_PATH_OK ||
	    back.account_id != path->account_id || back.day != path->day ||
	    strcmp(back.queue_id, path->queue_id) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct return_path path;
	char *local = malloc(size + 1);

	if (local == NULL)
		return 0;
	if (size > 0)
		memcpy(local, data, size);
	local[size] = '\0';
	if (return_path_decode(local, size, echo_mac, NULL, &path) ==
	    RETURN_PATH_OK)
		check_again(&path);
	free(local);
	return 0;
}
