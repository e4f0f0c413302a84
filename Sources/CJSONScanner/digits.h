#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

static inline bool cogjson_is_digit(uint8_t byte) {
    return (uint8_t)(byte - '0') < 10;
}

/* The first byte from `position` on that isn't a digit; `count` if all are. */
static inline size_t cogjson_digits_end(const uint8_t *text, size_t position, size_t count) {
#if defined(__x86_64__)
    while (count - position >= 16) {
        const __m128i v = _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(text + position)), _mm_set1_epi8('0'));
        const __m128i are_digits = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(9)), v);
        const unsigned others = (unsigned)_mm_movemask_epi8(are_digits) ^ 0xFFFF;
        if (others != 0) return position + (size_t)__builtin_ctz(others);
        position += 16;
    }
#endif
    while (position < count && cogjson_is_digit(text[position])) position++;
    return position;
}
