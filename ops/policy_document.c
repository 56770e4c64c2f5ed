/* A sending authorization policy, read: see policy_document.h. */
#include "config.h"

#include "ops/policy_document.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "ops/grant.h"
#include "rules/identity.h"

/* Accounts have 12 digits, as long as they need no more. */
#define NUMBER_LEN_MIN 12
#define NUMBER_LEN_MAX 18

struct reading {
	const char *identity;
	int64_t owner_id;
	struct policy_document *document;
	struct err *err_r;
};

static enum sg_err
refuse(const struct reading *r, const char *what, const char *value)
{
	return err_set(r->err_r, SG_INVALID, "%s: %.200s", what, value);
}

/* ---- texts, alone or in a list -------------------------------------------------- */

/* Is it one text, or a list of at least one? */
static bool
is_texts(const json_t *value)
{
	size_t count = json_array_size(value);

	if (json_is_string(value))
		return true;
	for (size_t i = 0; i < count; i++)
		if (!json_is_string(json_array_get(value, i)))
			return false;
	return count > 0;
}

static size_t
texts_count(const json_t *value)
{
	return json_is_string(value) ? 1 : json_array_size(value);
}

static const char *
texts_at(const json_t *value, size_t i)
{
	return json_string_value(
	    json_is_string(value) ? value : json_array_get(value, i));
}

/* An object of these members alone; names ends with NULL. */
static enum sg_err
check_members(const struct reading *r, const json_t *object, const char *what,
    const char *const *names)
{
	const char *name;
	json_t *value;

	if (!json_is_object(object))
		return refuse(r, "not an object", what);
	json_object_foreach((json_t *)object, name, value)
	{
		size_t i = 0;

		while (names[i] != NULL && strcmp(names[i], name) != 0)
			i++;
		if (names[i] == NULL)
			return err_set(r->err_r, SG_INVALID,
			    "%s %.100s is not supported", what, name);
	}
	return SG_OK;
}

/* ---- Principal -------------------------------------------------------------------- */

/* 0: none. */
static int64_t
account_of_number(const char *text, size_t len)
{
	int64_t id = 0;

	if (len < NUMBER_LEN_MIN || len > NUMBER_LEN_MAX)
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		id = id * 10 + (text[i] - '0');
	}
	return id;
}

static enum sg_err
read_principal(const struct reading *r, const char *text, int64_t *id_r)
{
	static const char arn[] = "arn:aws:iam::", root[] = ":root";
	const char *number = text;
	size_t len = strlen(text);

	if (strcmp(text, "*") == 0)
		return refuse(r,
		    "Principal * (everybody) is not supported; name accounts",
		    text);
	if (strncmp(text, arn, sizeof(arn) - 1) == 0) {
		number += sizeof(arn) - 1;
		len = strcspn(number, ":");
		if (strcmp(number + len, root) != 0)
			return refuse(r,
			    "Principal: only accounts are supported, as "
			    "arn:aws:iam::NUMBER:root",
			    text);
	}
	*id_r = account_of_number(number, len);
	if (*id_r == 0)
		return refuse(r,
		    "Principal is neither the number of an account nor "
		    "arn:aws:iam::NUMBER:root",
		    text);
	return SG_OK;
}

static enum sg_err
check_principals(const struct reading *r, const json_t *principal)
{
	static const char *const names[] = {"AWS", NULL};
	enum sg_err rc;

	if (json_is_string(principal))
		return refuse(r,
		    "Principal must be an object with AWS; everybody is not "
		    "supported",
		    json_string_value(principal));
	rc = check_members(r, principal, "Principal", names);
	if (rc == SG_OK && !is_texts(json_object_get(principal, "AWS")))
		rc = refuse(r, "Principal AWS must be a text or a list", "");
	return rc;
}

/* ---- Action and Resource ------------------------------------------------------------ */

