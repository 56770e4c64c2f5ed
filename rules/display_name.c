/* Looks for a second address in what should be a name. Keeps nothing of the
 * text, and judges no address. */
#include "config.h"

#include "rules/display_name.h"

#include <string.h>

#include "rules/ascii.h"

struct span {
	const char *text;
	size_t len;
};

struct encoded_word {
	struct span charset;
	char encoding; /* 'q' or 'b' */
	struct span payload;
	size_t len; /* of the whole word */
};

struct scan {
	struct display_name *name;
	char before;     /* the last character seen */
	bool has_text;   /* something but blanks was seen */
	bool is_kept;    /* what is seen goes to name->text */
	bool is_decoded; /* the character comes of an encoded word */
	/* Behind an '@' that could be an address's: does a character touch it
	 * before, has a word begun, did it come of an encoded word. */
	bool is_behind_at, is_touched, is_in_word, is_at_decoded;
	/* ISO-2022: between ESC $ and ESC (, or SO and SI, two bytes make one
	 * character, and neither is ASCII. */
	bool is_iso_2022, is_escape, is_double;
	bool has_trail_bytes;
};

static void
keep(struct display_name *name, char c)
{
	if (c == ' ' && name->len == 0)
		return;
	if (name->len < sizeof name->text)
		name->text[name->len] = c;
	name->len++;
}

/* c comes behind an '@'. An address it is when words touch it on both sides
 * (x@y), or when some blank is between and a dotted word behind (x @ y.example),
 * as a domain has; "Bee @ Home" is none. */
static void
follow_at(struct scan *scan, char c)
{
	bool is_address;

	if (c == ' ') {
		scan->is_behind_at = !scan->is_in_word;
		scan->is_touched = false;
		return;
	}
	is_address = scan->is_in_word ? scan->before == '.' && c != '.'
				      : scan->is_touched;
	scan->is_in_word = true;
	if (!is_address)
		return;
	scan->name->has_address = true;
	scan->name->has_hidden |= scan->is_at_decoded;
}

/* An '@' with nothing, '(' or another before it is a mention (@bee). */
static void
begin_at(struct scan *scan)
{
	bool is_trail = scan->has_trail_bytes && ascii_is_8bit(scan->before);

	scan->is_behind_at = scan->has_text && !is_trail &&
			     scan->before != '(' && scan->before != '@';
	scan->is_touched = scan->before != ' ';
	scan->is_in_word = false;
	scan->is_at_decoded = scan->is_decoded;
}

static bool
is_separator(char c, bool is_decoded)
{
	if (c == ',' || c == ';' || c == '<' || c == '>')
		return true;
	/* What is plain text in an encoded word is syntax to who decodes. */
	return is_decoded && c != '\0' && strchr("\"()[]:\\", c) != NULL;
}

static void
feed(struct scan *scan, char c)
{
	if (c == '@')
		begin_at(scan);
	else if (scan->is_behind_at)
		follow_at(scan, c);
	if (is_separator(c, scan->is_decoded))
		scan->name->has_separator = true;
	if (c != ' ')
		scan->has_text = true;
	scan->before = c;
	if (scan->is_kept)
		keep(scan->name, c);
}

/* Tabs and line ends are blanks. */
static char
blank_or(char c)
{
	return c == '\t' || c == '\r' || c == '\n' ? ' ' : c;
}

/* Takes the bytes that switch character sets out of ISO-2022 text. True: c is
 * none of them and stands for itself. */
static bool
is_plain_in_iso_2022(struct scan *scan, char c)
{
	if (c == '\x1b') {
		scan->is_escape = true;
		return false;
	}
	if (scan->is_escape) {
		scan->is_double = c == '$' || (scan->is_double && c != '(');
		scan->is_escape = false;
		return false;
	}
	if (c == '\x0e' || c == '\x0f') {
		scan->is_double = c == '\x0e';
		return false;
	}
	return !scan->is_double;
}

static void
feed_decoded(struct scan *scan, char c)
{
	bool is_switch =
	    scan->is_iso_2022 && (c == '\x1b' || c == '\x0e' || c == '\x0f');

	if ((unsigned char)c < ' ' && c != '\t' && !is_switch)
		scan->name->is_broken = true;
	if (scan->is_iso_2022 && !is_plain_in_iso_2022(scan, c))
		return;
	feed(scan, blank_or(c));
}

static void
feed_q(struct scan *scan, struct span payload)
{
	size_t i;

	for (i = 0; i < payload.len; i++) {
		char c = payload.text[i];
		int high = -1, low = -1;

		if (c == '=' && i + 2 < payload.len) {
			high = ascii_hex_value(payload.text[i + 1]);
			low = ascii_hex_value(payload.text[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			feed_decoded(scan, (char)(high << 4 | low));
			i += 2;
		} else {
			feed_decoded(scan, c == '_' ? ' ' : c);
		}
	}
}

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (ascii_is_digit(c))
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

static void
feed_b(struct scan *scan, struct span payload)
{
	unsigned int held = 0, bits = 0;
	size_t i;

	for (i = 0; i < payload.len; i++) {
		int value = base64_value(payload.text[i]);

		if (value < 0)
			continue;
		held = (held << 6 | (unsigned int)value) & 0xffff;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		feed_decoded(scan, (char)(held >> bits & 0xff));
	}
}

static bool
has_family(struct span charset, const char *const *families, size_t count)
{
	char head[16] = "";
	size_t i, len = charset.len;

	if (len > sizeof head - 1)
		len = sizeof head - 1;
	memcpy(head, charset.text, len);
	for (i = 0; i < count; i++) {
		if (ascii_has_prefix(head, families[i]))
			return true;
	}
	return false;
}

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])

