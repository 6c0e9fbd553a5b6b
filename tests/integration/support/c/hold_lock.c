/* SPDX-License-Identifier: ISC */
/* Takes the writer's lock of a view, says so, and keeps it until it is killed: a reader that went bad. */
#include <lmdb.h>
#include <stdio.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	MDB_env *env;
	MDB_txn *txn;

	if (argc != 2 || mdb_env_create(&env) != 0 || mdb_env_set_mapsize(env, 1UL << 36) != 0)
		return 1;
	if (mdb_env_open(env, argv[1], 0, 0660) != 0 || mdb_txn_begin(env, NULL, 0, &txn) != 0)
		return 1;
	if (puts("held") < 0 || fflush(stdout) != 0)
		return 1;
	for (;;)
		pause();
}
