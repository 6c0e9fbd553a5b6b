/* SPDX-License-Identifier: ISC */
#include "milter/rewriting.h"

#include "base/buf.h"

/* An address, or an organization. */
#define VALUE_SIZE 320

bool
rewriting_needs_header(const struct options *options)
{
	bool needs = options->stamp_header[0] != '\0';

	for (size_t i = 0; i < options->decide.rewrite_count; i++)
		needs = needs || options->decide.rewrites[i].sender_header != NULL;
	return needs;
}

bool
rewriting_needs_sender(const struct options *options)
{
	bool needs = false;

	for (size_t i = 0; i < options->decide.rewrite_count; i++)
		needs = needs || options->decide.rewrites[i].envelope_sender != NULL;
	return needs;
}

static enum status
replace(struct rewriting *rewriting, const char *name, const char *text, struct header_block *header)
{
	char storage[VALUE_SIZE];
	struct buf value;
	size_t removed;
	enum status status;

	buf_init_fixed(&value, storage, sizeof(storage));
	buf_put_char(&value, ' ');
	buf_put_text(&value, text);
	status = buf_status(&value);
	if (status == STATUS_OK)
		status = header_replace(header, slice_from_text(name), buf_slice(&value), &removed);
	if (status != STATUS_OK)
		return status;
	rewriting->fields[rewriting->field_count].name = name;
	rewriting->fields[rewriting->field_count++].removed = removed;
	return STATUS_OK;
}

enum status
rewriting_begin(struct rewriting *rewriting, const struct options *options,
    const struct verdict *verdict, struct header_block *header)
{
	const struct decide_rewrite *wanted = &verdict->rewrite;
	enum status status = STATUS_OK;

	*rewriting = (struct rewriting){ .envelope_sender = wanted->envelope_sender };
	if (wanted->sender_header != NULL)
		status = replace(rewriting, "Sender", wanted->sender_header, header);
	if (status == STATUS_OK && options->stamp_header[0] != '\0')
		status = replace(rewriting, options->stamp_header, verdict->org, header);
	return status;
}

bool
rewriting_is_allowed(const struct rewriting *rewriting, const struct session_rights *rights)
{
	bool is = rewriting->envelope_sender == NULL || rights->may_change_sender;

	for (size_t i = 0; i < rewriting->field_count; i++)
		is = is && (rewriting->fields[i].removed == 0 || rights->may_change_header);
	return is;
}

/* From the last on, so that the numbers of those before stay. */
static enum status
put_field(const char *name, size_t removed, const struct header_block *header,
    const struct session_editor *editor)
{
	const struct header_field *field = header_find(header, slice_from_text(name));
	enum status status = STATUS_OK;

	for (size_t i = removed; i > 0 && status == STATUS_OK; i--)
		status = editor->remove(editor->context, name, i);
	return status == STATUS_OK ? editor->insert(editor->context, name, field->value) : status;
}

enum status
rewriting_end(const struct rewriting *rewriting, const struct header_block *header,
    const struct session_editor *editor)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < rewriting->field_count && status == STATUS_OK; i++)
		status = put_field(rewriting->fields[i].name, rewriting->fields[i].removed, header, editor);
	if (status == STATUS_OK && rewriting->envelope_sender != NULL)
		status = editor->set_sender(editor->context, rewriting->envelope_sender);
	return status;
}
