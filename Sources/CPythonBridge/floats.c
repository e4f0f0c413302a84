/* Floating-point numbers as decimal text and back, exactly as Python does it.
 *
 * Based on R. Giulietti, "The Schubfach way to render doubles" (2021), and D. Lemire, "Number parsing at a gigabyte per
 * second" (Software: Practice and Experience 51, 2021). Both need powers of five with 128 bits. A model's numbers are
 * rarely farther from 1 than 10^±38, so the table holds the powers that can be computed in 128 bits; Python's own
 * functions do the rest. */
#include "codec.h"

#include <string.h>

typedef unsigned __int128 u128;

enum {
    POWER_MIN = -54, /* 5^54 is the last power that leaves two bits for the division below */
    POWER_MAX = 55,  /* 5^55 is the last power with no more than 128 bits */
};

/* 10^n = power × 2^e with 2^127 ≤ power < 2^128: exact for n ≥ 0, else rounded up. */
static u128 powers[POWER_MAX - POWER_MIN + 1];

static int leading_zeros(u128 value) {
    uint64_t high = (uint64_t)(value >> 64);
    return high != 0 ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)value);
}

/* ⌈2^e ÷ divisor⌉ for the e that makes it 128 bits long; the divisor must not be a power of two. */
static u128 reciprocal(u128 divisor) {
    u128 quotient = 0;
    u128 rest = 1;
    while (quotient >> 127 == 0) {
        rest <<= 1;
        quotient <<= 1;
        if (rest >= divisor) {
            rest -= divisor;
            quotient |= 1;
        }
    }
    return quotient + 1;
}

void cogpy_floats_prepare(void) {
    u128 power = 1;
    for (int n = 0; n <= POWER_MAX; n++, power *= 5) {
        powers[n - POWER_MIN] = power << leading_zeros(power);
        if (n > 0 && -n >= POWER_MIN) powers[-n - POWER_MIN] = reciprocal(power);
    }
}

/* ⌊log2(10^n)⌋ and ⌊log10(2^n)⌋; exact for the exponents that occur here. */
static int log2_of_power_of_10(int n) { return (n * 1741647) >> 19; }
static int log10_of_power_of_2(int n) { return (n * 1262611) >> 22; }
/* ⌊log10(¾ × 2^n)⌋ */
static int log10_of_three_quarters(int n) { return (n * 1262611 - 524031) >> 22; }

/* MARK: - To text */

/* power × factor ÷ 2^128, rounded to odd: the last bit tells whether anything was cut off. */
static uint64_t scaled(u128 power, uint64_t factor) {
    u128 low = (u128)(uint64_t)power * factor;
    u128 sum = (u128)(uint64_t)(power >> 64) * factor + (uint64_t)(low >> 64);
    return (uint64_t)(sum >> 64) | ((uint64_t)sum > 1);
}

typedef struct {
    uint64_t digits;
    int exponent;
} decimal;

/* The shortest decimal that reads as significand × 2^exponent; of several, the nearest. All numbers are in quarters of
 * a unit of the last decimal place. `power` is 10^-place. */
static decimal shortest(uint64_t significand, int exponent, bool is_boundary_closer, int place, u128 power) {
    int shift = exponent + log2_of_power_of_10(-place) + 1;
    uint64_t low = scaled(power, (4 * significand - 2 + is_boundary_closer) << shift);
    uint64_t here = scaled(power, (4 * significand) << shift);
    uint64_t high = scaled(power, (4 * significand + 2) << shift);
    /* The ends of the interval read as the number itself only if the number is even. */
    if (significand & 1) {
        low++;
        high--;
    }
    uint64_t whole = here / 4;
    uint64_t tens = whole / 10;
    bool is_low_inside = low <= 40 * tens;
    bool is_high_inside = 40 * tens + 40 <= high;
    if (is_low_inside != is_high_inside) return (decimal){tens + is_high_inside, place + 1};
    is_low_inside = low <= 4 * whole;
    is_high_inside = 4 * whole + 4 <= high;
    if (is_low_inside != is_high_inside) return (decimal){whole + is_high_inside, place};
    uint64_t middle = 4 * whole + 2;
    return (decimal){whole + (here > middle || (here == middle && (whole & 1))), place};
}

/* The most digits that a decimal has. As many zeros follow them, so copies needn't check how many digits there are. */
enum { PLACES = 17, ZEROS = 17 };

/* The eight digits of a number below 10^8, one per byte, the first in the lowest. The number is split into fours, then
 * pairs, then digits, each step on all of them at once. */
static uint64_t spread(uint32_t number) {
    uint64_t fours = number / 10000 | (uint64_t)(number % 10000) << 32;
    uint64_t hundreds = (fours * 5243) >> 19 & 0x0000007F0000007F;
    uint64_t pairs = hundreds | (fours - hundreds * 100) << 16;
    uint64_t tens = (pairs * 103) >> 10 & 0x000F000F000F000F;
    return tens | (pairs - tens * 10) << 8;
}

/* Digits as text: `first` is the first significant one, `end` follows the last, and zeros come after that. */
typedef struct {
    char places[PLACES + ZEROS];
    int first, end;
} spelling;

