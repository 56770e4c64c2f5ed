/* What handlers build answers and errors with: see call.h. */
#include "config.h"

#include "api/call.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "api/fault.h"
#include "conf/conf.h"
#include "ops/event.h"
#include "ops/text_json.h"

const struct api_codes api_v2_codes = {
    "BadRequestException", "NotFoundException", "AlreadyExistsException"};

/* ---- errors --------------------------------------------------------------- */

bool
api_failed(const struct api_call *call)
{
	return call->fault.code[0] != '\0';
}

void
api_fail(struct api_call *call, const char *code, const char *format, ...)
{
	va_list args;

	if (api_failed(call))
		return;
	(void)snprintf(call->fault.code, sizeof(call->fault.code), "%s", code);
	va_start(args, format);
	(void)vsnprintf(
	    call->fault.message, sizeof(call->fault.message), format, args);
	va_end(args);
}

/* Not the client's fault: what it was is for the log. */
static void
fail_inside(struct api_call *call, enum sg_err rc, const struct err *err)
{
	if (api_failed(call))
		return;
	(void)snprintf(
	    call->fault.why, sizeof(call->fault.why), "%.255s", err->text);
	if (rc == SG_BUSY || rc == SG_IO || rc == SG_NOMEM)
		api_fail(call, "ServiceUnavailable",
		    "The service is temporarily unavailable; please try again");
	else
		api_fail(call, "InternalFailure",
		    "The request failed because of an internal error");
}

bool
api_check(struct api_call *call, enum sg_err rc, const struct err *err,
    const struct api_codes *codes)
{
	const char *code = NULL;

	if (rc == SG_OK)
		return true;
	if (rc == SG_INVALID)
		code = codes->invalid;
	else if (rc == SG_MISSING)
		code = codes->missing;
	else if (rc == SG_EXISTS)
		code = codes->exists;
	if (code != NULL)
		api_fail(call, code, "%s", err->text);
	else
		fail_inside(call, rc, err);
	return false;
}

/* ---- input ------------------------------------------------------------------ */

const char *
api_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text == NULL ? "" : text;
}

bool
api_has(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return value != NULL && !json_is_null(value);
}

bool
api_flag(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

int64_t
api_integer(const json_t *object, const char *name, int64_t fallback)
{
	const json_t *value = json_object_get(object, name);

	return json_is_integer(value) ? json_integer_value(value) : fallback;
}

const json_t *
api_object(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_null(value) ? NULL : value;
}

/* ---- output ------------------------------------------------------------------ */

/* Without memory a member is missing; jansson's functions take a NULL object. */

static void
put(json_t *object, const char *name, json_t *value)
{
	(void)json_object_set_new(object, name, value);
}

void
api_put_text(json_t *object, const char *name, const char *text)
{
	put(object, name, text_json_new(text, strlen(text)));
}

void
api_put_flag(json_t *object, const char *name, bool value)
{
	put(object, name, json_boolean(value));
}

void
api_put_integer(json_t *object, const char *name, int64_t value)
{
	put(object, name, json_integer(value));
}

void
api_put_number(json_t *object, const char *name, double value)
{
	put(object, name, json_real(value));
}

void
api_put_time(json_t *object, const char *name, int64_t sec)
{
	put(object, name, json_integer(sec));
}

json_t *
api_put_object(json_t *object, const char *name)
{
	put(object, name, json_object());
	return json_object_get(object, name);
}

json_t *
api_put_list(json_t *object, const char *name)
{
	put(object, name, json_array());
	return json_object_get(object, name);
}

json_t *
api_add_object(json_t *list)
{
	(void)json_array_append_new(list, json_object());
	return json_array_get(list, json_array_size(list) - 1);
}

void
api_add_text(json_t *list, const char *text)
{
	(void)json_array_append_new(list, text_json_new(text, strlen(text)));
}

/* ---- pages --------------------------------------------------------------------- */

#define TOKEN_MAX (4 * (API_PAGE_KEY_MAX + 64) / 3 + 8)

/* The operation's name keeps tokens apart; base64url (RFC 4648, 5) needs no
 * encoding in a query. */
static void
make_token(
    const struct api_call *call, const char *key, char token_r[TOKEN_MAX])
{
	char plain[API_PAGE_KEY_MAX + 64];
	int len = snprintf(plain, sizeof(plain), "%.60s %.*s",
	    call->operation->name, API_PAGE_KEY_MAX, key);

	len = EVP_EncodeBlock(
	    (unsigned char *)token_r, (const unsigned char *)plain, len);
	for (char *c = token_r; *c != '\0'; c++)
		*c = (char)(*c == '+' ? '-' : *c == '/' ? '_' : *c);
	while (len > 0 && token_r[len - 1] == '=')
		token_r[--len] = '\0';
}

static bool
read_token(const struct api_call *call, const char *token,
    char after_r[API_PAGE_KEY_MAX + 1])
{
	char text[TOKEN_MAX];
	unsigned char plain[TOKEN_MAX];
	size_t len = strlen(token), name_len = strlen(call->operation->name);
	int plain_len;

	if (len == 0 || len + 4 > sizeof(text) || len % 4 == 1 ||
	    token[strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"abcdefghijklmnopqrstuvwxyz0123456789-_")] != 0)
		return false;
	for (size_t i = 0; i <= len; i++)
		text[i] = (char)(token[i] == '-'   ? '+'
				 : token[i] == '_' ? '/'
						   : token[i]);
	while (len % 4 != 0)
		text[len++] = '=';
	plain_len =
	    EVP_DecodeBlock(plain, (const unsigned char *)text, (int)len);
	for (; len > 0 && text[len - 1] == '='; len--)
		plain_len--;
	if (plain_len <= (int)name_len + 1 ||
	    plain_len > (int)name_len + 1 + API_PAGE_KEY_MAX ||
	    memchr(plain, '\0', (size_t)plain_len) != NULL ||
	    memcmp(plain, call->operation->name, name_len) != 0 ||
	    plain[name_len] != ' ')
		return false;
	memcpy(after_r, plain + name_len + 1, (size_t)plain_len - name_len - 1);
	after_r[(size_t)plain_len - name_len - 1] = '\0';
	return true;
}

