/* What reading and making signatures share: fields, queries and bytes as they came on
 * the wire. Decides nothing. */
#ifndef SENDWARD_API_SIGV4_PARTS_H
#define SENDWARD_API_SIGV4_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include "api/exchange.h"

#define SIGV4_HASH_BYTES 32

bool sigv4_is_letter_or_digit(unsigned char c);
bool sigv4_is_digits(const char *text, size_t len);
int sigv4_hex_value(char c); /* -1: none */
void sigv4_put_hex(const unsigned char hash[SIGV4_HASH_BYTES], char text_r[65]);
/* SHA-256 in hexadecimal; false: the crypto library failed. */
bool sigv4_hash(const void *data, size_t len, char text_r[65]);
/* HMAC-SHA-256; mac_r may be the key itself. */
bool sigv4_hmac(const void *key, size_t key_len, const char *text,
    unsigned char mac_r[SIGV4_HASH_BYTES]);
/* As memcmp; a text that begins like the other one comes first. */
int sigv4_compare(const char *a, size_t a_len, const char *b, size_t b_len);

/* The byte at *text, decoded when it is encoded as %XX; moves *text behind it. */
unsigned char sigv4_next_byte(const char **text, const char *end);
/* Decoded; false when it does not fit, or has others than ASCII's characters. */
bool sigv4_decode(const char *text, size_t len, char *text_r, size_t size);

/* Names of fields are the same in upper and lower case. */
bool sigv4_is_named(
    const struct api_field *field, const char *name, size_t len);
size_t sigv4_count_fields(const struct api_request *request, const char *name);
/* The first of that name, or NULL. */
const char *sigv4_field_value(
    const struct api_request *request, const char *name);

/* Of a query, not decoded; "a" and "a=" are the same. */
struct sigv4_pair {
	const char *name, *value;
	size_t name_len, value_len;
};
/* Moves *at behind the next one; false at the end. */
bool sigv4_next_pair(const char **at, struct sigv4_pair *pair_r);
/* name: at most 31 bytes, not encoded. */
bool sigv4_is_pair(const struct sigv4_pair *pair, const char *name);

#endif
