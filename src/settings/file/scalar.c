/* SPDX-License-Identifier: ISC */
#include "settings/file/reader.h"

#include "settings/build.h"
#include "settings/value.h"

/* A libconfig value as the text that its row reads; number holds what has to be printed. */
static enum status
take_text(const struct table_row *row, const config_setting_t *at, struct buf *number,
    struct slice *ret_text)
{
	int type = config_setting_type(at);

	if (type == CONFIG_TYPE_STRING && value_is_quoted(row)) {
		*ret_text = slice_from_text(config_setting_get_string(at));
		return STATUS_OK;
	}
	if (type == CONFIG_TYPE_BOOL && row->type == TYPE_FLAG)
		buf_put_text(number, config_setting_get_bool(at) != 0 ? "true" : "false");
	else if (type == CONFIG_TYPE_INT && row->type == TYPE_NUMBER)
		buf_put_format(number, "%d", config_setting_get_int(at));
	else
		return STATUS_INVALID;
	*ret_text = buf_slice(number);
	return buf_status(number);
}

enum status
scalar_read(struct reader *r, const struct table_row *row, unsigned index, unsigned group,
    const config_setting_t *at, const char *place)
{
	char storage[32];
	struct slice text;
	struct buf printed;
	uint64_t number = 0;
	enum status status;

	buf_init_fixed(&printed, storage, sizeof(storage));
	if (take_text(row, at, &printed, &text) != STATUS_OK)
		status = error_set(
		    r->err, STATUS_INVALID, "wrong type; write %s", value_wanted(row));
	else
		status = value_parse(row, text, &number, r->err);
	if (status != STATUS_OK)
		return fail_value(r, at, place, row->name);
	if (build_set(r->settings, row->setting, index, number, text) != STATUS_OK)
		return fail_memory(r);
	build_place(r->settings, row->setting, index, group, config_setting_source_line(at));
	return STATUS_OK;
}
