#include "codec.h"

static int hex_value(unsigned char byte) {
    if (byte >= '0' && byte <= '9') return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* The code unit that the four digits after `\u` stand for, or -1. */
static int code_unit(const unsigned char *digits, const unsigned char *end) {
    if (end - digits < 4) return -1;
    int unit = 0;
    for (int i = 0; i < 4; i++) {
        int value = hex_value(digits[i]);
        if (value < 0) return -1;
        unit = unit << 4 | value;
    }
    return unit;
}

static size_t utf8(uint32_t character, unsigned char *bytes) {
    if (character < 0x80) {
        bytes[0] = (unsigned char)character;
        return 1;
    }
    int more = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    for (int i = more; i > 0; i--, character >>= 6) bytes[i] = (unsigned char)(0x80 | (character & 0x3f));
    bytes[0] = (unsigned char)((0xff00 >> (more + 1) & 0xff) | character);
    return (size_t)more + 1;
}

size_t cogpy_unescaped(const unsigned char **at, const unsigned char *end, unsigned char *bytes) {
    static const char meanings[128] = {['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b',
                                       ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t'};
    const unsigned char *escape = *at;
    if (end - escape < 2 || escape[1] >= sizeof meanings) return 0;
    if (escape[1] != 'u') {
        bytes[0] = (unsigned char)meanings[escape[1]];
        *at = escape + 2;
        return bytes[0] != 0;
    }
    int unit = code_unit(escape + 2, end);
    *at = escape + 6;
    if (unit < 0 || (unit >= 0xdc00 && unit < 0xe000)) return 0;
    if (unit < 0xd800 || unit >= 0xe000) return utf8((uint32_t)unit, bytes);
    const unsigned char *second = *at;
    if (end - second < 2 || second[0] != '\\' || second[1] != 'u') return 0;
    int low = code_unit(second + 2, end);
    if (low < 0xdc00 || low >= 0xe000) return 0;
    *at = second + 6;
    return utf8(0x10000 + ((uint32_t)(unit - 0xd800) << 10) + (uint32_t)(low - 0xdc00), bytes);
}
