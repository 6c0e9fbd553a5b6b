/* SPDX-License-Identifier: ISC */
/*
 * replay_TARGET [-n MUTATIONS] [-s SEED] [FILE...]
 *
 * Runs a fuzz target without a fuzzing engine: over its corpus, and then over
 * mutations of it, the same ones every time. With files it runs those alone:
 * an input that broke something. TAP on standard output.
 *
 * The target runs in a child, so that whatever ends it, a failed check, a
 * signal or a sanitizer, the input that did it is known and shown.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/scan.h"
#include "material.h"
#include "target.h"

#define INPUT_MAX (1U << 20)
/* A mutation grows a small seed up to this, so that thousands of them take seconds. */
#define MUTATION_MAX 1024
#define MUTATIONS 20000
#define SEED 1

/* Of parent and child: what is being tried. */
struct present {
	size_t number; /* from 1; 0 before the first */
	size_t len;
	char bytes[INPUT_MAX];
};

struct plan {
	struct mutate_material material;
	uint64_t mutations;
	uint64_t random;
	struct present *present;
};

/* ---- trying ---- */

static void
try_present(struct present *present)
{
	present->number++;
	(void)LLVMFuzzerTestOneInput((const uint8_t *)present->bytes, present->len);
}

static void
take_seed(struct present *present, struct slice seed)
{
	if (seed.len > 0)
		memcpy(present->bytes, seed.ptr, seed.len);
	present->len = seed.len;
}

static void
try_seeds(struct plan *plan)
{
	for (size_t i = 0; i < plan->material.seed_count; i++) {
		take_seed(plan->present, plan->material.seeds[i]);
		try_present(plan->present);
	}
}

static void
try_mutations(struct plan *plan)
{
	const struct mutate_material *material = &plan->material;

	for (uint64_t left = plan->mutations; left > 0; left--) {
		struct slice seed = material->seeds[target_below(&plan->random, material->seed_count)];
		struct mutate_input input = { .bytes = plan->present->bytes };

		take_seed(plan->present, seed);
		input.len = seed.len;
		input.max = seed.len > MUTATION_MAX ? seed.len : MUTATION_MAX;
		mutate(&input, material, &plan->random);
		plan->present->len = input.len;
		try_present(plan->present);
	}
}

/* ---- telling ---- */

/* As a string of C, to be pasted into a test. */
static void
print_input(struct slice input)
{
	printf("# input %zu octets\n# \"", input.len);
	for (size_t i = 0; i < input.len; i++) {
		unsigned char c = (unsigned char)input.ptr[i];

		if (c == '\\' || c == '"')
			printf("\\%c", c);
		else if (c >= ' ' && c < 0x7f)
			(void)putchar(c);
		else
			printf("\\%03o", c);
	}
	printf("\"\n");
}

/* What became of the child; the leak checker speaks after the last input. */
static void
print_end(int wait_status, const struct present *present)
{
	if (WIFSIGNALED(wait_status))
		printf("# ended by signal %d at input %zu\n", WTERMSIG(wait_status), present->number);
	else
		printf("# ended with code %d at input %zu\n", WEXITSTATUS(wait_status), present->number);
	print_input(slice_of(present->bytes, present->len));
}

/* One test: run in a child. */
static bool
run(unsigned number, const char *what, void (*try)(struct plan *plan), struct plan *plan)
{
	int wait_status;
	pid_t child;

	plan->present->number = 0;
	(void)fflush(stdout);
	child = fork();
	if (child < 0)
		err(EXIT_FAILURE, "fork");
	if (child == 0) {
		try(plan);
		exit(EXIT_SUCCESS);
	}
	if (waitpid(child, &wait_status, 0) != child)
		err(EXIT_FAILURE, "waitpid");
	printf("%s %u - %s: %zu inputs\n", wait_status == 0 ? "ok" : "not ok", number, what,
	    plan->present->number);
	if (wait_status != 0)
		print_end(wait_status, plan->present);
	return wait_status == 0;
}

/* ---- starting ---- */

static struct present *
share_present(void)
{
	struct present *present = mmap(NULL, sizeof(*present), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (present == MAP_FAILED)
		err(EXIT_FAILURE, "mmap");
	return present;
}

static uint64_t
parse_number(const char *text)
{
	uint64_t number;

	if (scan_u64(slice_from_text(text), UINT64_MAX, &number) != STATUS_OK)
		errx(EXIT_FAILURE, "%s: not a number", text);
	return number;
}

static struct slice
read_seed(const char *path)
{
	struct slice seed = material_read_file(path);

	if (seed.len > INPUT_MAX)
		errx(EXIT_FAILURE, "%s: too large", path);
	return seed;
}

/* Only the files named. */
static int
run_files(int count, char **paths, struct plan *plan)
{
	bool is_good = true;

	printf("1..%d\n", count);
	plan->material.seed_count = 1;
	for (int i = 0; i < count; i++) {
		struct slice seed = read_seed(paths[i]);

		plan->material.seeds = &seed;
		is_good &= run((unsigned)i + 1, paths[i], try_seeds, plan);
	}
	return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The program is called replay_TARGET. */
static const char *
target_name(void)
{
	const char *name = strchr(program_invocation_short_name, '_');

	if (name == NULL)
		errx(EXIT_FAILURE, "called by a name without a target");
	return name + 1;
}

static int
run_corpus(struct plan *plan)
{
	bool is_good;

	printf("1..2\n");
	material_read(FUZZ_DIRECTORY, target_name(), &plan->material);
	is_good = run(1, "the corpus", try_seeds, plan);
	is_good &= run(2, "mutations of it", try_mutations, plan);
	return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	struct plan plan = { .mutations = MUTATIONS, .random = SEED, .present = share_present() };
	int option;

	while ((option = getopt(argc, argv, "n:s:")) != -1) {
		if (option == 'n')
			plan.mutations = parse_number(optarg);
		else if (option == 's')
			plan.random = parse_number(optarg);
		else
			errx(EXIT_FAILURE, "usage: [-n MUTATIONS] [-s SEED] [FILE...]");
	}
	if (optind < argc)
		return run_files(argc - optind, argv + optind, &plan);
	return run_corpus(&plan);
}
