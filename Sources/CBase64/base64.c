#include "CBase64.h"

#if defined(__x86_64__)
#include <immintrin.h>

/* 24 bytes to 32 characters: each half of the vector takes 12. */
__attribute__((target("avx2"))) static size_t encode_wide(const uint8_t *input, size_t count, uint8_t *output) {
    /* Each 32 bits get the bytes b a c b of three bytes a b c, so that every six bits lie within 16. */
    const __m256i spread = _mm256_setr_epi8(
        1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10, 1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
    /* The offset to add to a value, by its class: 26 to 51 are lower case, then come ten digits, `+`, `/`, and upper
     * case. */
    const __m256i offsets = _mm256_setr_epi8(
        71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0, 71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4,
        -19, -16, 65, 0, 0);
    size_t done = 0;
    /* The second load reads four bytes more than it uses. */
    while (count - done >= 28) {
        const __m128i low = _mm_loadu_si128((const __m128i *)(input + done));
        const __m128i high = _mm_loadu_si128((const __m128i *)(input + done + 12));
        const __m256i bytes = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), spread);
        /* Multiplication shifts each 16 bits by a different count. */
        const __m256i even =
            _mm256_mulhi_epu16(_mm256_and_si256(bytes, _mm256_set1_epi32(0x0FC0FC00)), _mm256_set1_epi32(0x04000040));
        const __m256i odd =
            _mm256_mullo_epi16(_mm256_and_si256(bytes, _mm256_set1_epi32(0x003F03F0)), _mm256_set1_epi32(0x01000010));
        const __m256i values = _mm256_or_si256(even, odd);
        const __m256i is_upper = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), values);
        const __m256i classes = _mm256_or_si256(
            _mm256_subs_epu8(values, _mm256_set1_epi8(51)), _mm256_and_si256(is_upper, _mm256_set1_epi8(13)));
        const __m256i characters = _mm256_add_epi8(values, _mm256_shuffle_epi8(offsets, classes));
        _mm256_storeu_si256((__m256i *)output, characters);
        done += 24;
        output += 32;
    }
    return done;
}

/* A table of 16 entries, repeated for both halves of a vector. */
#define TABLE(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)

