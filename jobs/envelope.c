/* The envelope of Amazon SNS: see envelope.h. */
#include "config.h"

#include "jobs/envelope.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/buf.h"
#include "base/seal.h"
#include "ops/event.h"
#include "ops/topic.h"

struct envelope_signer {
	EVP_PKEY *key;
	char name[65]; /* of its certificate */
};

enum sg_err
envelope_signer_new(const struct seal *seal,
    const struct store_certificate *row, struct envelope_signer **signer_r,
    struct err *err_r)
{
	struct envelope_signer *signer = calloc(1, sizeof(*signer));
	unsigned char *pem = NULL;
	size_t len = 0;
	BIO *bio;
	enum sg_err rc;

	*signer_r = NULL;
	if (signer == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	(void)snprintf(signer->name, sizeof(signer->name), "%s", row->name);
	rc = seal_unwrap(seal, TOPIC_SEAL_KEY, row->sealed, row->sealed_len,
	    &pem, &len, err_r);
	if (rc == SG_OK) {
		bio = BIO_new_mem_buf(pem, (int)len);
		signer->key = bio == NULL ? NULL
					  : PEM_read_bio_PrivateKey(
						bio, NULL, NULL, NULL);
		BIO_free(bio);
		if (signer->key == NULL)
			rc = err_set(err_r, SG_CRYPTO,
			    "the key that signs notifications cannot be read");
	}
	seal_wipe_free(&pem, len);
	if (rc != SG_OK)
		envelope_signer_free(&signer);
	*signer_r = signer;
	return rc;
}

void
envelope_signer_free(struct envelope_signer **signer)
{
	if (*signer == NULL)
		return;
	EVP_PKEY_free((*signer)->key);
	free(*signer);
	*signer = NULL;
}

const char *
envelope_type(enum store_publication_type type)
{
	switch (type) {
	case STORE_PUBLICATION_CONFIRMATION:
		return "SubscriptionConfirmation";
	case STORE_PUBLICATION_UNSUBSCRIBED:
		return "UnsubscribeConfirmation";
	default:
		return "Notification";
	}
}

enum sg_err
envelope_token(const struct seal *seal, const struct store_publication *row,
    char **token_r, size_t *len_r, struct err *err_r)
{
	unsigned char *token = NULL;
	enum sg_err rc = seal_unwrap(seal, TOPIC_SEAL_TOKEN, row->sealed,
	    row->sealed_len, &token, len_r, err_r);

	*token_r = (char *)token;
	return rc;
}

/* ---- the signature ------------------------------------------------------------ */

/* RSASSA-PKCS1-v1_5 (RFC 8017) in base64. */
static enum sg_err
sign(const struct envelope_signer *signer, int version, const struct buf *text,
    char **base64_r, struct err *err_r)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const EVP_MD *md = version == 2 ? EVP_sha256() : EVP_sha1();
	unsigned char signature[1024];
	size_t len = sizeof(signature);
	bool ok = ctx != NULL &&
		  EVP_DigestSignInit(ctx, NULL, md, NULL, signer->key) == 1 &&
		  EVP_DigestSign(ctx, signature, &len,
		      (const unsigned char *)buf_str(text), text->len) == 1;

	EVP_MD_CTX_free(ctx);
	*base64_r = ok ? malloc(4 * ((len + 2) / 3) + 1) : NULL;
	if (*base64_r == NULL)
		return err_set(err_r, ok ? SG_NOMEM : SG_CRYPTO,
		    "a notification cannot be signed");
	(void)EVP_EncodeBlock((unsigned char *)*base64_r, signature, (int)len);
	return SG_OK;
}

/* Names of the object's members that are signed, in this order, those that are
 * there; "Name\nvalue\n" each. */
static const char *const signed_notification[] = {
    "Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type", NULL};
static const char *const signed_confirmation[] = {"Message", "MessageId",
    "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type", NULL};

