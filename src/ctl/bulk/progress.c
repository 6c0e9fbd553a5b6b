/* SPDX-License-Identifier: ISC */
#include "ctl/bulk/progress.h"

#include <stdio.h>
#include <unistd.h>

#define DRAW_MS 200
#define LINE_MS 10000
#define LINE_SIZE 128

#define MS_PER_S 1000
#define S_PER_MINUTE 60
#define S_PER_HOUR 3600

void
progress_init(struct progress *progress, bool is_wanted, size_t total, int64_t now_ms)
{
	bool is_terminal = isatty(STDERR_FILENO) == 1;

	*progress = (struct progress){
		.is_wanted = is_wanted || is_terminal,
		.is_terminal = is_terminal,
		.total = total,
		.began_ms = now_ms,
		.next_ms = now_ms + (is_terminal ? DRAW_MS : LINE_MS),
	};
}

static void
put_duration(struct buf *out, uint64_t seconds)
{
	if (seconds >= S_PER_HOUR)
		buf_put_format(out, "%ju h %ju min", (uintmax_t)(seconds / S_PER_HOUR),
		    (uintmax_t)(seconds % S_PER_HOUR / S_PER_MINUTE));
	else if (seconds >= S_PER_MINUTE)
		buf_put_format(out, "%ju min %ju s", (uintmax_t)(seconds / S_PER_MINUTE),
		    (uintmax_t)(seconds % S_PER_MINUTE));
	else
		buf_put_format(out, "%ju s", (uintmax_t)seconds);
}

void
progress_put(struct buf *out, size_t done, size_t total, int64_t elapsed_ms)
{
	uint64_t tenths;

	buf_put_format(out, "%zu of %zu", done, total);
	if (done == 0 || elapsed_ms <= 0)
		return;
	tenths = (uint64_t)done * 10 * MS_PER_S / (uint64_t)elapsed_ms;
	buf_put_format(out, ", %ju.%ju a second, ", (uintmax_t)(tenths / 10), (uintmax_t)(tenths % 10));
	put_duration(out, (uint64_t)elapsed_ms * (total - done) / done / MS_PER_S);
	buf_put_text(out, " left");
}

void
progress_show(struct progress *progress, size_t done, int64_t now_ms)
{
	char storage[LINE_SIZE];
	struct buf line;

	if (!progress->is_wanted || now_ms < progress->next_ms)
		return;
	progress->next_ms = now_ms + (progress->is_terminal ? DRAW_MS : LINE_MS);
	buf_init_fixed(&line, storage, sizeof(storage));
	progress_put(&line, done, progress->total, now_ms - progress->began_ms);
	(void)fprintf(stderr, progress->is_terminal ? "\r\033[K%s" : "%s\n", buf_text(&line));
	progress->is_drawn = progress->is_terminal;
}

void
progress_clear(struct progress *progress)
{
	if (progress->is_drawn)
		(void)fputs("\r\033[K", stderr);
	progress->is_drawn = false;
}