/* Who may send may send in every form here: mail that comes by SMTP has no form. */
static enum sg_err
check_actions(const struct reading *r, const json_t *actions)
{
	static const char *const all[] = {
	    "ses:SendEmail", "ses:SendRawEmail", "ses:Send*", "ses:*", NULL};
	static const char *const beside[] = {"ses:SendTemplatedEmail",
	    "ses:SendBulkTemplatedEmail", "ses:SendBulkEmail", NULL};
	bool has_all = false;

	if (!is_texts(actions))
		return refuse(r, "Action must be a text or a list", "");
	for (size_t i = 0; i < texts_count(actions); i++) {
		const char *action = texts_at(actions, i);
		bool is_known = false;

		for (size_t j = 0; all[j] != NULL; j++)
			if (strcasecmp(action, all[j]) == 0)
				is_known = has_all = true;
		for (size_t j = 0; beside[j] != NULL; j++)
			is_known |= strcasecmp(action, beside[j]) == 0;
		if (!is_known)
			return refuse(r, "Action is not supported", action);
	}
	if (!has_all)
		return refuse(r,
		    "Action: templated mail alone cannot be allowed; add",
		    "ses:SendEmail");
	return SG_OK;
}

/* Is it the ARN of the identity? In whatever region. */
static bool
is_own_arn(const struct reading *r, const char *arn)
{
	static const char service[] = "arn:aws:ses:", kind[] = ":identity/";
	char name[RULES_ADDRESS_MAX + 1];
	enum rules_identity_type type;
	size_t len;

	if (strncmp(arn, service, sizeof(service) - 1) != 0)
		return false;
	arn = strchr(arn + sizeof(service) - 1, ':');
	if (arn == NULL)
		return false;
	len = strcspn(++arn, ":");
	if (account_of_number(arn, len) != r->owner_id)
		return false;
	arn += len;
	return strncmp(arn, kind, sizeof(kind) - 1) == 0 &&
	       identity_check_name(arn + sizeof(kind) - 1, name, &type) ==
		   NULL &&
	       strcmp(name, r->identity) == 0;
}

static enum sg_err
check_resources(const struct reading *r, const json_t *resources)
{
	if (!is_texts(resources))
		return refuse(r, "Resource must be a text or a list", "");
	for (size_t i = 0; i < texts_count(resources); i++)
		if (!is_own_arn(r, texts_at(resources, i)))
			return refuse(r,
			    "Resource must be the ARN of the identity that the "
			    "policy is put on",
			    texts_at(resources, i));
	return SG_OK;
}

/* ---- Condition ------------------------------------------------------------------------ */

/* *patterns_r: of From; NULL: any. */
static enum sg_err
read_condition(const struct reading *r, const json_t *condition,
    const json_t **patterns_r, bool *is_literal_r)
{
	static const char *const operators[] = {
	    "StringEquals", "StringLike", NULL};
	const json_t *keys;
	void *key;
	enum sg_err rc;

	*patterns_r = NULL;
	*is_literal_r = false;
	if (condition == NULL)
		return SG_OK;
	rc = check_members(r, condition, "Condition", operators);
	if (rc != SG_OK)
		return rc;
	if (json_object_size(condition) != 1)
		return refuse(r, "Condition: exactly one is supported",
		    "StringEquals or StringLike");
	*is_literal_r = json_object_get(condition, operators[0]) != NULL;
	keys = json_object_get(condition, operators[*is_literal_r ? 0 : 1]);
	if (!json_is_object(keys) || json_object_size(keys) != 1)
		return refuse(r, "Condition: exactly one key is supported",
		    "ses:FromAddress");
	key = json_object_iter((json_t *)keys);
	if (strcasecmp(json_object_iter_key(key), "ses:FromAddress") != 0)
		return refuse(r, "Condition: only ses:FromAddress is supported",
		    json_object_iter_key(key));
	*patterns_r = json_object_iter_value(key);
	if (!is_texts(*patterns_r))
		return refuse(r,
		    "Condition: ses:FromAddress must be a text or a list", "");
	return SG_OK;
}

static enum sg_err
check_pattern(const struct reading *r, const char *pattern, bool is_literal)
{
	/* there it would be more than what stands in the policy */
	if (is_literal && strpbrk(pattern, "*?") != NULL)
		return refuse(r,
		    "StringEquals takes * and ? as they are, which is not "
		    "supported; use StringLike",
		    pattern);
	if (strstr(pattern, "${") != NULL)
		return refuse(r, "policy variables are not supported", pattern);
	return SG_OK;
}

/* ---- statements ------------------------------------------------------------------------- */

