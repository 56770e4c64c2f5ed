/* The memory of one libopendkim handle, freed as a whole. */
#include "config.h"
#include "dkim/passmem.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

struct passmem_block {
	struct passmem *owner; /* NULL: not on a list */
	struct passmem_block *next, **link;
	max_align_t data[];
};

void *
passmem_alloc(void *closure, size_t size)
{
	struct passmem *mem = closure;
	struct passmem_block *block = NULL;

	if (size <= SIZE_MAX - sizeof(*block))
		block = malloc(sizeof(*block) + size);
	if (block == NULL) {
		if (mem != NULL)
			mem->is_short = true;
		return NULL;
	}
	block->owner = mem;
	if (mem != NULL) {
		block->next = mem->first;
		block->link = &mem->first;
		if (mem->first != NULL)
			mem->first->link = &block->next;
		mem->first = block;
	}
	return block->data;
}

void
passmem_release(void *closure, void *data)
{
	struct passmem_block *block = NULL;

	(void)closure;
	if (data == NULL)
		return;
	block = (struct passmem_block *)(void *)((char *)data -
						 offsetof(struct passmem_block,
						     data));
	if (block->owner != NULL) {
		*block->link = block->next;
		if (block->next != NULL)
			block->next->link = block->link;
	}
	free(block);
}

void
passmem_fini(struct passmem *mem)
{
	while (mem->first != NULL)
		passmem_release(mem, mem->first->data);
}
