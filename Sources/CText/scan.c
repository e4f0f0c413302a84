/* Finds bytes that need an escape. x86-64 always has SSE2, and AVX2 if the processor says so; on other processors,
 * eight bytes at a time are examined. */
#include "CText.h"

#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
#include "vectors.h"

static inline unsigned special(__m128i bytes, bool stops_beyond_ascii) {
    const __m128i swapped = _mm_xor_si128(bytes, _mm_set1_epi8(2));
    const __m128i low = stops_beyond_ascii
        ? _mm_cmplt_epi8(swapped, _mm_set1_epi8(0x21))
        : _mm_cmpeq_epi8(_mm_max_epu8(swapped, _mm_set1_epi8(0x20)), _mm_set1_epi8(0x20));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(low, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
}

/* Whether any of 256 bytes is special. */
__attribute__((target("avx2"))) static inline bool any_special(const uint8_t *text, bool stops_beyond_ascii) {
    __m256i lowest = _mm256_set1_epi8(0x7F), backslashes = _mm256_setzero_si256();
#pragma clang loop unroll(full)
    for (size_t i = 0; i < 256; i += 32) {
        const __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + i));
        const __m256i swapped = cogtext_swapped(bytes);
        lowest = stops_beyond_ascii ? _mm256_min_epi8(lowest, swapped) : _mm256_min_epu8(lowest, swapped);
        backslashes = _mm256_or_si256(backslashes, _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\')));
    }
    const __m256i is_low = stops_beyond_ascii ? cogtext_is_outside(lowest) : cogtext_is_low(lowest);
    return _mm256_movemask_epi8(_mm256_or_si256(is_low, backslashes)) != 0;
}

__attribute__((target("avx2"))) static inline size_t wide_end(
    const uint8_t *text, size_t start, size_t count, bool stops_beyond_ascii) {
    while (count - start >= 256 && !any_special(text + start, stops_beyond_ascii)) start += 256;
    while (count - start >= 32) {
        const __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + start));
        const __m256i special = stops_beyond_ascii ? cogtext_not_plain(bytes) : cogtext_to_escape(bytes);
        const uint32_t found = (uint32_t)_mm256_movemask_epi8(special);
        if (found != 0) return start + (size_t)__builtin_ctz(found);
        start += 32;
    }
    return start;
}

/* The two variants are separate functions, so that what they stop at is known at compile time. */
__attribute__((target("avx2"))) static size_t wide_plain_end(const uint8_t *text, size_t start, size_t count) {
    return wide_end(text, start, count, true);
}

__attribute__((target("avx2"))) static size_t wide_escape_start(const uint8_t *text, size_t start, size_t count) {
    return wide_end(text, start, count, false);
}

static inline size_t vector_end(const uint8_t *text, size_t start, size_t count, bool stops_beyond_ascii) {
    /* Most strings are short. */
    if (count - start >= 16) {
        const unsigned found = special(_mm_loadu_si128((const __m128i *)(text + start)), stops_beyond_ascii);
        if (found != 0) return start + (size_t)__builtin_ctz(found);
        start += 16;
    }
    if (count - start >= 64 && __builtin_cpu_supports("avx2")) {
        start = stops_beyond_ascii ? wide_plain_end(text, start, count) : wide_escape_start(text, start, count);
    }
    while (count - start >= 16) {
        const unsigned found = special(_mm_loadu_si128((const __m128i *)(text + start)), stops_beyond_ascii);
        if (found != 0) return start + (size_t)__builtin_ctz(found);
        start += 16;
    }
    return start;
}
#else
static inline size_t vector_end(const uint8_t *text, size_t start, size_t count, bool stops_beyond_ascii) {
    const uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
    while (count - start >= 8) {
        uint64_t word;
        memcpy(&word, text + start, 8);
        /* A byte that is 0, or below 0x20, borrows, which sets its high bit. False bits appear only above a correct
         * one. */
        const uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
        uint64_t found = ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | ((word - ones * 0x20) & ~word);
        if (stops_beyond_ascii) found |= word;
        if ((found & highs) != 0) break;
        start += 8;
    }
    return start;
}
#endif

static inline size_t end_of_run(const uint8_t *text, size_t start, size_t count, bool stops_beyond_ascii) {
    if (start >= count) return count;
    start = vector_end(text, start, count, stops_beyond_ascii);
    while (start < count) {
        const uint8_t byte = text[start];
        if (byte < 0x20 || byte == '"' || byte == '\\' || (stops_beyond_ascii && byte >= 0x80)) break;
        start++;
    }
    return start;
}

size_t cogtext_plain_end(const uint8_t *text, size_t start, size_t count) {
    return end_of_run(text, start, count, true);
}

size_t cogtext_escape_start(const uint8_t *text, size_t start, size_t count) {
    return end_of_run(text, start, count, false);
}
