/* Inside dkim/ only: the memory of one libopendkim handle. libopendkim 2.11 forgets
 * some blocks (64 bytes for each Ed25519 signature); kept on a list, they die with
 * the message. It also goes on where it got no memory, and signs with "s=(null)". */
#ifndef SENDWARD_DKIM_PASSMEM_H
#define SENDWARD_DKIM_PASSMEM_H

#include <stdbool.h>
#include <stddef.h>

struct passmem_block;

struct passmem {
	struct passmem_block *first;
	bool
	    is_short; /* there was none once: what was made of it is not to be used */
};

/* libopendkim's allocator functions: closure is the struct passmem of the handle,
 * or NULL for what belongs to the library handle (plain malloc). One passmem
 * belongs to one thread at a time. */
void *passmem_alloc(void *closure, size_t size);
void passmem_release(void *closure, void *data);

/* Frees what is left. */
void passmem_fini(struct passmem *mem);

#endif
