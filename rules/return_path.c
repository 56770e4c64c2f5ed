/* Writes and reads the return path's token. Does not know the key, nor whose
 * account a number is. */
#include "config.h"

#include "rules/return_path.h"

#include <string.h>

#include "rules/ascii.h"
#include "rules/pool_choice.h"

#define TOKEN_VERSION 1
#define HEAD_BYTES 7 /* version, account, day */
#define BODY_MIN (HEAD_BYTES + 1)
#define BODY_MAX (HEAD_BYTES + RETURN_PATH_QUEUE_ID_MAX)
#define TOKEN_MIN (BODY_MIN + RETURN_PATH_MAC_BYTES)
#define TOKEN_MAX (BODY_MAX + RETURN_PATH_MAC_BYTES)

static const char prefix[] = "b-";
static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

/* Returns the number of characters written, without the final NUL. */
static size_t
base32_encode(const unsigned char *data, size_t len, char *text_r)
{
	unsigned int bits = 0, held = 0;
	size_t i, out = 0;

	for (i = 0; i < len; i++) {
		held = (held << 8) | data[i];
		for (bits += 8; bits >= 5; bits -= 5)
			text_r[out++] = alphabet[(held >> (bits - 5)) & 31];
	}
	if (bits > 0)
		text_r[out++] = alphabet[(held << (5 - bits)) & 31];
	text_r[out] = '\0';
	return out;
}

static int
base32_value(char c)
{
	c = ascii_lower(c);
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	return -1;
}

/* Only the one spelling that base32_encode writes is taken: spare bits must be
 * zero, and there may be no character without a whole byte's worth. */
static bool
base32_decode(const char *text, size_t len, unsigned char *data_r, size_t max,
    size_t *len_r)
{
	unsigned int bits = 0, held = 0;
	size_t i, out = 0;

	for (i = 0; i < len; i++) {
		int value = base32_value(text[i]);

		if (value < 0)
			return false;
		held = ((held << 5) | (unsigned int)value) & 0xfff;
		bits += 5;
		if (bits < 8)
			continue;
		if (out == max)
			return false;
		bits -= 8;
		data_r[out++] = (unsigned char)(held >> bits);
	}
	*len_r = out;
	return bits < 5 && (held & ((1u << bits) - 1)) == 0;
}

static bool
is_queue_id(const char *id, size_t len)
{
	size_t i;

	if (len < 1 || len > RETURN_PATH_QUEUE_ID_MAX)
		return false;
	for (i = 0; i < len; i++) {
		if (!ascii_is_alnum(id[i]))
			return false;
	}
	return true;
}

bool
return_path_encode(const struct return_path *path, return_path_mac_fn *mac,
    void *ctx, char local_r[RETURN_PATH_LOCAL_MAX + 1])
{
	unsigned char token[TOKEN_MAX];
	size_t id_len = strnlen(path->queue_id, sizeof path->queue_id);
	size_t body_len = HEAD_BYTES + id_len;

	local_r[0] = '\0';
	if (path->account_id < 1 || path->account_id > UINT32_MAX ||
	    path->day < 0 || path->day > UINT16_MAX ||
	    !is_queue_id(path->queue_id, id_len))
		return false;
	token[0] = TOKEN_VERSION;
	token[1] = (unsigned char)(path->account_id >> 24);
	token[2] = (unsigned char)(path->account_id >> 16);
	token[3] = (unsigned char)(path->account_id >> 8);
	token[4] = (unsigned char)path->account_id;
	token[5] = (unsigned char)(path->day >> 8);
	token[6] = (unsigned char)path->day;
	memcpy(token + HEAD_BYTES, path->queue_id, id_len);
	if (!mac(ctx, token, body_len, token + body_len))
		return false;
	memcpy(local_r, prefix, sizeof prefix);
	(void)base32_encode(token, body_len + RETURN_PATH_MAC_BYTES,
	    local_r + sizeof prefix - 1);
	return true;
}

static bool
is_same_mac(const unsigned char *a, const unsigned char *b)
{
	volatile unsigned char differ = 0;
	size_t i;

	for (i = 0; i < RETURN_PATH_MAC_BYTES; i++)
		differ = (unsigned char)(differ | (a[i] ^ b[i]));
	return differ == 0;
}

