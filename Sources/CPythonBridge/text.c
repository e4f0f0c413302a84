#include "codec.h"

#include <stdlib.h>
#include <string.h>

bool cogpy_text_grow(cogpy_text *text, size_t more) {
    if (more > SIZE_MAX / 4 - text->count) return false;
    size_t capacity = (text->count + more) * 2;
    unsigned char *base = realloc(text->base, capacity);
    if (base == NULL) return false;
    text->base = base;
    text->capacity = capacity;
    return true;
}

/* Writes the escape for a byte and returns its length. */
static size_t escape(unsigned char byte, unsigned char *end) {
    static const char hex[] = "0123456789abcdef";
    static const char letters[] = {['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\t'] = 't',
                                   ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    end[0] = '\\';
    if (letters[byte] != 0) {
        end[1] = (unsigned char)letters[byte];
        return 2;
    }
    memcpy(end + 1, "u00", 3);
    end[4] = (unsigned char)hex[byte >> 4];
    end[5] = (unsigned char)hex[byte & 15];
    return 6;
}

bool cogpy_text_append_escaped(cogpy_text *text, const unsigned char *bytes, size_t count) {
    while (count > 0) {
        size_t plain = cogtext_escape_start(bytes, 0, count);
        if (!cogpy_text_reserve(text, plain + 6)) return false;
        memcpy(text->base + text->count, bytes, plain);
        text->count += plain;
        if (plain == count) break;
        text->count += escape(bytes[plain], text->base + text->count);
        bytes += plain + 1;
        count -= plain + 1;
    }
    return true;
}
