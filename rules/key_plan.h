/* Which of an identity's keys signs, which waits, which goes. Pure.
 *
 * A key signs only when DNS has it (or the operator gave his word), and a key
 * that is relieved stays in DNS for KEY_PLAN_KEEP_SEC, so that no message leaves
 * unsigned, or with a signature that nobody can verify. */
#ifndef SENDWARD_RULES_KEY_PLAN_H
#define SENDWARD_RULES_KEY_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEY_PLAN_KEEP_SEC (7 * 86400)
#define KEY_PLAN_EASY_SLOTS 3
#define KEY_PLAN_MAX_KEYS 32

/* How a key comes into DNS; numbers are the store's. */
enum key_origin {
	KEY_TXT,      /* made here, published by the customer as TXT */
	KEY_EASY,     /* made here, published by us, customer's CNAME */
	KEY_EXTERNAL, /* the customer's own, published by the customer */
};

enum key_look { KEY_SEEN, KEY_NOT_SEEN, KEY_UNKNOWN };

struct key_facts {
	int64_t id;
	enum key_origin origin;
	int slot;        /* KEY_EASY: 0..2 */
	bool is_ed25519; /* RSA and Ed25519 are planned apart */
	bool active;
	int64_t created_sec;
	int64_t published_sec; /* KEY_EASY: in our zone since; 0 not yet */
	int64_t active_sec;    /* began to sign; 0 never */
	int64_t retired_sec;   /* 0: not */
	enum key_look look;    /* just now */
};

/* What to do, one for each key of the input. */
enum key_action { KEY_STAYS, KEY_TAKES_OVER, KEY_RETIRES, KEY_IS_REMOVED };

/* Rules, for each algorithm apart:
 * - Candidates are keys that are not retired, KEY_SEEN, and, for KEY_EASY,
 *   published for ttl_sec at least (nobody has its absence in a cache any more).
 *   The active key is one unless it is KEY_NOT_SEEN: want of an answer relieves
 *   nobody.
 * - Best candidate: KEY_EXTERNAL before KEY_EASY before KEY_TXT; of one origin
 *   the newest. When it is not the active key it takes over; the active one
 *   retires (retired_sec = now) in the same step.
 * - An active key that is not seen stays while there is no candidate.
 * - When the key that signs is KEY_SEEN, an older key of the same origin that
 *   waits still is retired, too. A retired key is removed after
 *   KEY_PLAN_KEEP_SEC; a retired one that never signed at once.
 * actions_r has room for count. True: something is to be done. */
bool key_plan(const struct key_facts *keys, size_t count, int64_t ttl_sec,
    int64_t now_sec, enum key_action *actions_r);

/* Where the next Easy DKIM key goes: a slot with no key; else, when
 * give_up_old, the slot of the retired key that is oldest. -1: none is free, and
 * *free_at_sec_r is when one will be (0: a new key waits already, whether or not
 * there is a slot). */
int key_plan_free_slot(const struct key_facts *keys, size_t count,
    bool give_up_old, int64_t *free_at_sec_r);

#endif