/* The fields of a token whose MAC was right. */
static enum return_path_error
read_body(const unsigned char *body, size_t len, struct return_path *path_r)
{
	const char *id = (const char *)body + HEAD_BYTES;
	size_t id_len = len - HEAD_BYTES;
	int64_t account_id = (int64_t)body[1] << 24 | (int64_t)body[2] << 16 |
			     (int64_t)body[3] << 8 | body[4];

	if (body[0] != TOKEN_VERSION || account_id == 0 ||
	    !is_queue_id(id, id_len))
		return RETURN_PATH_DAMAGED;
	path_r->account_id = account_id;
	path_r->day = (int64_t)body[5] << 8 | body[6];
	memcpy(path_r->queue_id, id, id_len);
	path_r->queue_id[id_len] = '\0';
	return RETURN_PATH_OK;
}

/* The local part's length without "-LABEL". */
static size_t
without_label(const char *local, size_t len)
{
	size_t label_len = 0;

	while (label_len < len && label_len <= POOL_LABEL_MAX &&
	       ascii_is_alnum(local[len - 1 - label_len]))
		label_len++;
	if (label_len == 0 || label_len > POOL_LABEL_MAX || label_len == len ||
	    local[len - 1 - label_len] != '-' ||
	    len - 1 - label_len < sizeof prefix)
		return len;
	return len - 1 - label_len;
}

/* ---- labels that others wrote ---- */

/* What may stand next to it within the same local part. "%" and "!" are of routes. */
static bool
is_atom(char c)
{
	return ascii_is_alnum(c) || (unsigned char)c >= 0x80 ||
	       (c != '\0' && strchr("#$&'*+-/=?^_`{|}~.", c) != NULL);
}

/* Where "b-TOKEN-LABEL" has its label, from the "-" on, when that stands here as a
 * local part may; 0 it does not. */
static size_t
label_at(const char *text, size_t *len_r)
{
	size_t token = sizeof prefix - 1, len = 0;

	if (ascii_lower(text[0]) != prefix[0] || text[1] != prefix[1])
		return 0;
	while (base32_value(text[token]) >= 0)
		token++;
	if (token < sizeof prefix - 1 + RETURN_PATH_TOKEN_MIN ||
	    text[token] != '-')
		return 0;
	while (ascii_is_alnum(text[token + 1 + len]))
		len++;
	*len_r = 1 + len;
	return len > 0 && len <= POOL_LABEL_MAX &&
		       !is_atom(text[token + 1 + len])
		   ? token
		   : 0;
}

/* Takes one label out. */
static bool
cut_label(char *text)
{
	for (size_t i = 0; text[i] != '\0'; i++) {
		size_t len = 0, at = 0;

		if (i == 0 || !is_atom(text[i - 1]))
			at = label_at(text + i, &len);
		if (at == 0)
			continue;
		memmove(text + i + at, text + i + at + len,
		    strlen(text + i + at + len) + 1);
		return true;
	}
	return false;
}

bool
return_path_unlabel(const char *path, char *path_r)
{
	bool is_changed = false;
	size_t len = 0;

	for (; *path != '\0'; path++)
		if (*path != '"' && *path != '\\')
			path_r[len++] = *path;
	path_r[len] = '\0';
	/* what one label hides may be another */
	while (cut_label(path_r))
		is_changed = true;
	return is_changed;
}

enum return_path_error
return_path_decode(const char *local, size_t len, return_path_mac_fn *mac,
    void *ctx, struct return_path *path_r)
{
	const size_t skip = sizeof prefix - 1;
	unsigned char token[TOKEN_MAX], right[RETURN_PATH_MAC_BYTES];
	size_t token_len, body_len;

	memset(path_r, 0, sizeof *path_r);
	if (len <= skip || len > RETURN_PATH_LOCAL_MAX ||
	    ascii_lower(local[0]) != prefix[0] || local[1] != prefix[1])
		return RETURN_PATH_FOREIGN;
	len = without_label(local, len);
	if (!base32_decode(
		local + skip, len - skip, token, sizeof token, &token_len) ||
	    token_len < TOKEN_MIN)
		return RETURN_PATH_DAMAGED;
	body_len = token_len - RETURN_PATH_MAC_BYTES;
	if (!mac(ctx, token, body_len, right))
		return RETURN_PATH_MAC_FAILED;
	if (!is_same_mac(token + body_len, right))
		return RETURN_PATH_FORGED;
	return read_body(token, body_len, path_r);
}
