/* Checks UTF-8 character by character, or 32 bytes at a time with AVX2. */
#include "CText.h"

#include <stdbool.h>

int cogtext_character_length(const uint8_t *bytes, size_t count) {
    const uint8_t first = bytes[0];
    uint8_t low = 0x80, high = 0xBF;
    int length;
    if (first >= 0xC2 && first <= 0xDF) {
        length = 2;
    } else if (first >= 0xE0 && first <= 0xEF) {
        length = 3;
        if (first == 0xE0) low = 0xA0;
        if (first == 0xED) high = 0x9F;
    } else if (first >= 0xF0 && first <= 0xF4) {
        length = 4;
        if (first == 0xF0) low = 0x90;
        if (first == 0xF4) high = 0x8F;
    } else {
        return 0;
    }
    for (int i = 1; i < length; i++) {
        if ((size_t)i >= count) return -1;
        if (bytes[i] < low || bytes[i] > high) return 0;
        low = 0x80;
        high = 0xBF;
    }
    return length;
}

#if defined(__x86_64__)
#include "vectors.h"

/* The last position up to `end` where a character begins. The text before `end` is well-formed, or would be with more
 * bytes. */
static size_t character_start(const uint8_t *text, size_t start, size_t end) {
    for (size_t back = 1; back <= 3 && end - start >= back; back++) {
        const uint8_t byte = text[end - back];
        if (byte < 0x80) return end;
        if (byte >= 0xC0) {
            const size_t length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
            return length > back ? end - back : end;
        }
    }
    return end;
}

/* The possible flaws of two consecutive bytes. Whether one is present depends on three half-bytes. A table for each of
 * them lists the flaws that it allows; a flaw that all three allow is present (J. Keiser and D. Lemire, "Validating
 * UTF-8 in less than one instruction per byte", 2021). */
enum {
    TOO_SHORT = 1 << 0,   /* the start of a character without a continuation */
    TOO_LONG = 1 << 1,    /* ASCII, followed by a continuation */
    OVERLONG_3 = 1 << 2,  /* three bytes for what needs two */
    TOO_LARGE = 1 << 3,   /* beyond U+10FFFF, second byte 0x90 or more */
    SURROGATE = 1 << 4,
    OVERLONG_2 = 1 << 5,  /* two bytes for what needs one */
    OUT_OF_4 = 1 << 6,    /* second byte below 0x90: four bytes for what needs three, or beyond U+10FFFF */
    CONTINUES = 1 << 7,   /* two continuations: valid if the byte before them starts a character of that length */
    ANY_SECOND = TOO_SHORT | TOO_LONG | CONTINUES,
};

/* A table of 16 entries, repeated for both halves of a vector. */
#define TABLE(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)

/* Nonzero where bytes don't continue those before them as valid UTF-8. `before` precedes `bytes`. */
__attribute__((target("avx2"))) static inline __m256i flaws(__m256i bytes, __m256i before) {
    const __m256i by_first_high = TABLE(
        TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, (char)CONTINUES, (char)CONTINUES,
        (char)CONTINUES, (char)CONTINUES, TOO_SHORT | OVERLONG_2, TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE,
        TOO_SHORT | TOO_LARGE | OUT_OF_4);
    const char any = (char)ANY_SECOND, large = (char)(ANY_SECOND | TOO_LARGE | OUT_OF_4);
    const __m256i by_first_low = TABLE(
        (char)(ANY_SECOND | OVERLONG_2 | OVERLONG_3 | OUT_OF_4), (char)(ANY_SECOND | OVERLONG_2), any, any,
        (char)(ANY_SECOND | TOO_LARGE), large, large, large, large, large, large, large, large,
        (char)(ANY_SECOND | TOO_LARGE | OUT_OF_4 | SURROGATE), large, large);
    const char second = (char)(TOO_LONG | OVERLONG_2 | CONTINUES);
    const __m256i by_second_high = TABLE(
        TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
        (char)(second | OVERLONG_3 | OUT_OF_4), (char)(second | OVERLONG_3 | TOO_LARGE),
        (char)(second | SURROGATE | TOO_LARGE), (char)(second | SURROGATE | TOO_LARGE), TOO_SHORT, TOO_SHORT, TOO_SHORT,
        TOO_SHORT);
    const __m256i half = _mm256_set1_epi8(0x0F);
    /* The bytes one, two, and three places before each. */
    const __m256i across = _mm256_permute2x128_si256(before, bytes, 0x21);
    const __m256i first = _mm256_alignr_epi8(bytes, across, 15);
    const __m256i second_last = _mm256_alignr_epi8(bytes, across, 14);
    const __m256i third_last = _mm256_alignr_epi8(bytes, across, 13);
    const __m256i found = _mm256_and_si256(
        _mm256_and_si256(
            _mm256_shuffle_epi8(by_first_high, _mm256_and_si256(_mm256_srli_epi16(first, 4), half)),
            _mm256_shuffle_epi8(by_first_low, _mm256_and_si256(first, half))),
        _mm256_shuffle_epi8(by_second_high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half)));
    /* The high bit is set in bytes that must be the third or fourth of a character. */
    const __m256i continues = _mm256_and_si256(
        _mm256_or_si256(
            _mm256_subs_epu8(second_last, _mm256_set1_epi8(0xE0 - 0x80)),
            _mm256_subs_epu8(third_last, _mm256_set1_epi8(0xF0 - 0x80))),
        _mm256_set1_epi8((char)0x80));
    return _mm256_xor_si256(found, continues);
}

/* How far vectors can scan from `start`, where a character begins. They stop at the end of the run of a JSON string,
 * less than 32 bytes before the end of the text, at a malformed character, or where only ASCII follows. A character
 * begins at the result. */
__attribute__((target("avx2"))) static size_t wide_end(const uint8_t *text, size_t start, size_t count) {
    size_t position = start;
    __m256i before = _mm256_setzero_si256();
    while (count - position >= 32) {
        const __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + position));
        const uint32_t right =
            (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(flaws(bytes, before), _mm256_setzero_si256()));
        const uint32_t found = (uint32_t)_mm256_movemask_epi8(cogtext_to_escape(bytes));
        if (found != 0) {
            /* A character that the found byte cuts off counts as a flaw there. */
            const uint32_t up_to_found = found ^ (found - 1);
            if ((~right & up_to_found) == 0) return position + (size_t)__builtin_ctz(found);
            break;
        }
        if (right != UINT32_MAX || _mm256_movemask_epi8(bytes) == 0) break;
        before = bytes;
        position += 32;
    }
    return character_start(text, start, position);
}

static size_t vector_end(const uint8_t *text, size_t start, size_t count) {
    return count - start >= 32 && __builtin_cpu_supports("avx2") ? wide_end(text, start, count) : start;
}
#else
static size_t vector_end(const uint8_t *text, size_t start, size_t count) {
    (void)text, (void)count;
    return start;
}
#endif

size_t cogtext_string_end(const uint8_t *text, size_t start, size_t count) {
    for (;;) {
        size_t position = cogtext_plain_end(text, start, count);
        if (position >= count || text[position] < 0x80) return position;
        position = vector_end(text, position, count);
        /* What vectors can't handle. Text in other scripts comes in runs. */
        while (position < count && text[position] >= 0x80) {
            const int length = cogtext_character_length(text + position, count - position);
            if (length <= 0) return position;
            position += (size_t)length;
        }
        start = position;
    }
}
