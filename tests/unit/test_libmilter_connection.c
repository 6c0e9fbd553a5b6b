/* SPDX-License-Identifier: ISC */
/* libmilter, the room and the sessions are this test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "milter/libmilter_connection.h"

static void *private_pointer; /* of the one SMFICTX */
static bool has_memory;
static unsigned places;   /* that are taken */
static unsigned sessions; /* that live */

/* ---- in the place of libmilter, room.c, session.c ---- */

int
smfi_setpriv(SMFICTX *ctx, void *pointer)
{
	(void)ctx;
	private_pointer = pointer;
	return MI_SUCCESS;
}

void *
smfi_getpriv(SMFICTX *ctx)
{
	(void)ctx;
	return private_pointer;
}

bool
room_enter(struct room *room)
{
	(void)room;
	places++;
	return true;
}

void
room_leave(struct room *room)
{
	(void)room;
	places--;
}

enum status
session_new(const struct session_house *house, struct session **ret_session)
{
	static int one;

	(void)house;
	if (!has_memory)
		return STATUS_NO_MEMORY;
	sessions++;
	*ret_session = (struct session *)(void *)&one;
	return STATUS_OK;
}

void
session_free(struct session **session)
{
	if (*session != NULL)
		sessions--;
	*session = NULL;
}

void
session_allow(struct session *session, const struct session_rights *rights)
{
	(void)session;
	(void)rights;
}

/* ---- */

static int
begin(void **state)
{
	(void)state;
	private_pointer = NULL;
	has_memory = true;
	places = 0;
	sessions = 0;
	return 0;
}

static void
libmilter_connection__serves_from_its_beginning_to_its_end(void **state)
{
	struct libmilter_connection *connection = libmilter_connection_get(NULL);

	(void)state;
	assert_non_null(connection);
	assert_ptr_equal(libmilter_connection_get(NULL), connection);
	assert_ptr_equal(libmilter_connection_get_served(NULL), connection);
	assert_int_equal(sessions, 1);
	assert_int_equal(places, 1);
	libmilter_connection_end(NULL);
	libmilter_connection_end(NULL);
	assert_int_equal(sessions, 0);
	assert_int_equal(places, 0);
}

/* Who connected is said once: a session made later would take him for a client of this machine. */
static void
libmilter_connection__without_memory_at_its_beginning_is_not_served_later(void **state)
{
	(void)state;
	has_memory = false;
	assert_null(libmilter_connection_get(NULL));
	assert_int_equal(places, 0);
	has_memory = true;
	assert_null(libmilter_connection_get_served(NULL));
	assert_int_equal(sessions, 0);
	assert_int_equal(places, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(libmilter_connection__serves_from_its_beginning_to_its_end, begin),
		cmocka_unit_test_setup(libmilter_connection__without_memory_at_its_beginning_is_not_served_later, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
