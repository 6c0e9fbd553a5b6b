/* SPDX-License-Identifier: ISC */
/* settings/settings.h and image.h: the octets are a configuration file, and the image of one. */
#include "settings/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/wire.h"
#include "settings/table.h"
#include "target.h"

#define FILE_OCTETS_MAX 65536
#define DAMAGES 32 /* of each image */

static void
check_sentence(const struct error *err)
{
	size_t len = strlen(err->text);

	TARGET_CHECK(len > 0 && len < sizeof(err->text));
	for (size_t i = 0; i < len; i++)
		TARGET_CHECK((unsigned char)err->text[i] >= ' ' && err->text[i] != 0x7f);
}

/* Of a list of groups each value is of a group there is, in their order. */
static void
check_group(const struct settings *settings, enum setting setting, unsigned index)
{
	const struct table_section *section = table_section(table_row(setting)->section);
	unsigned group = settings_group(settings, setting, index);

	if (!section->is_list)
		TARGET_CHECK(group == 0);
	else if (!table_row(setting)->is_list)
		TARGET_CHECK(group == index);
	else
		TARGET_CHECK(group < settings_count(settings, section->counter) &&
		    (index == 0 || group >= settings_group(settings, setting, index - 1)));
}

static void
check_values(const struct settings *settings)
{
	for (enum setting setting = 0; setting < SETTING_COUNT; setting++) {
		for (unsigned i = 0; i < settings_count(settings, setting); i++) {
			TARGET_CHECK(settings_text(settings, setting, i) != NULL);
			(void)settings_number(settings, setting, i);
			check_group(settings, setting, i);
		}
	}
}

static void
check_encoded(const struct settings *settings, struct slice image)
{
	struct buf again;

	buf_init(&again, IMAGE_MAX_BYTES);
	TARGET_CHECK(image_encode(settings, &again) == STATUS_OK);
	TARGET_CHECK(slice_equal(buf_slice(&again), image));
	buf_done(&again);
}

/* An image is read whole or not at all, and only if it could have been written so. */
static void
try_image(struct slice image)
{
	char *copy = target_copy(image);
	struct settings *settings = NULL;
	struct error err = { "" };
	enum status status = image_decode(slice_of(copy, image.len), &settings, &err);

	TARGET_CHECK(status == STATUS_OK || status == STATUS_DAMAGED || status == STATUS_REFUSED);
	TARGET_CHECK((status == STATUS_OK) == (settings != NULL));
	if (status == STATUS_OK) {
		check_values(settings);
		check_encoded(settings, image);
	} else {
		check_sentence(&err);
	}
	settings_free(&settings);
	free(copy);
}

/* Damage the checksum does not see: an octet is another, mostly a small number, and the sum fits again. */
static void
try_damage(struct slice image, uint64_t *random)
{
	struct buf damaged;
	char *copy = target_copy(image);
	size_t at = 16 + target_below(random, image.len - 24);

	copy[at] = (char)(target_below(random, 4) > 0 ? target_below(random, 3) : target_random(random));
	buf_init(&damaged, IMAGE_MAX_BYTES);
	buf_put(&damaged, slice_of(copy, image.len - 8));
	wire_put(&damaged, checksum_of(slice_of(copy, image.len - 8)), 8);
	try_image(buf_slice(&damaged));
	buf_done(&damaged);
	free(copy);
}

/* What the children get is what the supervisor read. */
static void
check_image(const struct settings *settings, struct slice input)
{
	uint64_t random = checksum_of(input);
	struct settings *again = NULL;
	struct error err = { "" };
	struct buf image;

	buf_init(&image, IMAGE_MAX_BYTES);
	TARGET_CHECK(image_encode(settings, &image) == STATUS_OK);
	TARGET_CHECK(image_decode(buf_slice(&image), &again, &err) == STATUS_OK);
	check_encoded(again, buf_slice(&image));
	for (unsigned i = 0; i < DAMAGES; i++)
		try_damage(buf_slice(&image), &random);
	settings_free(&again);
	buf_done(&image);
}

static void
try_file(const char *path, struct slice input)
{
	struct settings *settings = NULL;
	struct error err = { "" };
	enum status status = settings_read_file(path, &settings, &err);

	if (status == STATUS_OK) {
		check_values(settings);
		check_image(settings, input);
	} else {
		TARGET_CHECK(status == STATUS_INVALID && settings == NULL);
		TARGET_CHECK(strncmp(err.text, path, strlen(path)) == 0);
		check_sentence(&err);
	}
	settings_free(&settings);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice input = slice_first(slice_of(data, size), FILE_OCTETS_MAX);
	int fd = memfd_create("settings", MFD_CLOEXEC);
	char path[64];

	TARGET_CHECK(fd >= 0);
	TARGET_CHECK(write(fd, input.ptr, input.len) == (ssize_t)input.len);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	try_file(path, input);
	try_image(input);
	(void)close(fd);
	return 0;
}
