/* What subscribers are told, on its way into the store: see publish.h. */
#include "config.h"

#include "ops/publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/rand.h>

#include "ops/publish_parts.h"

/* As Amazon SNS: characters of a subject, bytes of a message. */
#define SUBJECT_MAX 99
#define BODY_MAX (256 * 1024)

enum sg_err
publish_uuid(char uuid_r[STORE_UUID_MAX + 1], struct err *err_r)
{
	unsigned char b[16];

	uuid_r[0] = '\0';
	if (RAND_bytes(b, sizeof(b)) != 1)
		return err_set(err_r, SG_CRYPTO, "no random bytes to be had");
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	(void)snprintf(uuid_r, STORE_UUID_MAX + 1,
	    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
	    "%02x%02x%02x%02x%02x%02x",
	    b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10],
	    b[11], b[12], b[13], b[14], b[15]);
	return SG_OK;
}

/* ---- one message ------------------------------------------------------------ */

static bool
is_utf8(const char *text)
{
	json_t *value = json_string(text);

	json_decref(value);
	return value != NULL;
}

static enum sg_err
check_message(const char *subject, const char *body, struct err *err_r)
{
	if (body[0] == '\0' || strlen(body) > BODY_MAX || !is_utf8(body))
		return err_set(err_r, SG_INVALID,
		    "a message is UTF-8 text of 1 to %d bytes", BODY_MAX);
	if (strlen(subject) > SUBJECT_MAX)
		return err_set(err_r, SG_INVALID,
		    "a subject has at most %d characters", SUBJECT_MAX);
	for (const char *c = subject; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			return err_set(err_r, SG_INVALID,
			    "a subject is one line of printable ASCII");
	return SG_OK;
}

enum sg_err
publish_put(struct store *store, int64_t topic_id, const char *subject,
    const char *body, const char *queue_id, int64_t created_msec,
    int64_t due_sec, char uuid_r[STORE_UUID_MAX + 1], struct err *err_r)
{
	struct store_publication row = {
	    .topic_id = topic_id,
	    .type = STORE_PUBLICATION_NOTIFICATION,
	    .subject = subject,
	    .body = body,
	    .created_msec = created_msec,
	    .queue_id = queue_id,
	};
	enum sg_err rc = publish_uuid(row.uuid, err_r);

	if (rc == SG_OK)
		rc = store_publication_add(store, &row, 0, due_sec, err_r);
	if (uuid_r != NULL)
		(void)snprintf(uuid_r, STORE_UUID_MAX + 1, "%s",
		    rc == SG_OK && row.id != 0 ? row.uuid : "");
	return rc;
}

enum sg_err
publish_message(struct store *store, int64_t topic_id, const char *subject,
    const char *body, int64_t now_msec, char uuid_r[STORE_UUID_MAX + 1],
    struct err *err_r)
{
	enum sg_err rc = check_message(subject, body, err_r);

	if (uuid_r != NULL)
		uuid_r[0] = '\0';
	if (rc != SG_OK)
		return rc;
	return publish_put(store, topic_id, subject, body, NULL, now_msec,
	    now_msec / 1000, uuid_r, err_r);
}
