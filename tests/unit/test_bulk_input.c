/* SPDX-License-Identifier: ISC */
/* The file of signetctl bulk: what of it becomes calls, and what is wrong with it, line by line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/bulk/field.h"
#include "ctl/bulk/input.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIT(text) SLICE_LITERAL(text)
#define HANDLE "sk_00112233445566778899aabbccddeeff"

/* What is complained about: "line: sentence\n"… */
struct complaints {
	struct buf text;
};

static void
complain(void *context, unsigned line, const char *sentence)
{
	struct complaints *complaints = context;

	buf_put_format(&complaints->text, "%u: %s\n", line, sentence);
}

/* "line{parameters};"…, or the complaints. */
static enum status
show(struct slice text, struct buf *shown)
{
	struct complaints complaints;
	struct input input;
	enum status status;

	buf_init(&complaints.text, 1U << 20);
	input_init(&input);
	status = input_read(&input, text, complain, &complaints);
	for (size_t i = 0; status == STATUS_OK && i < input.count; i++) {
		buf_put_u64(shown, input.lines[i].number);
		json_write(input.lines[i].parameters, false, shown);
		buf_put_char(shown, ';');
	}
	if (status != STATUS_OK)
		buf_put(shown, buf_slice(&complaints.text));
	input_done(&input);
	buf_done(&complaints.text);
	return status;
}

static const struct {
	struct slice text;
	const char *shown;
} good_cases[] = {
	{ LIT("domain\nexample.com\n"), "2{\"domain\":\"example.com\"};" },
	{ LIT("\xef\xbb\xbf" "domain\r\nexample.com\r\n"), "2{\"domain\":\"example.com\"};" },
	{ LIT("domain\n"), "" },
	{ LIT("domain\n\n\nM\xc3\xbcnchen.DE.\n"), "4{\"domain\":\"xn--mnchen-3ya.de\"};" },
	{ LIT("\"domain\",\"org\"\n\"a.example\",\"acme\"\n\"b.example\",\n"),
	    "2{\"domain\":\"a.example\",\"org\":\"acme\"};3{\"domain\":\"b.example\"};" },
	{ LIT("org,domain,domain_match,algorithm,key_size,publication,test_mode\n"
	      ",a.example,DomainAndSubdomains,rsa-sha256,4096,direct,on\n"
	      ",b.example,,ed25519-sha256,,delegated,false\n"),
	    "2{\"domain\":\"a.example\",\"domain_match\":\"DomainAndSubdomains\",\"algorithm\":\"rsa-sha256\","
	    "\"key_size\":4096,\"publication\":\"direct\",\"test_mode\":true};"
	    "3{\"domain\":\"b.example\",\"algorithm\":\"ed25519-sha256\",\"publication\":\"delegated\","
	    "\"test_mode\":false};" },
	{ LIT("domain,selector,alternate_selector\na.example,S1,s2.mail\n"),
	    "2{\"domain\":\"a.example\",\"selector\":\"s1\",\"alternate_selector\":\"s2.mail\"};" },
	{ LIT("domain,org,private_key\na.example,acme," HANDLE "\n"),
	    "2{\"domain\":\"a.example\",\"org\":\"acme\",\"private_key\":\"" HANDLE "\"};" },
	{ LIT("{\"domain\":\"example.com\"}"), "1{\"domain\":\"example.com\"};" },
	{ LIT("\xef\xbb\xbf\r\n {\"domain\":\"a.example\",\"org\":null}\r\n\n"
	      "{\"key_size\":2048,\"test_mode\":true,\"domain\":\"B.example.\"}\n"),
	    "2{\"domain\":\"a.example\"};4{\"key_size\":2048,\"test_mode\":true,\"domain\":\"b.example\"};" },
	/* side by side */
	{ LIT("domain,domain_match,algorithm,org\n"
	      "a.example,DomainOnly,,\na.example,SubdomainsOnly,,\n"
	      "a.example,DomainAndSubdomains,ed25519-sha256,\na.example,DomainAndSubdomains,,acme\n"),
	    "2{\"domain\":\"a.example\",\"domain_match\":\"DomainOnly\"};"
	    "3{\"domain\":\"a.example\",\"domain_match\":\"SubdomainsOnly\"};"
	    "4{\"domain\":\"a.example\",\"domain_match\":\"DomainAndSubdomains\","
	    "\"algorithm\":\"ed25519-sha256\"};"
	    "5{\"domain\":\"a.example\",\"domain_match\":\"DomainAndSubdomains\",\"org\":\"acme\"};" },
};

static void
bulk_input__becomes_calls(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good_cases); i++) {
		struct buf shown;

		buf_init(&shown, 1U << 20);
		if (show(good_cases[i].text, &shown) != STATUS_OK)
			fail_msg("case %zu: %s", i, buf_text(&shown));
		assert_string_equal(buf_text(&shown), good_cases[i].shown);
		buf_done(&shown);
	}
}

