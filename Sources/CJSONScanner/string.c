/* Strings: both values and names. */
#include "scanner.h"

#include "CBase64.h"
#include "CText.h"

static const char end_in_string[] = "EOF while parsing a string";
static const char wrong_hex_escape[] = "unexpected end of hex escape";

static cogjson_step hex_unit(cogjson_scanner *scanner, cogjson_input in, size_t position, unsigned *unit) {
    *unit = 0;
    for (size_t i = position + 2; i < position + 6; i++) {
        if (i >= in.count) return cogjson_end_within(scanner, in, end_in_string);
        const uint8_t byte = in.text[i], letter = byte | 0x20;
        if (cogjson_is_digit(byte)) {
            *unit = *unit << 4 | (unsigned)(byte - '0');
        } else if (letter >= 'a' && letter <= 'f') {
            *unit = *unit << 4 | (unsigned)(letter - 'a' + 10);
        } else {
            return cogjson_fail(scanner, "invalid escape", i + 1);
        }
    }
    return STEP_DONE;
}

static cogjson_step unicode_escape(cogjson_scanner *scanner, cogjson_input in) {
    const size_t position = scanner->facts.position;
    unsigned unit;
    cogjson_step result = hex_unit(scanner, in, position, &unit);
    if (result != STEP_DONE) return result;
    if (unit >= 0xDC00 && unit <= 0xDFFF) return cogjson_fail(scanner, "lone trailing surrogate in hex escape", position + 6);
    if (unit < 0xD800 || unit > 0xDBFF) {
        scanner->facts.position += 6;
        return STEP_DONE;
    }
    for (size_t i = 0; i < 2; i++) {
        if (position + 6 + i >= in.count) return cogjson_end_within(scanner, in, end_in_string);
        if (in.text[position + 6 + i] != "\\u"[i]) return cogjson_fail(scanner, wrong_hex_escape, position + 7 + i);
    }
    result = hex_unit(scanner, in, position + 6, &unit);
    if (result != STEP_DONE) return result;
    if (unit < 0xDC00 || unit > 0xDFFF) return cogjson_fail(scanner, wrong_hex_escape, position + 12);
    scanner->facts.position += 12;
    return STEP_DONE;
}

static cogjson_step escape(cogjson_scanner *scanner, cogjson_input in) {
    const size_t position = scanner->facts.position;
    scanner->has_escapes = true;
    if (position + 1 >= in.count) return cogjson_end_within(scanner, in, end_in_string);
    switch (in.text[position + 1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't': scanner->facts.position += 2; return STEP_DONE;
    case 'u': return unicode_escape(scanner, in);
    default: return cogjson_fail(scanner, "invalid escape", position + 2);
    }
}

/* A long string that arrives in pieces is usually a file. Base64 characters are never escaped, and what is checked here
 * isn't checked again when it is decoded. */
static void read_base64(cogjson_scanner *scanner, cogjson_input in) {
    const size_t position = scanner->facts.position;
    if (position - scanner->token_start < COGJSON_LONG_STRING_BYTES) return;
    if (scanner->base64.end != position) scanner->base64.start = position;
    scanner->facts.position = position + cogbase64_span(in.text + position, in.count - position);
    scanner->base64.end = scanner->facts.position;
}

/* Called after the closing quote. */
static void remember_string(cogjson_scanner *scanner) {
    cogjson_facts *facts = &scanner->facts;
    if (facts->long_string_count == COGJSON_LONG_STRING_LIMIT) return;
    facts->long_strings[facts->long_string_count++] =
        (cogjson_long_string){{scanner->token_start - 1, facts->position}, scanner->base64};
}

cogjson_step cogjson_read_string(cogjson_scanner *scanner, cogjson_input in) {
    read_base64(scanner, in);
    for (;;) {
        const size_t position = cogtext_string_end(in.text, scanner->facts.position, in.count);
        scanner->facts.position = position;
        if (position >= in.count) return cogjson_end_within(scanner, in, end_in_string);
        const uint8_t byte = in.text[position];
        if (byte == '"') break;
        if (byte == '\\') {
            const cogjson_step result = escape(scanner, in);
            if (result != STEP_DONE) return result;
        } else if (byte < 0x20) {
            return cogjson_fail(
                scanner, "control character (\\u0000-\\u001F) found while parsing a string", position + 1);
        } else {
            const int length = cogtext_character_length(in.text + position, in.count - position);
            if (length < 0 && !in.is_final) return STEP_MORE;
            return cogjson_fail(scanner, "invalid unicode code point", position + 1);
        }
    }
    const uint8_t *contents = in.text + scanner->token_start;
    const size_t length = scanner->facts.position - scanner->token_start;
    scanner->facts.position++;
    if (length >= COGJSON_LONG_STRING_BYTES) remember_string(scanner);
    if (scanner->token == TOKEN_KEY) {
        cogjson_check_key(scanner, contents, length);
        scanner->state = STATE_COLON;
    } else {
        cogjson_check_string(scanner, contents, length);
        cogjson_value_ended(scanner);
    }
    scanner->token = TOKEN_NONE;
    return STEP_DONE;
}
