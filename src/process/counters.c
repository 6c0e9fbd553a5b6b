/* SPDX-License-Identifier: ISC */
#include "process/counters.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/checksum.h"
#include "base/wire.h"

#define MAGIC UINT64_C(0x7369676e65746364) /* "signetcd" */
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

_Static_assert(sizeof(struct counter) == sizeof(uint64_t), "a cell is a number and nothing else");

const uint64_t counters_bounds_us[COUNTERS_BOUNDS] = {
	100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000,
	5000000, 10000000,
};

static struct counters unread;
static struct counters *own = &unread;

struct counters *
counters_own(void)
{
	return own;
}

void
counters_observe_us(struct counters_histogram *histogram, uint64_t us)
{
	size_t i = 0;

	while (i < COUNTERS_BOUNDS && us > counters_bounds_us[i])
		i++;
	counter_add(&histogram->buckets[i], 1);
	counter_add(&histogram->sum_us, us);
}

/* ---- the layout ---- */

#define FIELD(name) { #name, offsetof(struct counters, name), sizeof(((struct counters *)0)->name) }

/* In their order: what follows the last begins where the struct ends. */
static const struct field {
	const char *name;
	size_t offset;
	size_t size;
} fields[] = {
	FIELD(log_dropped),
	FIELD(messages),
	FIELD(signatures),
	FIELD(header_bytes),
	FIELD(body_bytes),
	FIELD(connections),
	FIELD(connections_refused),
	FIELD(sessions_open),
	FIELD(answer),
	FIELD(vault_wait),
	FIELD(vault_waiting),
	FIELD(vault_signatures),
	FIELD(vault_failures),
	FIELD(cache_hits),
	FIELD(cache_misses),
	FIELD(dns_looks),
	FIELD(dns_updates),
	FIELD(keys),
	FIELD(troubles),
	FIELD(next_rotation_at),
	FIELD(oldest_check_at),
	FIELD(oldest_key_at),
	FIELD(measured_at),
	FIELD(restarts),
	FIELD(children),
	FIELD(children_ready),
	FIELD(started_at),
};

uint64_t
counters_layout(void)
{
	char storage[2048];
	struct buf b;

	buf_init_fixed(&b, storage, sizeof(storage));
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		buf_put_text(&b, fields[i].name);
		wire_put(&b, fields[i].offset, 4);
		wire_put(&b, fields[i].size, 4);
	}
	/* a field that the list forgets moves the end */
	wire_put(&b, sizeof(struct counters), 4);
	return checksum_of(buf_slice(&b));
}

/* ---- pages ---- */

static enum status
write_head(int fd, struct error *err)
{
	const struct counters page = { .magic = MAGIC, .layout = counters_layout() };

	if (ftruncate(fd, sizeof(page)) != 0 ||
	    pwrite(fd, &page, sizeof(page), 0) != (ssize_t)sizeof(page))
		return error_set_errno(err, "cannot make a page of counters");
	/* its size is what readers rely on */
	if (fcntl(fd, F_ADD_SEALS, SEALS) != 0)
		return error_set_errno(err, "cannot seal a page of counters");
	return STATUS_OK;
}

enum status
counters_make(int *ret_fd, struct error *err)
{
	int fd = memfd_create("counters", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	enum status status;

	if (fd < 0)
		return error_set_errno(err, "cannot make a page of counters");
	status = write_head(fd, err);
	if (status == STATUS_OK)
		*ret_fd = fd;
	else
		(void)close(fd);
	return status;
}

enum status
counters_open_reading(int fd, int *ret_fd, struct error *err)
{
	char path[40];
	int reading;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	reading = open(path, O_RDONLY | O_CLOEXEC);
	if (reading < 0)
		return error_set_errno(err, "cannot open a page of counters for reading");
	*ret_fd = reading;
	return STATUS_OK;
}

/* Neither the size nor what it is taken for is left to whoever else has it. */
static enum status
check_page(int fd, struct error *err)
{
	uint64_t head[2] = { 0, 0 };
	struct stat st;
	int seals = fcntl(fd, F_GET_SEALS);

	if (seals < 0 || (seals & SEALS) != SEALS)
		return error_set(err, STATUS_INVALID, "the page of counters is not sealed");
	if (fstat(fd, &st) != 0 || st.st_size != (off_t)sizeof(struct counters) ||
	    pread(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head) || head[0] != MAGIC ||
	    head[1] != counters_layout())
		return error_set(err, STATUS_INVALID, "the page of counters is another build's");
	return STATUS_OK;
}

static enum status
map(int fd, int protection, void **ret_page, struct error *err)
{
	enum status status = check_page(fd, err);
	void *page;

	if (status != STATUS_OK)
		return status;
	page = mmap(NULL, sizeof(struct counters), protection, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		return error_set_errno(err, "cannot map a page of counters");
	*ret_page = page;
	return STATUS_OK;
}

enum status
counters_open(int fd, struct error *err)
{
	void *page;
	enum status status = map(fd, PROT_READ | PROT_WRITE, &page, err);

	if (status != STATUS_OK)
		return status;
	own = page;
	counter_set(&own->sessions_open, 0);
	counter_set(&own->vault_waiting, 0);
	return STATUS_OK;
}

enum status
counters_map(int fd, const struct counters **ret_page, struct error *err)
{
	void *page;
	enum status status = map(fd, PROT_READ, &page, err);

	if (status == STATUS_OK)
		*ret_page = page;
	return status;
}