static enum sg_err
add_allow(struct reading *r, int64_t account_id, const char *pattern)
{
	struct policy_document *document = r->document;
	struct policy_allow *allow = &document->list[document->count];

	if (account_id == r->owner_id)
		return SG_OK;
	if (document->count == POLICY_ALLOWS_MOST)
		return err_set(r->err_r, SG_INVALID,
		    "a policy may name at most %d pairs of account and From "
		    "address",
		    POLICY_ALLOWS_MOST);
	allow->account_id = account_id;
	document->count++;
	return grant_pattern(pattern, r->identity, allow->pattern, r->err_r);
}

static enum sg_err
add_account(struct reading *r, const char *principal, const json_t *patterns,
    bool is_literal)
{
	int64_t account_id = 0;
	enum sg_err rc = read_principal(r, principal, &account_id);

	if (rc == SG_OK && patterns == NULL)
		return add_allow(r, account_id, "*");
	for (size_t i = 0; i < texts_count(patterns) && rc == SG_OK; i++) {
		const char *pattern = texts_at(patterns, i);

		rc = check_pattern(r, pattern, is_literal);
		if (rc == SG_OK)
			rc = add_allow(r, account_id, pattern);
	}
	return rc;
}

static enum sg_err
read_statement(struct reading *r, const json_t *statement)
{
	static const char *const names[] = {"Sid", "Effect", "Principal",
	    "Action", "Resource", "Condition", NULL};
	const json_t *principals, *patterns = NULL;
	bool is_literal = false;
	const char *effect =
	    json_string_value(json_object_get(statement, "Effect"));
	enum sg_err rc = check_members(r, statement, "Statement", names);

	if (rc == SG_OK && (effect == NULL || strcmp(effect, "Allow") != 0))
		rc = refuse(r, "Effect: only Allow is supported",
		    effect != NULL ? effect : "");
	if (rc == SG_OK)
		rc = check_principals(
		    r, json_object_get(statement, "Principal"));
	if (rc == SG_OK)
		rc = check_actions(r, json_object_get(statement, "Action"));
	if (rc == SG_OK)
		rc = check_resources(r, json_object_get(statement, "Resource"));
	if (rc == SG_OK)
		rc = read_condition(r, json_object_get(statement, "Condition"),
		    &patterns, &is_literal);
	if (rc != SG_OK)
		return rc;
	principals =
	    json_object_get(json_object_get(statement, "Principal"), "AWS");
	for (size_t i = 0; i < texts_count(principals) && rc == SG_OK; i++)
		rc = add_account(
		    r, texts_at(principals, i), patterns, is_literal);
	return rc;
}

static enum sg_err
read_all(struct reading *r, const json_t *root)
{
	static const char *const names[] = {"Version", "Id", "Statement", NULL};
	const json_t *statements = json_object_get(root, "Statement");
	const json_t *version = json_object_get(root, "Version");
	const char *text = json_string_value(version);
	enum sg_err rc = check_members(r, root, "the policy's", names);

	if (rc == SG_OK && version != NULL &&
	    (text == NULL || (strcmp(text, "2012-10-17") != 0 &&
				 strcmp(text, "2008-10-17") != 0)))
		rc = refuse(
		    r, "Version must be 2012-10-17", text != NULL ? text : "");
	if (rc != SG_OK)
		return rc;
	if (json_is_object(statements))
		return read_statement(r, statements);
	if (json_array_size(statements) == 0)
		return err_set(r->err_r, SG_INVALID, "Statement is missing");
	for (size_t i = 0; i < json_array_size(statements) && rc == SG_OK; i++)
		rc = read_statement(r, json_array_get(statements, i));
	return rc;
}

enum sg_err
policy_document_read(const char *text, size_t len, const char *identity,
    int64_t owner_id, struct policy_document *document_r, struct err *err_r)
{
	struct reading reading = {.identity = identity,
	    .owner_id = owner_id,
	    .document = document_r,
	    .err_r = err_r};
	json_error_t error;
	json_t *root;
	enum sg_err rc;

	document_r->count = 0;
	if (len > POLICY_BYTES_MAX)
		return err_set(err_r, SG_INVALID,
		    "a policy has at most %d bytes", POLICY_BYTES_MAX);
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL)
		return err_set(err_r, SG_INVALID,
		    "the policy is no JSON: line %d: %.200s", error.line,
		    error.text);
	rc = read_all(&reading, root);
	json_decref(root);
	return rc;
}