static const struct {
	struct slice text;
	const char *says[4]; /* one after the other */
} bad_cases[] = {
	{ LIT(""), { "1: the file is empty\n" } },
	{ LIT("\n\n"), { "the file is empty\n" } },
	{ LIT("domain,colour\na.example,red\n"), { "1: there is no field \"colour\"; there are: domain, org, " } },
	{ LIT("\n\ndomain,Domain\n"), { "3: there is no field \"Domain\"" } },
	{ LIT("domain;org\na.example;x\n"), { "1: the fields must be separated by commas" } },
	{ LIT("domain\torg\na.example\tx\n"), { "1: the fields must be separated by commas" } },
	{ LIT("domain,org,domain\n"), { "1: two columns domain\n" } },
	{ LIT("org\nacme\n"), { "2: domain is missing\n" } },
	{ LIT("domain,org\na.example\nb.example,x,y\n"),
	    { "2: 1 fields, where the header has 2\n", "3: 3 fields, where the header has 2\n" } },
	{ LIT("domain\nexample\na..example\n192.0.2.1\n[::1]\n"),
	    { "2: ", "\n3: ", "\n4: ", "\n5: " } },
	{ LIT("domain,org\na.example,a b\n"), { "2: " } },
	{ LIT("domain,selector\na.example,a b\n"), { "2: " } },
	{ LIT("domain,alternate_selector\na.example,a b\n"), { "2: " } },
	{ LIT("domain,algorithm\na.example,rsa-sha1\n"),
	    { "2: algorithm is none of: rsa-sha256, ed25519-sha256\n" } },
	{ LIT("domain,domain_match\na.example,domainonly\n"), { "2: domain_match is none of: DomainOnly, " } },
	{ LIT("domain,publication\na.example,dns\n"), { "2: publication is none of: direct, delegated\n" } },
	{ LIT("domain,key_size\na.example,2k\na.example,-1\n"),
	    { "2: key_size is no number", "3: key_size is no number" } },
	{ LIT("domain,algorithm,key_size\na.example,,1024\nb.example,ed25519-sha256,2048\n"),
	    { "2: RSA keys are made with 2048, 3072 or 4096 bits, not 1024\n",
	        "3: an Ed25519 key has 256 bits, not 2048" } },
	{ LIT("domain,test_mode\na.example,yes\n"), { "2: test_mode is neither on nor off\n" } },
	{ LIT("domain,private_key\na.example,sk_1\n"), { "2: private_key is not sk_ and 32 hex digits\n" } },
	{ LIT("domain,private_key,selector\na.example," HANDLE ",s1\n"),
	    { "2: private_key joins a key set, which has its selector already" } },
	{ LIT("domain\n\xff.example\n"), { "2: domain is not UTF-8\n" } },
	{ LIT("domain\na.example\n\"b.example\n"), { "3: a quoted field begins here and does not end\n" } },
	{ LIT("domain\na.example\nb.example\nA.Example.\n"), { "4: the same key as in line 2" } },
	{ LIT("domain,algorithm\na.example,\na.example,rsa-sha256\n"), { "3: the same key as in line 2" } },
	{ LIT("domain,selector\na.example,s1\na.example,s2\n"), { "3: the same key as in line 2" } },
	{ LIT("domain,domain_match\na.example,DomainAndSubdomains\na.example,DomainOnly\n"),
	    { "3: DomainOnly covers what DomainAndSubdomains in line 2 does, too: write SubdomainsOnly" } },
	{ LIT("domain,domain_match\na.example,SubdomainsOnly\na.example,DomainAndSubdomains\n"),
	    { "3: DomainAndSubdomains covers what SubdomainsOnly in line 2 does, too: write DomainOnly" } },
	/* JSON lines */
	{ LIT("{\"domain\":\"a.example\"}\n{\"domain\":\n"), { "2: no JSON" } },
	{ LIT("{\"domain\":\"a.example\"}\n[]\ndomain\n"), { "2: no JSON object", "3: no JSON" } },
	{ LIT("{\"domain\":\"a.example\",\"colour\":1}\n"), { "1: there is no field \"colour\"" } },
	{ LIT("{\"domain\":\"a.example\",\"domain\":\"b.example\"}\n"), { "1: no JSON" } },
	{ LIT("{\"domain\":7}\n{\"domain\":null}\n{}\n"),
	    { "1: domain is not a text\n", "2: domain is missing\n", "3: domain is missing\n" } },
	{ LIT("{\"domain\":\"a.example\",\"key_size\":\"2048\"}\n"), { "1: key_size is not a number\n" } },
	{ LIT("{\"domain\":\"a.example\",\"test_mode\":\"on\"}\n"), { "1: test_mode is not true or false\n" } },
	{ LIT("{\"domain\":\"a.example\",\"algorithm\":1}\n"), { "1: algorithm is not a text\n" } },
	{ LIT("{\"domain\":\"a.example\"}\n{\"domain\":\"a.example\"}\n"), { "2: the same key as in line 1" } },
};

static void
bulk_input__tells_each_line_that_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad_cases); i++) {
		struct buf shown;
		const char *at;

		buf_init(&shown, 1U << 20);
		assert_int_equal(show(bad_cases[i].text, &shown), STATUS_INVALID);
		at = buf_text(&shown);
		for (size_t j = 0; j < COUNT(bad_cases[i].says) && bad_cases[i].says[j] != NULL; j++) {
			const char *found = strstr(at, bad_cases[i].says[j]);

			if (found == NULL)
				fail_msg("case %zu: \"%s\" is not in: %s", i, bad_cases[i].says[j], at);
			at = found + 1;
		}
		buf_done(&shown);
	}
}

/* A handle is a capability: no sentence repeats it. */
static void
bulk_input__keeps_handles_to_itself(void **state)
{
	static const struct slice texts[] = {
		LIT("domain,private_key\na.example," HANDLE "0\n"),
		LIT("domain,private_key,key_size\na.example," HANDLE ",2048\n"),
		LIT("domain,private_key\na.example," HANDLE "\na.example," HANDLE "\n"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct buf shown;

		buf_init(&shown, 1U << 20);
		assert_int_equal(show(texts[i], &shown), STATUS_INVALID);
		assert_null(strstr(buf_text(&shown), "sk_0"));
		buf_done(&shown);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bulk_input__becomes_calls),
		cmocka_unit_test(bulk_input__tells_each_line_that_is_wrong),
		cmocka_unit_test(bulk_input__keeps_handles_to_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
