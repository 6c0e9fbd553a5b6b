/* SPDX-License-Identifier: ISC */
/*
 * Takes the lock under which readers of a view get their slots, says so, and keeps it until it is killed: a reader that
 * went bad. LMDB gives that lock back by the pthread_mutex_unlock() below.
 */
#include <lmdb.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

int
pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	(void)mutex;
	(void)puts("held");
	(void)fflush(stdout);
	for (;;)
		pause();
}

int
main(int argc, char **argv)
{
	MDB_env *env;
	MDB_txn *txn;

	if (argc != 2 || mdb_env_create(&env) != 0 || mdb_env_set_mapsize(env, 1UL << 36) != 0)
		return 1;
	if (mdb_env_open(env, argv[1], MDB_RDONLY, 0) == 0)
		(void)mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
	return 1;
}