static void spell(uint64_t digits, spelling *spelled) {
    const uint64_t zeros = 0x3030303030303030;
    uint64_t above = digits / 100000000;
    uint32_t top = (uint32_t)(above / 100000000);
    uint64_t upper = spread((uint32_t)(above % 100000000));
    uint64_t lower = spread((uint32_t)(digits % 100000000));
    memset(spelled->places, '0', sizeof spelled->places);
    spelled->places[0] = (char)('0' + top);
    uint64_t text = upper | zeros;
    memcpy(spelled->places + 1, &text, 8);
    text = lower | zeros;
    memcpy(spelled->places + 9, &text, 8);
    spelled->first = top != 0 ? 0 : upper != 0 ? 1 + __builtin_ctzll(upper) / 8 : 9 + __builtin_ctzll(lower) / 8;
    spelled->end = lower != 0 ? PLACES - __builtin_clzll(lower) / 8
        : upper != 0          ? 9 - __builtin_clzll(upper) / 8
                              : 1;
}

static size_t exponent_text(int exponent, char *text) {
    char *end = text;
    *end++ = 'e';
    *end++ = exponent < 0 ? '-' : '+';
    if (exponent < 0) exponent = -exponent;
    if (exponent >= 100) *end++ = (char)('0' + exponent / 100);
    *end++ = (char)('0' + exponent / 10 % 10);
    *end++ = (char)('0' + exponent % 10);
    return (size_t)(end - text);
}

/* Formats digits as `repr` does, with an exponent outside of 1e-4 … 1e16. Copies all places, whether or not they count.
 */
static size_t laid_out(decimal number, char *text) {
    spelling spelled;
    spell(number.digits, &spelled);
    const char *digits = spelled.places + spelled.first;
    int count = spelled.end - spelled.first;
    int point = PLACES - spelled.first + number.exponent; /* 0.digits × 10^point */
    if (point > -4 && point <= 0) {
        memcpy(text, "0.0000", 6);
        memcpy(text + 2 - point, digits, PLACES);
        return (size_t)(2 - point + count);
    }
    if (point > 0 && point <= 16) {
        memcpy(text, digits, PLACES);
        text[point] = '.';
        text[point + 1] = '0';
        if (count <= point) return (size_t)point + 2;
        memcpy(text + point + 1, digits + point, PLACES);
        return (size_t)count + 1;
    }
    text[0] = digits[0];
    text[1] = '.';
    memcpy(text + 2, digits + 1, PLACES - 1);
    int end = count > 1 ? count + 1 : 1;
    return (size_t)end + exponent_text(point - 1, text + end);
}

/* Python's own conversion, for numbers that are too large or too small for the table. */
static size_t text_by_python(double value, char *text) {
    char *made = cogpy_table.PyOS_double_to_string(value, 'r', 0, PY_DTSF_ADD_DOT_0, NULL);
    if (made == NULL) {
        cogpy_table.PyErr_Clear();
        return 0;
    }
    size_t count = strlen(made);
    if (count > COGPY_FLOAT_TEXT_BYTES) count = 0;
    memcpy(text, made, count);
    cogpy_table.PyMem_Free(made);
    return count;
}

size_t cogpy_float_text(double value, char *text) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
    int biased = (int)(bits >> 52 & 0x7ff);
    char *start = text;
    if (bits >> 63) *text++ = '-';
    if (biased == 0 && fraction == 0) {
        memcpy(text, "0.0", 3);
        return (size_t)(text + 3 - start);
    }
    uint64_t significand = fraction | (uint64_t)1 << 52;
    int exponent = biased - 1075;
    bool is_boundary_closer = fraction == 0;
    int place = is_boundary_closer ? log10_of_three_quarters(exponent) : log10_of_power_of_2(exponent);
    if (biased == 0 || -place < POWER_MIN || -place > POWER_MAX) return text_by_python(value, start);
    decimal number = shortest(significand, exponent, is_boundary_closer, place, powers[-place - POWER_MIN]);
    return (size_t)(text - start) + laid_out(number, text);
}

/* MARK: - From text */

bool cogpy_float_from_digits(uint64_t digits, int exponent, double *value) {
    if (digits == 0) {
        *value = 0;
        return true;
    }
    if (exponent < POWER_MIN || exponent > POWER_MAX) return false;
    u128 power = powers[exponent - POWER_MIN];
    int shift = __builtin_clzll(digits);
    uint64_t factor = digits << shift;
    u128 product = (u128)factor * (uint64_t)(power >> 64);
    if ((product >> 64 & 0x1ff) == 0x1ff) {
        /* The power's lower half may still change the nine bits below the result. */
        product += (uint64_t)((u128)factor * (uint64_t)power >> 64);
        if ((uint64_t)product == UINT64_MAX && exponent < -27) return false;
    }
    uint64_t high = (uint64_t)(product >> 64);
    int upper = (int)(high >> 63);
    uint64_t significand = high >> (upper + 9); /* 53 bits and one more to round by */
    int binary = log2_of_power_of_10(exponent) + 63 + upper - shift + 1023;
    /* Halfway between two numbers, which only small powers allow: the even one counts as the nearest. */
    if ((uint64_t)product <= 1 && exponent >= -4 && exponent <= 23 && (significand & 3) == 1 &&
        significand << (upper + 9) == high)
        significand &= ~(uint64_t)1;
    significand = (significand + (significand & 1)) >> 1;
    if (significand == (uint64_t)1 << 53) {
        significand >>= 1;
        binary++;
    }
    uint64_t bits = (significand & (((uint64_t)1 << 52) - 1)) | (uint64_t)binary << 52;
    memcpy(value, &bits, sizeof bits);
    return true;
}
