/* What AVX2 says about 32 bytes of text: all bits of a byte are set where it is what a function is named after. */
#pragma once

#include <immintrin.h>

/* The bytes with 0x20 and 0x22 swapped: the quote stands next to the control characters then, and one comparison finds both. */
__attribute__((target("avx2"))) static inline __m256i cogtext_swapped(__m256i bytes) {
    return _mm256_xor_si256(bytes, _mm256_set1_epi8(2));
}

/* Of swapped bytes: control characters and quotes. */
__attribute__((target("avx2"))) static inline __m256i cogtext_is_low(__m256i swapped) {
    return _mm256_cmpeq_epi8(_mm256_max_epu8(swapped, _mm256_set1_epi8(0x20)), _mm256_set1_epi8(0x20));
}

/* Of swapped bytes: the same, and what is beyond ASCII, which is low as well when compared with sign. */
__attribute__((target("avx2"))) static inline __m256i cogtext_is_outside(__m256i swapped) {
    return _mm256_cmpgt_epi8(_mm256_set1_epi8(0x21), swapped);
}

/* What a JSON string can't hold as it is. */
__attribute__((target("avx2"))) static inline __m256i cogtext_to_escape(__m256i bytes) {
    return _mm256_or_si256(
        cogtext_is_low(cogtext_swapped(bytes)), _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\')));
}

/* The same, and what is beyond ASCII. */
__attribute__((target("avx2"))) static inline __m256i cogtext_not_plain(__m256i bytes) {
    return _mm256_or_si256(
        cogtext_is_outside(cogtext_swapped(bytes)), _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\')));
}
