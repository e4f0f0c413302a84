/* Reads the numbers of an array 64 bytes at a time, with one bit per byte in each operation. */
#include "CJSONScanner.h"

#if defined(__x86_64__)
#include <immintrin.h>

enum { BLOCK_BYTES = 64 };

/* One bit per byte of a block: whether the byte is of that kind. */
typedef struct {
    uint64_t digits, zeros, points, minuses, commas, spaces;
} kinds;

__attribute__((target("avx2"))) static inline uint64_t bits(__m256i low, __m256i high) {
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

__attribute__((target("avx2"))) static inline kinds kinds_of(const uint8_t *block) {
    const __m256i low = _mm256_loadu_si256((const __m256i *)block);
    const __m256i high = _mm256_loadu_si256((const __m256i *)(block + 32));
    const __m256i nine = _mm256_set1_epi8(9);
    const __m256i low_value = _mm256_sub_epi8(low, _mm256_set1_epi8('0'));
    const __m256i high_value = _mm256_sub_epi8(high, _mm256_set1_epi8('0'));
#define ARE(character) \
    bits(_mm256_cmpeq_epi8(low, _mm256_set1_epi8(character)), _mm256_cmpeq_epi8(high, _mm256_set1_epi8(character)))
    return (kinds){
        .digits = bits(
            _mm256_cmpeq_epi8(_mm256_min_epu8(low_value, nine), low_value),
            _mm256_cmpeq_epi8(_mm256_min_epu8(high_value, nine), high_value)),
        .zeros = ARE('0'),
        .points = ARE('.'),
        .minuses = ARE('-'),
        .commas = ARE(','),
        .spaces = ARE(' '),
    };
#undef ARE
}

/* The commas of a block that end a number. A number must start where the block starts. Everything before these commas
 * is a sequence of `-?(0|[1-9][0-9]*)(\.[0-9]+)?`, separated by a comma and at most one space after it. */
static inline uint64_t ends_of_numbers(kinds is) {
    const uint64_t after_commas = is.commas << 1;
    const uint64_t starts = 1 | (after_commas & ~is.spaces) | (after_commas & is.spaces) << 1;
    const uint64_t wholes = (starts & ~is.minuses) | (starts & is.minuses) << 1;
    const uint64_t fractions = is.points << 1;
    /* Adding the first bit of a run of digits to the run carries into the bit after it. */
    const uint64_t whole_ends = (is.digits + (wholes & is.digits)) & ~is.digits;
    const uint64_t fraction_ends = (is.digits + (fractions & is.digits)) & ~is.digits;
    const uint64_t ends = (whole_ends & ~is.points) | fraction_ends;
    const uint64_t known = is.digits | is.points | is.minuses | is.commas | is.spaces;
    const uint64_t wrong = ~known | (is.spaces & ~after_commas) | (is.minuses & ~starts) |
        ((wholes | fractions) & ~is.digits) | ((is.zeros & wholes) << 1 & is.digits) | (is.points & ~whole_ends) |
        (ends ^ is.commas);
    return is.commas & ((wrong & -wrong) - 1);
}

__attribute__((target("avx2"))) static size_t wide_run(
    const uint8_t *text, size_t start, size_t count, bool takes_fractions, size_t *values) {
    size_t end = start;
    while (count - start >= BLOCK_BYTES) {
        const kinds is = kinds_of(text + start);
        const uint64_t ends = ends_of_numbers(is);
        if (ends == 0) break;
        const unsigned last = 63 - (unsigned)__builtin_clzll(ends);
        if (!takes_fractions && (is.points & ((uint64_t)1 << last) - 1) != 0) break;
        *values += (size_t)__builtin_popcountll(ends);
        end = start + last;
        start = end + 1;
        if (start < count && text[start] == ' ') start++;
    }
    return end;
}

static size_t run_end(const uint8_t *text, size_t start, size_t count, bool takes_fractions, size_t *values) {
    const bool is_wide = count - start >= BLOCK_BYTES && __builtin_cpu_supports("avx2");
    return is_wide ? wide_run(text, start, count, takes_fractions, values) : start;
}
#else
static size_t run_end(const uint8_t *text, size_t start, size_t count, bool takes_fractions, size_t *values) {
    (void)text, (void)count, (void)takes_fractions, (void)values;
    return start;
}
#endif

size_t cogjson_number_run(
    const uint8_t *text, size_t start, size_t count, bool takes_fractions, cogjson_pace *pace, size_t *values) {
    enum { WAIT_LIMIT = 31 };
    *values = 0;
    if (pace->left > 0) {
        pace->left--;
        return start;
    }
    const size_t end = run_end(text, start, count, takes_fractions, values);
    /* A single number isn't worth the effort: even a list of two has one. */
    pace->wait = *values > 1 ? 0 : pace->wait < WAIT_LIMIT ? pace->wait * 2 + 1 : WAIT_LIMIT;
    pace->left = pace->wait;
    return end;
}