bool
api_page_open(struct api_call *call, const char *size, int64_t most,
    struct api_page *page_r)
{
	const char *token = api_text(call->in, "NextToken");
	int64_t wanted = api_integer(call->in, size, 0);

	*page_r = (struct api_page){.most = most};
	if (wanted > 0 && wanted < most)
		page_r->most = wanted;
	if (token[0] == '\0' || read_token(call, token, page_r->after))
		return true;
	if (strstr(call->operation->errors, "InvalidNextToken") != NULL)
		api_fail(call, "InvalidNextTokenException",
		    "NextToken is none that %s has given",
		    call->operation->name);
	else
		api_fail(call, api_fault_invalid(call->operation->protocol),
		    "NextToken is none that %s has given",
		    call->operation->name);
	return false;
}

bool
api_page_takes(struct api_call *call, struct api_page *page, const char *key,
    bool *is_full_r)
{
	*is_full_r = false;
	if (page->after[0] != '\0' && strcmp(key, page->after) <= 0)
		return false;
	if (page->count == page->most) {
		api_page_more(call, page->after);
		*is_full_r = true;
		return false;
	}
	page->count++;
	(void)snprintf(page->after, sizeof(page->after), "%s", key);
	return true;
}

void
api_page_more(struct api_call *call, const char *last_key)
{
	char token[TOKEN_MAX];

	make_token(call, last_key, token);
	api_put_text(call->out, "NextToken", token);
}

/* ---- names ---------------------------------------------------------------------- */

void
api_arn(const struct api_call *call, const char *kind, const char *name,
    char arn_r[API_ARN_MAX])
{
	char number[21];

	event_account_number(call->owner.facts.id, number);
	(void)snprintf(arn_r, API_ARN_MAX, "arn:aws:ses:%s:%s:%s/%s",
	    call->conf->region, number, kind, name);
}

const char *
api_arn_name(const struct api_call *call, const char *arn, char kind_r[64])
{
	char own[API_ARN_MAX];
	const char *kind;
	size_t len;

	/* Clients put whatever region they were given. */
	if (strncmp(arn, "arn:aws:ses:", 12) != 0)
		return NULL;
	kind = strchr(arn + 12, ':');
	event_account_number(call->owner.facts.id, own);
	len = strlen(own);
	if (kind == NULL || strncmp(kind + 1, own, len) != 0 ||
	    kind[1 + len] != ':')
		return NULL;
	kind += len + 2;
	len = strcspn(kind, "/");
	if (kind[len] == '\0' || kind[len + 1] == '\0' || len >= 64)
		return NULL;
	memcpy(kind_r, kind, len);
	kind_r[len] = '\0';
	return kind + len + 1;
}
