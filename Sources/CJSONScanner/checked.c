/* Navigation in text that the scanner has accepted. */
#include "CJSONScanner.h"

#include <string.h>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

static inline bool is_space(uint8_t byte) {
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

size_t cogjson_space_end(const uint8_t *text, size_t start, size_t count) {
    while (start < count && is_space(text[start])) start++;
    return start;
}

typedef struct {
    const uint8_t *text;
    size_t count;
    const cogjson_long_string *longs;
    size_t long_count;
} checked_text;

/* The end of the string whose opening quote is at `start`. */
static size_t string_end(const checked_text *in, size_t start) {
    for (size_t i = 0; i < in->long_count; i++)
        if (in->longs[i].place.start == start) return in->longs[i].place.end;
    const uint8_t *text = in->text;
    const size_t count = in->count;
    size_t position = start + 1;
    while (position < count) {
        const uint8_t *found = memchr(text + position, '"', count - position);
        if (found == NULL) break;
        position = (size_t)(found - text);
        /* An odd number of backslashes before a quote escapes it. */
        size_t first = position;
        while (first > start + 1 && text[first - 1] == '\\') first--;
        position++;
        if ((position - first) % 2 != 0) return position;
    }
    return count;
}

/* The next quote or bracket. */
static size_t next_mark(const uint8_t *text, size_t position, size_t count) {
#if defined(__x86_64__)
    while (count - position >= 16) {
        const __m128i v = _mm_loadu_si128((const __m128i *)(text + position));
        /* [ and {, and likewise ] and }, differ in one bit. */
        const __m128i folded = _mm_or_si128(v, _mm_set1_epi8(0x20));
        const __m128i brackets = _mm_or_si128(
            _mm_cmpeq_epi8(folded, _mm_set1_epi8('{')), _mm_cmpeq_epi8(folded, _mm_set1_epi8('}')));
        const unsigned found =
            (unsigned)_mm_movemask_epi8(_mm_or_si128(brackets, _mm_cmpeq_epi8(v, _mm_set1_epi8('"'))));
        if (found != 0) return position + (size_t)__builtin_ctz(found);
        position += 16;
    }
#endif
    while (position < count && text[position] != '"' && (text[position] | 0x20) != '{' && (text[position] | 0x20) != '}') {
        position++;
    }
    return position;
}

size_t cogjson_value_end(
    const uint8_t *text, size_t start, size_t count, const cogjson_long_string *longs, size_t long_count) {
    const checked_text in = {text, count, longs, long_count};
    if (text[start] == '"') return string_end(&in, start);
    size_t position = start;
    if ((text[start] | 0x20) != '{') {
        while (position < count && !is_space(text[position]) && text[position] != ',' && (text[position] | 0x20) != '}') {
            position++;
        }
        return position;
    }
    for (size_t depth = 0;;) {
        if ((text[position] | 0x20) == '{') {
            depth++;
            position++;
        } else if (text[position] == '"') {
            position = string_end(&in, position);
        } else {
            position++;
            if (--depth == 0) return position;
        }
        /* The next mark is usually near. */
        if (position < count && text[position] == ',') position++;
        position = next_mark(text, position, count);
        if (position >= count) return count;
    }
}

bool cogjson_has_escapes(const uint8_t *bytes, size_t count) {
    return count > 0 && memchr(bytes, '\\', count) != NULL;
}

static unsigned hex_unit(const uint8_t *digits) {
    unsigned unit = 0;
    for (int i = 0; i < 4; i++) {
        const uint8_t byte = digits[i];
        unit = unit << 4 | (byte <= '9' ? byte - '0' : (unsigned)(byte | 0x20) - 'a' + 10);
    }
    return unit;
}

static size_t write_scalar(unsigned scalar, uint8_t *output) {
    if (scalar < 0x80) {
        output[0] = (uint8_t)scalar;
        return 1;
    }
    if (scalar < 0x800) {
        output[0] = (uint8_t)(0xC0 | scalar >> 6);
        output[1] = (uint8_t)(0x80 | (scalar & 0x3F));
        return 2;
    }
    if (scalar < 0x10000) {
        output[0] = (uint8_t)(0xE0 | scalar >> 12);
        output[1] = (uint8_t)(0x80 | (scalar >> 6 & 0x3F));
        output[2] = (uint8_t)(0x80 | (scalar & 0x3F));
        return 3;
    }
    output[0] = (uint8_t)(0xF0 | scalar >> 18);
    output[1] = (uint8_t)(0x80 | (scalar >> 12 & 0x3F));
    output[2] = (uint8_t)(0x80 | (scalar >> 6 & 0x3F));
    output[3] = (uint8_t)(0x80 | (scalar & 0x3F));
    return 4;
}

size_t cogjson_unescape(const uint8_t *contents, size_t count, uint8_t *output) {
    size_t position = 0, written = 0;
    while (position < count) {
        const uint8_t *escape = memchr(contents + position, '\\', count - position);
        const size_t plain = (escape ? (size_t)(escape - contents) : count) - position;
        memcpy(output + written, contents + position, plain);
        position += plain;
        written += plain;
        if (escape == NULL) break;
        const uint8_t kind = contents[position + 1];
        position += 2;
        if (kind == 'u') {
            unsigned unit = hex_unit(contents + position);
            position += 4;
            if (unit >= 0xD800 && unit < 0xDC00) {
                unit = 0x10000 + ((unit - 0xD800) << 10) + (hex_unit(contents + position + 2) - 0xDC00);
                position += 6;
            }
            written += write_scalar(unit, output + written);
        } else {
            output[written++] = kind == 'b' ? 0x08
                : kind == 'f'               ? 0x0C
                : kind == 'n'               ? 0x0A
                : kind == 'r'               ? 0x0D
                : kind == 't'               ? 0x09
                                            : kind;
        }
    }
    return written;
}
