/* SPDX-License-Identifier: ISC */
#include "verdict/trail_question.h"

#include "verdict/key_seen.h"
#include "verdict/sentence.h"

bool
trail_question_is_delegated(const struct trail_question *q)
{
	return q->expected->target[0] != '\0';
}

void
trail_question_advise(const struct trail_question *q, struct verdict *verdict)
{
	if (trail_question_is_delegated(q))
		SENTENCE_SET(verdict->advice, "make %s a CNAME to %s",
		    sentence_name(q->expected->name).text, sentence_name(q->expected->target).text);
	else
		SENTENCE_SET(verdict->advice,
		    "publish the TXT record that signetctl records prints, at %s",
		    sentence_name(q->expected->name).text);
}

bool
trail_question_is_ours(const struct trail_question *q, const struct sight_text *text)
{
	struct key_seen key;
	uint8_t hash[DIGEST_SIZE];

	key_seen_find(slice_of(text->bytes, text->len), &key);
	return key_seen_hash(&key, hash) == STATUS_OK &&
	    memcmp(hash, q->expected->key_sha256, sizeof(hash)) == 0;
}
