/* Every allocation on a message's way fails in turn: it leaves as it would have left,
 * or the client is told to come again. Also when no later one succeeds. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/crypto.h>

#include "base/arena.h"
#include "dkim/sign.h"
#include "milter/test-run.h"
#include "ops/journal.h"

#define RECIPIENTS 20
#define BODY_PIECES 8

/* ---- the allocator ------------------------------------------------------------------ */

/* By number, from 1 on; 0: none fails. Only while a message is on its way. */
static long fail_at, seen;
static bool is_lasting; /* nor does any later one succeed */

static bool
fails(void)
{
	if (fail_at == 0)
		return false;
	seen++;
	return is_lasting ? seen >= fail_at : seen == fail_at;
}

/* The linker's names, by --wrap. */
void *real_malloc(size_t size) __asm__("__real_malloc");
void *real_calloc(size_t count, size_t size) __asm__("__real_calloc");
void *real_realloc(void *old, size_t size) __asm__("__real_realloc");
char *real_strdup(const char *text) __asm__("__real_strdup");
void *wrap_malloc(size_t size) __asm__("__wrap_malloc");
void *wrap_calloc(size_t count, size_t size) __asm__("__wrap_calloc");
void *wrap_realloc(void *old, size_t size) __asm__("__wrap_realloc");
char *wrap_strdup(const char *text) __asm__("__wrap_strdup");

void *
wrap_malloc(size_t size)
{
	return fails() ? NULL : real_malloc(size);
}

void *
wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : real_calloc(count, size);
}

void *
wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : real_realloc(old, size);
}

char *
wrap_strdup(const char *text)
{
	return fails() ? NULL : real_strdup(text);
}

/* OpenSSL's, which is linked by others than this program. Without memory
 * it forgets some of its own, and libopendkim a reference to a key: no leaks of ours. */
void ignore_leak(const void *data) __asm__("__lsan_ignore_object")
    __attribute__((weak));

static void *
not_leaked(void *data)
{
	if (data != NULL && ignore_leak != NULL)
		ignore_leak(data);
	return data;
}

static void *
crypto_malloc(size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return size == 0 || fails() ? NULL : not_leaked(real_malloc(size));
}

static void *
crypto_realloc(void *old, size_t size, const char *file, int line)
{
	(void)file, (void)line;
	if (size > 0)
		return fails() ? NULL : not_leaked(real_realloc(old, size));
	free(old);
	return NULL;
}

static void
crypto_free(void *old, const char *file, int line)
{
	(void)file, (void)line;
	free(old);
}

/* ---- a message ---------------------------------------------------------------------- */

struct house {
	char dir[64];
	struct journal *journal;
};

static void
send_content(struct run *r)
{
	char body[4096];

	memset(body, 'x', sizeof(body));
	body[sizeof(body) - 2] = '\r';
	body[sizeof(body) - 1] = '\n';
	message_header(r->m, "From", "A <a@shop.example>");
	message_header(r->m, "X-SES-Message-Tags", "a=b, c=d");
	message_header(r->m, "X-SES-Configuration-Set", "complaints");
	message_header(r->m, "Subject", "hello");
	message_end_of_headers(r->m, true, NOW_SEC);
	for (int i = 0; i < BODY_PIECES; i++)
		message_body(r->m, (unsigned char *)body, sizeof(body));
}

/* True: the client hears 250. Else r->v is what it hears. */
static bool
leaves(struct house *h, struct run *r)
{
	struct journal_ticket ticket;
	struct journal_entry entry;
	struct err err;

	if (test_mail(r) != MESSAGE_GOES_ON)
		return false;
	for (int i = 0; i < RECIPIENTS; i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "<r%d@reader.example>", i);
		if (message_rcpt(r->m, path, &r->v) != MESSAGE_GOES_ON)
			return false;
	}
	send_content(r);
	message_queue_id(r->m, QUEUE_ID);
	if (message_end(r->m, NOW_SEC, &r->edits, &r->v) != MESSAGE_GOES_ON)
		return false;
	if (message_note(r->m, NOW_SEC * INT64_C(1000), NULL, &entry) &&
	    journal_begin(h->journal, &entry, &ticket, &err) == SG_OK) {
		bool is_signed =
		    message_sign(r->m, &r->edits, &r->v) == MESSAGE_GOES_ON;
		enum sg_err rc =
		    journal_end(h->journal, &ticket, is_signed, &err);

		if (is_signed && rc == SG_OK)
			message_log_accepted(r->m);
		if (is_signed == (rc == SG_OK))
			return is_signed;
	}
	message_edit_failed(r->m, &r->v);
	return false;
}

/* As it left when nothing failed. */
static void
assert_same_edits(const struct edits *a, const struct edits *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_int_equal(a->list[i].kind, b->list[i].kind);
		assert_int_equal(a->list[i].index, b->list[i].index);
		if (a->list[i].name != NULL)
			assert_string_equal(a->list[i].name, b->list[i].name);
		if (a->list[i].value != NULL)
			assert_string_equal(a->list[i].value, b->list[i].value);
	}
}

static void
fail_in_turn(struct house *h, bool lasting)
{
	struct run clean;
	long left = 0, deferred = 0, upto = 0;

	test_begin(&clean, "shop", "<a@shop.example>");
	assert_true(leaves(h, &clean));
	for (long n = 1; upto == 0; n++) {
		struct run r;
		bool has_left;

		test_begin(&r, "shop", "<a@shop.example>");
		is_lasting = lasting;
		seen = 0;
		fail_at = n;
		has_left = leaves(h, &r);
		fail_at = 0;
		if (seen < n)
			upto = n;
		if (has_left) {
			assert_same_edits(&clean.edits, &r.edits);
			left++;
		} else {
			assert_int_equal(r.v.action, RULES_DEFER);
			assert_int_equal(r.v.code / 100, 4);
			deferred++;
		}
		test_finish(&r);
	}
	test_finish(&clean);
	print_message("  %ld allocations: %ld left, %ld deferred\n", upto - 1,
	    left, deferred);
	assert_true(deferred > 3); /* some did fail */
}

static void
test_each_fails(void **state)
{
	fail_in_turn(*state, false);
}

static void
test_all_fail_from_then_on(void **state)
{
	fail_in_turn(*state, true);
}

static int
setup(void **state)
{
	static struct house h;
	struct err err;

	if (test_make_keys(state) != 0)
		return -1;
	dkim_sign_set_time(NOW_SEC);
	(void)snprintf(h.dir, sizeof(h.dir), "/tmp/memory-XXXXXX");
	if (mkdtemp(h.dir) == NULL ||
	    journal_open(h.dir, &h.journal, &err) != SG_OK)
		return -1;
	journal_sync(h.journal, true);
	*state = &h;
	return 0;
}

struct removal {
	const char *dir;
};

static bool
remove_file(void *ctx, const char *name)
{
	const struct removal *removal = ctx;
	char path[400];

	(void)snprintf(path, sizeof(path), "%s/%s", removal->dir, name);
	(void)unlink(path);
	return true;
}

static int
teardown(void **state)
{
	struct house *h = *state;
	struct removal removal = {h->dir};
	struct err err;

	journal_close(&h->journal);
	(void)journal_list(h->dir, remove_file, &removal, &err);
	(void)rmdir(h->dir);
	return test_free_keys(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_each_fails),
	    cmocka_unit_test(test_all_fail_from_then_on),
	};

	/* before OpenSSL's first */
	if (CRYPTO_set_mem_functions(
		crypto_malloc, crypto_realloc, crypto_free) != 1)
		return 1;
	return cmocka_run_group_tests(tests, setup, teardown);
}
