/* Decimal digits in text, several at once. */
#pragma once

#include "codec.h"

#include <string.h>

/* The number that eight digits represent; the first one is in the lowest byte. Joins neighbors into pairs, pairs into
 * fours, and fours into all eight (after D. Lemire, like floats.c). */
static inline uint64_t cogpy_joined(uint64_t values) {
    values = values * (10 << 8 | 1) >> 8;
    values = (values & 0x00FF00FF00FF00FF) * (100 << 16 | 1) >> 16;
    return (values & 0x0000FFFF0000FFFF) * ((uint64_t)10000 << 32 | 1) >> 32;
}

/* The digits at the start of eight bytes. */
typedef struct {
    uint64_t values; /* for cogpy_joined(): the digits, with zeros before them */
    int count;
} cogpy_eight;

static inline cogpy_eight cogpy_eight_at(const unsigned char *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    word ^= 0x3030303030303030;
    /* Up to the first byte that isn't a digit, the highest bit of every byte that isn't one. */
    const uint64_t others = (word | (word + 0x7676767676767676)) & 0x8080808080808080;
    if (others == 0) return (cogpy_eight){word, 8};
    const int count = __builtin_ctzll(others) / 8;
    return (cogpy_eight){word << (56 - 8 * count) << 8, count};
}

/* More digits than this overflow 64 bits. */
enum { COGPY_DIGIT_LIMIT = 19 };

/* Reads a float in its most common spelling: with a fraction, without an exponent, with few digits, and not close to the
 * end of the text. Sets `value` and moves `text` behind the number. Returns false and does neither for all other values. */
static inline bool cogpy_take_usual_float(const unsigned char **text, const unsigned char *end, double *value) {
    static const uint32_t scales[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    const unsigned char *at = *text;
    /* The code below reads at most a sign, eight digits, a point, three times eight bytes, and one more. */
    if (end - at < 35) return false;
    const bool is_negative = *at == '-';
    at += is_negative;
    const unsigned char *whole = at;
    uint64_t digits = 0;
    for (; (unsigned char)(*at - '0') < 10 && at - whole < 8; at++) digits = digits * 10 + (uint64_t)(*at - '0');
    const long whole_count = at - whole;
    if (*at != '.' || whole_count == 0 || (whole_count > 1 && *whole == '0')) return false;
    const unsigned char *fraction = ++at;
    cogpy_eight next;
    do {
        next = cogpy_eight_at(at);
        digits = digits * scales[next.count] + cogpy_joined(next.values);
        at += next.count;
    } while (next.count == 8 && at - fraction < COGPY_DIGIT_LIMIT);
    const long fraction_count = at - fraction;
    if (fraction_count == 0 || whole_count + fraction_count > COGPY_DIGIT_LIMIT) return false;
    if ((unsigned char)(*at - '0') < 10 || (*at | 0x20) == 'e') return false;
    if (!cogpy_float_from_digits(digits, (int)-fraction_count, value)) return false;
    if (is_negative) *value = -*value;
    *text = at;
    return true;
}