static enum sg_err
add_signature(const struct envelope_env *env,
    const struct store_notification *row, json_t *object, struct err *err_r)
{
	const char *const *names =
	    row->publication.type == STORE_PUBLICATION_NOTIFICATION
		? signed_notification
		: signed_confirmation;
	char *base64 = NULL;
	struct buf text;
	enum sg_err rc;

	buf_init(&text, ENVELOPE_MAX_BYTES);
	for (; *names != NULL; names++) {
		const char *value =
		    json_string_value(json_object_get(object, *names));

		if (value != NULL)
			(void)buf_printf(&text, "%s\n%s\n", *names, value);
	}
	rc = text.failed
		 ? err_set(err_r, SG_INVALID, "the message is too large")
		 : sign(env->signer, row->topic.signature_version, &text,
		       &base64, err_r);
	buf_fini(&text);
	if (rc == SG_OK &&
	    json_object_set_new(object, "Signature", json_string(base64)) != 0)
		rc = err_set(err_r, SG_NOMEM, "no memory");
	free(base64);
	return rc;
}

/* ---- members ------------------------------------------------------------------ */

static int
set(json_t *object, const char *name, const char *value)
{
	return json_object_set_new(object, name, json_string(value));
}

static int set_printed(json_t *object, const char *name, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

static int
set_printed(json_t *object, const char *name, const char *format, ...)
{
	va_list args;
	json_t *value;

	va_start(args, format);
	value = json_vsprintf(format, args);
	va_end(args);
	return json_object_set_new(object, name, value);
}

static int
set_token(const struct envelope_env *env, const char *token, const char *arn,
    json_t *object)
{
	return set(object, "Token", token) |
	       set_printed(object, "SubscribeURL",
		   "%s/?Action=ConfirmSubscription&TopicArn=%s&Token=%s",
		   env->base_url, arn, token);
}

/* In SNS's own order. Not 0: without memory, or not UTF-8. */
static int
set_members(const struct envelope_env *env,
    const struct store_notification *row, const char *token, json_t *object)
{
	const struct store_publication *p = &row->publication;
	char arn[TOPIC_ARN_MAX], time[EVENT_TIME_MAX];
	bool is_notification = p->type == STORE_PUBLICATION_NOTIFICATION;
	int failed = set(object, "Type", envelope_type(p->type)) |
		     set(object, "MessageId", p->uuid);

	topic_arn(env->conf, &row->topic, arn);
	if (!is_notification)
		failed |= set_token(env, token, arn, object);
	failed |= set(object, "TopicArn", arn);
	if (is_notification && p->subject[0] != '\0')
		failed |= set(object, "Subject", p->subject);
	failed |= set(object, "Message", p->body) |
		  set(object, "Timestamp", event_time(p->created_msec, time)) |
		  set_printed(object, "SignatureVersion", "%d",
		      row->topic.signature_version);
	failed |= set(object, "Signature", "") | /* keeps its place */
		  set_printed(object, "SigningCertURL",
		      "%s/SimpleNotificationService-%s.pem", env->base_url,
		      env->signer->name);
	if (is_notification) {
		topic_subscription_arn(
		    env->conf, &row->topic, row->subscription.uuid, arn);
		failed |= set_printed(object, "UnsubscribeURL",
		    "%s/?Action=Unsubscribe&SubscriptionArn=%s", env->base_url,
		    arn);
	}
	return failed;
}

static enum sg_err
dump(const json_t *object, struct buf *out, struct err *err_r)
{
	char *text = json_dumps(object, JSON_INDENT(2));

	if (text == NULL || !buf_puts(out, text)) {
		free(text);
		return err_set(err_r, SG_NOMEM, "no memory for a notification");
	}
	free(text);
	return SG_OK;
}

enum sg_err
envelope_write(const struct envelope_env *env,
    const struct store_notification *row, struct buf *out, struct err *err_r)
{
	json_t *object = json_object();
	char *token = NULL;
	size_t len = 0;
	enum sg_err rc = SG_OK;

	if (object == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a notification");
	if (row->publication.type != STORE_PUBLICATION_NOTIFICATION)
		rc = envelope_token(
		    env->seal, &row->publication, &token, &len, err_r);
	if (rc == SG_OK && set_members(env, row, token, object) != 0)
		rc = err_set(err_r, SG_INVALID,
		    "the message is no UTF-8, or there is no memory for it");
	if (rc == SG_OK)
		rc = add_signature(env, row, object, err_r);
	if (rc == SG_OK)
		rc = dump(object, out, err_r);
	seal_wipe_free((unsigned char **)&token, len);
	json_decref(object);
	return rc;
}