/* The values of 32 characters. `flaws` becomes 0 where all of them are valid. */
__attribute__((target("avx2"))) static inline __m256i values(__m256i characters, __m256i *flaws) {
    /* The upper half of a character selects a column of ASCII; each column allows different lower halves. */
    enum { SIGNS = 1, DIGITS = 2, FROM_ONE = 4, UP_TO_A = 8, NEVER = 16 };
    const __m256i columns = TABLE(
        NEVER, NEVER, SIGNS, DIGITS, FROM_ONE, UP_TO_A, FROM_ONE, UP_TO_A, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER,
        NEVER, NEVER);
    /* The columns in which a lower half is invalid: `+` is 0x2B and `/` is 0x2F, letters begin after 0x40 and 0x60, and
     * end with 0x5A and 0x7A. */
    enum { DIGIT = SIGNS | NEVER, BEYOND = SIGNS | DIGITS | UP_TO_A | NEVER };
    const __m256i excluded = TABLE(
        DIGIT | FROM_ONE, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, SIGNS | DIGITS | NEVER,
        DIGITS | UP_TO_A | NEVER, BEYOND, BEYOND, BEYOND, DIGITS | UP_TO_A | NEVER);
    /* The offset to add to a character, by its column. `/` uses the column before its own. */
    const __m256i offsets = TABLE(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m256i half = _mm256_set1_epi8(0x0F);
    const __m256i upper = _mm256_and_si256(_mm256_srli_epi16(characters, 4), half);
    const __m256i lower = _mm256_and_si256(characters, half);
    *flaws = _mm256_and_si256(_mm256_shuffle_epi8(columns, upper), _mm256_shuffle_epi8(excluded, lower));
    const __m256i is_slash = _mm256_cmpeq_epi8(characters, _mm256_set1_epi8('/'));
    return _mm256_add_epi8(characters, _mm256_shuffle_epi8(offsets, _mm256_add_epi8(upper, is_slash)));
}

/* Writes 24 bytes for 32 values, followed by four meaningless ones. */
__attribute__((target("avx2"))) static inline void pack(__m256i values, uint8_t *output) {
    const __m256i gather = TABLE(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
    /* Two values become 12 bits, and two pairs become 24. */
    const __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
    const __m256i quanta = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
    const __m256i bytes = _mm256_shuffle_epi8(quanta, gather);
    _mm_storeu_si128((__m128i *)output, _mm256_castsi256_si128(bytes));
    _mm_storeu_si128((__m128i *)(output + 12), _mm256_extracti128_si256(bytes, 1));
}

/* 32 characters to 24 bytes, four times per step. */
__attribute__((target("avx2"))) static inline size_t decode_any(
    const uint8_t *input, size_t count, uint8_t *output, bool checks) {
    size_t done = 0;
    /* Each step writes four bytes too many, so at least that many must follow. */
    while (count - done >= 144) {
        __m256i decoded[4], flaws = _mm256_setzero_si256();
#pragma clang loop unroll(full)
        for (size_t i = 0; i < 4; i++) {
            __m256i found;
            decoded[i] = values(_mm256_loadu_si256((const __m256i *)(input + done + 32 * i)), &found);
            flaws = _mm256_or_si256(flaws, found);
        }
        if (checks && !_mm256_testz_si256(flaws, flaws)) break;
#pragma clang loop unroll(full)
        for (size_t i = 0; i < 4; i++) pack(decoded[i], output + 24 * i);
        done += 128;
        output += 96;
    }
    while (count - done >= 48) {
        __m256i flaws;
        const __m256i decoded = values(_mm256_loadu_si256((const __m256i *)(input + done)), &flaws);
        if (checks && !_mm256_testz_si256(flaws, flaws)) break;
        pack(decoded, output);
        done += 32;
        output += 24;
    }
    return done;
}

/* Two functions, so that the compiler can leave out the check. */
__attribute__((target("avx2"))) static size_t decode_wide(const uint8_t *input, size_t count, uint8_t *output) {
    return decode_any(input, count, output, true);
}

__attribute__((target("avx2"))) static size_t decode_checked_wide(
    const uint8_t *input, size_t count, uint8_t *output) {
    return decode_any(input, count, output, false);
}

/* The number of valid characters at the start, in steps of 256. */
__attribute__((target("avx2"))) static size_t span_wide(const uint8_t *input, size_t count) {
    size_t done = 0;
    while (count - done >= 256) {
        __m256i flaws = _mm256_setzero_si256();
#pragma clang loop unroll(full)
        for (size_t i = 0; i < 8; i++) {
            __m256i found;
            values(_mm256_loadu_si256((const __m256i *)(input + done + 32 * i)), &found);
            flaws = _mm256_or_si256(flaws, found);
        }
        if (!_mm256_testz_si256(flaws, flaws)) break;
        done += 256;
    }
    return done;
}

static size_t span_blocks(const uint8_t *input, size_t count) {
    return __builtin_cpu_supports("avx2") ? span_wide(input, count) : 0;
}

size_t cogbase64_encode(const uint8_t *input, size_t count, uint8_t *output) {
    return __builtin_cpu_supports("avx2") ? encode_wide(input, count, output) : 0;
}

size_t cogbase64_decode(const uint8_t *input, size_t count, uint8_t *output, bool is_checked) {
    if (!__builtin_cpu_supports("avx2")) return 0;
    return is_checked ? decode_checked_wide(input, count, output) : decode_wide(input, count, output);
}
#else
static size_t span_blocks(const uint8_t *input, size_t count) {
    (void)input, (void)count;
    return 0;
}

size_t cogbase64_encode(const uint8_t *input, size_t count, uint8_t *output) {
    (void)input, (void)count, (void)output;
    return 0;
}

size_t cogbase64_decode(const uint8_t *input, size_t count, uint8_t *output, bool is_checked) {
    (void)input, (void)count, (void)output, (void)is_checked;
    return 0;
}
#endif

static inline bool belongs(uint8_t character) {
    return (uint8_t)((character | 0x20) - 'a') < 26 || (uint8_t)(character - '0') < 10 || character == '+' ||
           character == '/';
}

size_t cogbase64_span(const uint8_t *input, size_t count) {
    size_t done = span_blocks(input, count);
    while (done < count && belongs(input[done])) done++;
    return done;
}
