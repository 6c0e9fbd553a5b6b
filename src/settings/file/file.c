/* SPDX-License-Identifier: ISC */
#include "settings/settings.h"

#include "settings/build.h"
#include "settings/file/reader.h"
#include "settings/load.h"
#include "settings/prescan.h"

static enum status
read_root(struct reader *r)
{
	enum status status =
	    group_read(r, SECTION_TOP, 0, config_root_setting(&r->config), "");

	for (enum setting_section i = SECTION_TOP + 1; i < SECTION_COUNT && status == STATUS_OK; i++)
		status = table_section(i)->is_list ? groups_read(r, i) : group_read_section(r, i);
	return status == STATUS_OK ? together_check(r) : status;
}

/* What libconfig says, and what to do about it. */
static const struct {
	const char *text;
	const char *ours;
} syntax_errors[] = {
	{ "duplicate setting name", "this name is set twice; remove one of the two" },
	{ "mismatched element type in array",
	    "values of a list are of one type; write all in quotes" },
	{ "memory exhausted", "brackets are nested too deep; write it with fewer" },
	{ "syntax error",
	    "this is not understood; look for a missing \" = ; or bracket, or a comma too many, here or above" },
};

/* What is found before there are settings knows its line alone, and that has mostly a name. */
static enum status
fail_text(struct reader *r, struct slice text, unsigned line)
{
	struct slice name = prescan_name(text, line);

	if (name.len > 0)
		(void)error_prepend(r->err, STATUS_INVALID, "%.*s", SLICE_PRINT(name));
	return fail_at(r, line);
}

static enum status
fail_syntax(struct reader *r, struct slice content)
{
	const char *text = config_error_text(&r->config);
	const char *ours = NULL;

	for (size_t i = 0; i < sizeof(syntax_errors) / sizeof(syntax_errors[0]); i++) {
		if (text != NULL && strcmp(syntax_errors[i].text, text) == 0)
			ours = syntax_errors[i].ours;
	}
	if (ours == NULL)
		ours = text != NULL ? text : "cannot be read";
	(void)error_set(r->err, STATUS_INVALID, "%s", ours);
	return fail_text(r, content, (unsigned)config_error_line(&r->config));
}

static enum status
read_text(struct reader *r, struct buf *content)
{
	unsigned line = 0;
	enum status status = prescan_check(buf_slice(content), &line, r->err);

	if (status != STATUS_OK)
		return fail_text(r, buf_slice(content), line);
	if (config_read_string(&r->config, buf_text(content)) == CONFIG_FALSE)
		return fail_syntax(r, buf_slice(content));
	if (build_new(&r->settings) != STATUS_OK)
		return fail_memory(r);
	if (build_set_path(r->settings, slice_from_text(r->path)) != STATUS_OK)
		status = fail_memory(r);
	else
		status = read_root(r);
	if (status != STATUS_OK)
		settings_free(&r->settings);
	return status;
}

enum status
settings_read_file(const char *path, struct settings **ret_settings, struct error *err)
{
	struct error text = { "" };
	struct reader r = { .path = path, .err = err != NULL ? err : &text };
	struct buf content;
	enum status status;

	buf_init(&content, LOAD_MAX_BYTES + 1);
	config_init(&r.config);
	status = load_file(path, &content, r.err);
	if (status == STATUS_OK)
		status = read_text(&r, &content);
	config_destroy(&r.config);
	buf_done(&content);
	if (status == STATUS_OK)
		*ret_settings = r.settings;
	return status;
}
