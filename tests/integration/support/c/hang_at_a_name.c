/* SPDX-License-Identifier: ISC */
/*
 * Preloaded: whoever looks up a name that has "hang-gnah" in it never comes back (views have names backwards: this one
 * reads the same). What it stands for is any thread that waits for something that does not happen.
 */
#include <dlfcn.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

struct value {
	size_t size;
	const void *data;
};

typedef int mdb_getter(void *txn, unsigned dbi, struct value *key, struct value *data);

int
mdb_get(void *txn, unsigned dbi, struct value *key, struct value *data)
{
	static const char name[] = "hang-gnah";
	mdb_getter *real = (mdb_getter *)dlsym(RTLD_NEXT, "mdb_get");

	while (memmem(key->data, key->size, name, sizeof(name) - 1) != NULL)
		(void)sleep(60);
	return real(txn, dbi, key, data);
}
