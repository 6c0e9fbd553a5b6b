/* SPDX-License-Identifier: ISC */
#include "settings/image.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/wire.h"
#include "settings/build.h"
#include "settings/table.h"
#include "settings/value.h"

#define MAGIC "SGNCONF1"
#define MAGIC_SIZE (sizeof(MAGIC) - 1)
#define CHECKSUM_SIZE 8
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* ---- writing ---- */

static void
encode_text(const char *text, struct buf *out)
{
	struct slice octets = slice_from_text(text);

	wire_put(out, octets.len, 4);
	buf_put(out, octets);
	buf_put_char(out, '\0');
}

static void
encode_setting(const struct settings *settings, enum setting setting, struct buf *out)
{
	unsigned count = settings_count(settings, setting);

	wire_put(out, count, 4);
	for (unsigned i = 0; i < count; i++) {
		wire_put(out, settings_number(settings, setting, i), 8);
		wire_put(out, settings_group(settings, setting, i), 4);
		wire_put(out, settings_line(settings, setting, i), 4);
		encode_text(settings_text(settings, setting, i), out);
	}
}

enum status
image_encode(const struct settings *settings, struct buf *out)
{
	buf_put(out, slice_of(MAGIC, MAGIC_SIZE));
	wire_put(out, table_hash(), 8);
	for (enum setting i = 0; i < SETTING_COUNT; i++)
		encode_setting(settings, i, out);
	encode_text(settings_path(settings), out);
	if (buf_status(out) == STATUS_OK)
		wire_put(out, checksum_of(buf_slice(out)), CHECKSUM_SIZE);
	return buf_status(out);
}

/* ---- reading ---- */

static enum status
decode_text(struct wire *in, struct slice *ret_text)
{
	struct slice text = wire_take(in, wire_get(in, 4));
	struct slice end = wire_take(in, 1);

	if (in->is_short || end.ptr[0] != '\0' || slice_find(text, '\0') < text.len)
		return STATUS_DAMAGED;
	*ret_text = text;
	return STATUS_OK;
}

/* Of a list in a list of groups each element names its group, in their order. */
static bool
is_group(const struct settings *settings, const struct table_row *row, unsigned index, uint64_t group)
{
	const struct table_section *section = table_section(row->section);

	if (!section->is_list)
		return group == 0;
	if (!row->is_list)
		return group == index;
	return group < settings_count(settings, section->counter) &&
	    (index == 0 || group >= settings_group(settings, row->setting, index - 1));
}

static enum status
decode_value(
    struct wire *in, struct settings *settings, const struct table_row *row, unsigned index)
{
	uint64_t number = wire_get(in, 8);
	uint64_t group = wire_get(in, 4);
	uint64_t line = wire_get(in, 4);
	struct slice text;
	enum status status = decode_text(in, &text);

	if (status == STATUS_OK &&
	    (!value_is_number(row, number) || !is_group(settings, row, index, group)))
		status = STATUS_DAMAGED;
	if (status == STATUS_OK)
		status = build_set(settings, row->setting, index, number, text);
	if (status == STATUS_OK)
		build_place(settings, row->setting, index, (unsigned)group, (unsigned)line);
	return status;
}

/* How many values may a row have; of a list of groups all as many as the one that counts them. */
static bool
is_count(const struct settings *settings, const struct table_row *row, uint64_t count)
{
	const struct table_section *section = table_section(row->section);

	if (row->is_list)
		return count <= TABLE_LIST_MAX;
	if (!table_is_plural(row))
		return count == 1;
	if (row->setting == section->counter)
		return count >= section->groups_min && count <= section->groups_max;
	return count == settings_count(settings, section->counter);
}

static enum status
decode_setting(struct wire *in, struct settings *settings, const struct table_row *row)
{
	uint64_t count = wire_get(in, 4);
	enum status status;

	if (in->is_short || !is_count(settings, row, count))
		return STATUS_DAMAGED;
	status = build_reserve(settings, row->setting, (unsigned)count);
	for (unsigned i = 0; i < count && status == STATUS_OK; i++)
		status = decode_value(in, settings, row, i);
	return status;
}

