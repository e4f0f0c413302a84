/* AVX2 predicates over 32 bytes of text: each sets all bits of the bytes that it is named after. */
#pragma once

#include <immintrin.h>

/* The bytes with 0x20 and 0x22 swapped, which moves the quote next to the control characters: one comparison finds
 * both. */
__attribute__((target("avx2"))) static inline __m256i cogtext_swapped(__m256i bytes) {
    return _mm256_xor_si256(bytes, _mm256_set1_epi8(2));
}

/* In swapped bytes: control characters and quotes. */
__attribute__((target("avx2"))) static inline __m256i cogtext_is_low(__m256i swapped) {
    return _mm256_cmpeq_epi8(_mm256_max_epu8(swapped, _mm256_set1_epi8(0x20)), _mm256_set1_epi8(0x20));
}

/* In swapped bytes: the same, and bytes beyond ASCII, which a signed comparison also considers low. */
__attribute__((target("avx2"))) static inline __m256i cogtext_is_outside(__m256i swapped) {
    return _mm256_cmpgt_epi8(_mm256_set1_epi8(0x21), swapped);
}

/* Bytes that a JSON string can't contain unescaped. */
__attribute__((target("avx2"))) static inline __m256i cogtext_to_escape(__m256i bytes) {
    return _mm256_or_si256(
        cogtext_is_low(cogtext_swapped(bytes)), _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\')));
}

/* The same, and bytes beyond ASCII. */
__attribute__((target("avx2"))) static inline __m256i cogtext_not_plain(__m256i bytes) {
    return _mm256_or_si256(
        cogtext_is_outside(cogtext_swapped(bytes)), _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\')));
}