/* Charsets whose second bytes may look like '@' (but not like a separator). */
static bool
has_trail_bytes(struct span charset)
{
	static const char *const families[] = {"shift", "sjis", "x-sjis",
	    "ms932", "cp932", "cp936", "cp949", "cp950", "gb", "x-gbk", "big5",
	    "big-5"};

	return has_family(charset, families, COUNT_OF(families));
}

/* Is the charset one in which an ASCII byte is that character, so that the scan
 * sees what any reader sees? */
static bool
is_ascii_superset(struct span charset)
{
	static const char *const families[] = {"utf-8", "utf8", "us-ascii",
	    "ascii", "ansi_x3", "iso-8859", "iso8859", "iso_8859", "latin",
	    "iso-2022-", "iso-ir-", "windows-", "win-125", "win125", "cp125",
	    "cp437", "cp85", "cp86", "koi8", "euc", "ks_c", "ksc", "tis-620",
	    "tis620", "viscii", "mac", "unknown", "x-euc", "x-mac", "x-unknown",
	    "x-user", "x-win"};

	return has_family(charset, families, COUNT_OF(families)) ||
	       has_trail_bytes(charset);
}

/* Where the last "?=" of a text ends; what is behind can hold no encoded word,
 * and need not be searched for its end again and again. */
static size_t
end_of_last_word(const char *text, size_t len)
{
	while (len >= 2 && (text[len - 2] != '?' || text[len - 1] != '='))
		len--;
	return len >= 2 ? len : 0;
}

/* An encoded word at the start of text: =?charset?encoding?payload?= with any
 * payload, as lenient readers take it. len ends behind a "?=". */
static bool
read_encoded_word(const char *text, size_t len, struct encoded_word *word_r)
{
	const char *question, *end;
	size_t head;

	if (len < 8 || text[0] != '=' || text[1] != '?')
		return false;
	question = memchr(text + 2, '?', len - 2);
	if (question == NULL)
		return false;
	word_r->charset.text = text + 2;
	word_r->charset.len = (size_t)(question - text) - 2;
	head = (size_t)(question - text) + 3; /* past "?Q?" */
	if (head >= len || text[head - 1] != '?')
		return false;
	word_r->encoding = ascii_lower(text[head - 2]);
	if (word_r->encoding != 'q' && word_r->encoding != 'b')
		return false;
	end = memmem(text + head, len - head, "?=", 2);
	if (end == NULL)
		return false;
	word_r->payload.text = text + head;
	word_r->payload.len = (size_t)(end - (text + head));
	word_r->len = (size_t)(end - text) + 2;
	return true;
}

static void
feed_encoded_word(struct scan *scan, const struct encoded_word *word)
{
	static const char iso_2022[] = "iso-2022-";

	if (!is_ascii_superset(word->charset))
		scan->name->is_broken = true;
	scan->is_iso_2022 = word->charset.len > sizeof iso_2022 &&
			    ascii_has_prefix(word->charset.text, iso_2022);
	scan->has_trail_bytes = has_trail_bytes(word->charset);
	scan->is_decoded = true;
	if (word->encoding == 'q')
		feed_q(scan, word->payload);
	else
		feed_b(scan, word->payload);
	scan->is_decoded = false;
	scan->has_trail_bytes = false;
	scan->is_escape = false;
	scan->is_double = false;
	scan->is_iso_2022 = false;
}

/* Blanks between two encoded words vanish when they are decoded (RFC 2047
 * §6.2); returns how many bytes to skip. */
static size_t
blanks_between_words(const char *text, size_t len)
{
	struct encoded_word word;
	size_t i = 0;

	while (i < len && strchr(" \t\r\n", text[i]) != NULL)
		i++;
	return read_encoded_word(text + i, len - i, &word) ? i : 0;
}

/* As a reader sees the text that does not decode. */
static void
scan_raw(struct display_name *name, const char *text, size_t len)
{
	struct scan scan = {.name = name, .before = ' '};
	size_t i;

	for (i = 0; i < len; i++)
		feed(&scan, blank_or(text[i]));
}

static void
scan_decoded(struct display_name *name, const char *text, size_t len)
{
	struct scan scan = {.name = name, .before = ' ', .is_kept = true};
	size_t words_end = end_of_last_word(text, len), i = 0;
	struct encoded_word word;

	while (i < len) {
		if (i < words_end &&
		    read_encoded_word(text + i, words_end - i, &word)) {
			feed_encoded_word(&scan, &word);
			i += word.len;
			i += blanks_between_words(text + i, words_end - i);
			continue;
		}
		feed(&scan, blank_or(text[i]));
		i++;
	}
}

void
display_name_scan(struct display_name *name, const char *text, size_t len)
{
	scan_raw(name, text, len);
	scan_decoded(name, text, len);
}

/* Is the text, blanks and quotes around it aside, that address and no more? */
static bool
is_only(const struct display_name *name, const char *address)
{
	size_t first = 0, len = name->len, i;

	if (len > sizeof name->text)
		return false;
	while (len > 0 && name->text[len - 1] == ' ')
		len--;
	if (len >= 2 && name->text[0] == '"' && name->text[len - 1] == '"') {
		first = 1;
		len -= 2;
	}
	if (len != strlen(address))
		return false;
	for (i = 0; i < len; i++) {
		if (ascii_lower(name->text[first + i]) !=
		    ascii_lower(address[i]))
			return false;
	}
	return true;
}

bool
display_name_misleads(const struct display_name *name, const char *address)
{
	if (name->is_broken || (name->has_address && name->has_separator))
		return true;
	return name->has_hidden && !is_only(name, address);
}