static enum status
decode_settings(struct wire *in, struct settings **ret_settings)
{
	struct settings *settings;
	struct slice path;
	enum status status = build_new(&settings);

	if (status != STATUS_OK)
		return status;
	for (enum setting i = 0; i < SETTING_COUNT && status == STATUS_OK; i++)
		status = decode_setting(in, settings, table_row(i));
	if (status == STATUS_OK)
		status = decode_text(in, &path);
	if (status == STATUS_OK)
		status = build_set_path(settings, path);
	if (status == STATUS_OK && !wire_is_done(in))
		status = STATUS_DAMAGED;
	if (status != STATUS_OK)
		settings_free(&settings);
	else
		*ret_settings = settings;
	return status;
}

enum status
image_decode(struct slice image, struct settings **ret_settings, struct error *err)
{
	size_t content = image.len > CHECKSUM_SIZE ? image.len - CHECKSUM_SIZE : 0;
	struct wire in = wire_of(slice_first(image, content));
	struct wire checksum = wire_of(slice_after(image, content));
	enum status status;

	if (!slice_equal(wire_take(&in, MAGIC_SIZE), slice_of(MAGIC, MAGIC_SIZE)) ||
	    wire_get(&checksum, CHECKSUM_SIZE) != checksum_of(slice_first(image, content)))
		return error_set(err, STATUS_DAMAGED, "the settings handed over are damaged");
	if (wire_get(&in, 8) != table_hash())
		return error_set(err, STATUS_REFUSED,
		    "the settings handed over are of another build; restart signetd");
	status = decode_settings(&in, ret_settings);
	if (status != STATUS_OK)
		return error_set(err, status, "cannot read the settings handed over (%s)",
		    status_name(status));
	return STATUS_OK;
}

/* ---- the memfd ---- */

static enum status
write_all(int fd, struct slice rest, struct error *err)
{
	while (rest.len > 0) {
		ssize_t len = write(fd, rest.ptr, rest.len);

		if (len < 0 && errno != EINTR)
			return error_set_errno(err, "cannot write the settings for the children");
		if (len > 0)
			rest = slice_after(rest, (size_t)len);
	}
	return STATUS_OK;
}

static enum status
make_memfd(struct slice image, int *ret_fd, struct error *err)
{
	int fd = memfd_create("signetd-settings", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	enum status status;

	if (fd < 0)
		return error_set_errno(err, "cannot make a memfd for the settings");
	status = write_all(fd, image, err);
	if (status == STATUS_OK && fcntl(fd, F_ADD_SEALS, SEALS) != 0)
		status = error_set_errno(err, "cannot seal the settings");
	if (status != STATUS_OK)
		close(fd);
	else
		*ret_fd = fd;
	return status;
}

enum status
settings_to_memfd(const struct settings *settings, int *ret_fd, struct error *err)
{
	struct buf image;
	enum status status;

	buf_init(&image, IMAGE_MAX_BYTES);
	status = image_encode(settings, &image);
	if (status != STATUS_OK)
		(void)error_set(err, status, "the settings are too large");
	else
		status = make_memfd(buf_slice(&image), ret_fd, err);
	buf_done(&image);
	return status;
}

/*
 * Sealed, it can neither change nor shrink while we read. Its size is asked by
 * lseek: glibc's fstat is the system call that also looks at paths, and no role
 * may make that behind its walls.
 */
static enum status
check_memfd(int fd, size_t *ret_size, struct error *err)
{
	int seals = fcntl(fd, F_GET_SEALS);
	off_t size = lseek(fd, 0, SEEK_END);

	if (seals < 0 || (seals & SEALS) != SEALS)
		return error_set(err, STATUS_REFUSED, "the settings handed over are not sealed");
	if (size < 0)
		return error_set_errno(err, "cannot look at the settings handed over");
	if (size == 0 || size > (off_t)IMAGE_MAX_BYTES)
		return error_set(
		    err, STATUS_DAMAGED, "the settings handed over are empty or too large");
	*ret_size = (size_t)size;
	return STATUS_OK;
}

enum status
settings_from_memfd(int fd, struct settings **ret_settings, struct error *err)
{
	size_t size = 0;
	enum status status = check_memfd(fd, &size, err);
	void *at;

	if (status != STATUS_OK)
		return status;
	at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return error_set_errno(err, "cannot map the settings handed over");
	status = image_decode(slice_of(at, size), ret_settings, err);
	(void)munmap(at, size);
	return status;
}
