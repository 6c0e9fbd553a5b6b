/* SPDX-License-Identifier: ISC */
#include "verdict/story.h"

#define LINE_MAX_OCTETS 640
#define TEXT_SHOWN 96 /* octets of a record; the rest is counted */

static const char *const outcomes[] = {
	[SIGHT_NONE] = "not asked",
	[SIGHT_ANSWERED] = "no TXT record",
	[SIGHT_NO_NAME] = "no such name",
	[SIGHT_REFUSED] = "refused",
	[SIGHT_SILENT] = "no answer",
	[SIGHT_UNUSABLE] = "no usable answer",
};

static const char *const chains[] = {
	[SIGHT_CHAIN_ENDS] = "",
	[SIGHT_CHAIN_LOOPS] = "the CNAMEs run in a circle",
	[SIGHT_CHAIN_TOO_LONG] = "too many CNAMEs",
};

/* The line as a whole, or nothing of it. */
static void
put_line(struct buf *out, const struct buf *line)
{
	struct slice text = buf_slice(line);

	if (buf_status(line) != STATUS_OK || out->len + text.len + 1 >= out->max_bytes)
		return;
	for (size_t i = 0; i < text.len; i++) {
		bool is_printable = text.ptr[i] >= ' ' && text.ptr[i] <= '~';

		buf_put_char(out, is_printable ? text.ptr[i] : '?');
	}
	buf_put_char(out, '\n');
}

static void
tell_hop(const char *server, const struct sight_hop *hop, struct buf *out)
{
	char storage[2 * LINE_MAX_OCTETS];
	struct buf line;

	buf_init_fixed(&line, storage, sizeof(storage));
	buf_put_format(&line, "%s: %s %u CNAME %s%s", server, hop->owner, (unsigned)hop->ttl,
	    hop->target, hop->has_others ? " (beside other records)" : "");
	put_line(out, &line);
}

static void
tell_text(const char *server, const char *owner, const struct sight_text *text, struct buf *out)
{
	char storage[2 * LINE_MAX_OCTETS];
	struct slice shown = slice_first(slice_of(text->bytes, text->len), TEXT_SHOWN);
	struct buf line;

	buf_init_fixed(&line, storage, sizeof(storage));
	buf_put_format(&line, "%s: %s %u TXT \"", server, owner, (unsigned)text->ttl);
	buf_put(&line, shown);
	buf_put_format(&line, "%s\" (%zu octets in %u strings)", shown.len < text->len ? "..." : "",
	    text->len, text->string_count);
	put_line(out, &line);
}

static void
tell_outcome(const struct sight *sight, const char *owner, struct buf *out)
{
	char storage[2 * LINE_MAX_OCTETS];
	struct buf line;

	buf_init_fixed(&line, storage, sizeof(storage));
	buf_put_format(&line, "%s: %s: %s", sight->server, owner,
	    sight->chain != SIGHT_CHAIN_ENDS ? chains[sight->chain] : outcomes[sight->outcome]);
	if (sight->outcome == SIGHT_REFUSED)
		buf_put_format(&line, " (rcode %u)%s", sight->rcode,
		    sight->is_bogus ? ", answered without checking DNSSEC" : "");
	put_line(out, &line);
}

static void
tell_sight(const struct sight *sight, struct buf *out)
{
	const char *owner =
	    sight->hop_count == 0 ? sight->asked : sight->hops[sight->hop_count - 1].target;

	if (sight->outcome == SIGHT_NONE)
		return;
	for (unsigned i = 0; i < sight->hop_count; i++)
		tell_hop(sight->server, &sight->hops[i], out);
	for (unsigned i = 0; i < sight->text_count && i < SIGHT_TEXTS_MAX; i++)
		tell_text(sight->server, owner, &sight->texts[i], out);
	/* a server that has the CNAME alone has said all it can */
	if (sight->text_count == 0 && (sight->hop_count == 0 || !sight->is_authoritative))
		tell_outcome(sight, owner, out);
}

static void
tell_zone(const struct observation_zone *zone, struct buf *out)
{
	for (unsigned i = 0; i < zone->server_count; i++)
		tell_sight(&zone->servers[i], out);
}

void
story_tell(const struct observation *observation, struct buf *out)
{
	tell_sight(&observation->resolver, out);
	tell_zone(&observation->zone, out);
	tell_zone(&observation->target, out);
	tell_sight(&observation->doubled, out);
}
