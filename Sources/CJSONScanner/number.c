/* Numbers: how they are spelled, and what they are worth. */
#include "scanner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Longer integers are refused: Python refuses them too, for the time that reading them takes. */
enum { INTEGER_DIGIT_LIMIT = 4300 };

/* A process that never calls setlocale has the decimal point that JSON has. */
double cogjson_double(const uint8_t *bytes, size_t count) {
    char copy[COGJSON_NUMBER_BYTES + 1];
    memcpy(copy, bytes, count);
    copy[count] = 0;
    return strtod(copy, NULL);
}

/* Whether a number is too large for a double. */
static bool overflows(const uint8_t *bytes, size_t count) {
    /* The number is 0.DIGITS × 10^magnitude. Its first digits decide when the magnitude alone doesn't. */
    enum { KEPT_DIGITS = 40 };
    char digits[2 + KEPT_DIGITS + 8] = "0.";
    size_t kept = 0;
    long long magnitude = 0, exponent = 0;
    bool is_fraction = false;
    size_t i = bytes[0] == '-' ? 1 : 0;
    for (; i < count && (cogjson_is_digit(bytes[i]) || bytes[i] == '.'); i++) {
        if (bytes[i] == '.') {
            is_fraction = true;
        } else if (kept == 0 && bytes[i] == '0') {
            if (is_fraction) magnitude--;
        } else {
            if (!is_fraction) magnitude++;
            if (kept < KEPT_DIGITS) digits[2 + kept++] = (char)bytes[i];
        }
    }
    if (kept == 0) return false;
    if (i < count) {
        i++;
        const bool is_negative = bytes[i] == '-';
        if (bytes[i] == '-' || bytes[i] == '+') i++;
        for (; i < count; i++) {
            if (exponent < 1000000000000) exponent = exponent * 10 + (bytes[i] - '0');
        }
        magnitude += is_negative ? -exponent : exponent;
    }
    if (magnitude != 309) return magnitude > 309;
    memcpy(digits + 2 + kept, "e309", 5);
    return isinf(strtod(digits, NULL));
}

/* MARK: reading */

static const char wrong_number[] = "invalid number";

static cogjson_step number_ended(cogjson_scanner *scanner, cogjson_input in) {
    const uint8_t *token = in.text + scanner->token_start;
    const size_t count = scanner->facts.position - scanner->token_start;
    const bool is_integer = scanner->number == NUMBER_ZERO || scanner->number == NUMBER_INTEGER;
    const bool may_overflow = scanner->number == NUMBER_EXPONENT ? count > 4 : !is_integer && count > 300;
    if (is_integer ? count - (token[0] == '-') > INTEGER_DIGIT_LIMIT : may_overflow && overflows(token, count)) {
        return cogjson_fail(scanner, "number out of range", scanner->facts.position);
    }
    cogjson_check_number(scanner, token, count, is_integer);
    scanner->token = TOKEN_NONE;
    cogjson_value_ended(scanner);
    return STEP_DONE;
}

/* Eight digits at once: all high halves are 3, and stay so when 6 is added to the low ones. */
static inline bool are_eight_digits(const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    const uint64_t highs = 0xF0F0F0F0F0F0F0F0;
    return ((word & highs) | ((word + 0x0606060606060606) & highs) >> 4) == 0x3333333333333333;
}

cogjson_step cogjson_read_number(cogjson_scanner *scanner, cogjson_input in) {
    const uint8_t *text = in.text;
    const size_t count = in.count;
    size_t position = scanner->facts.position;
    cogjson_number state = scanner->number;
    for (; position < count; position++) {
        const uint8_t byte = text[position];
        switch (state) {
        case NUMBER_SIGN:
        case NUMBER_POINT:
        case NUMBER_E_SIGN:
        needs_digit:
            if (!cogjson_is_digit(byte)) return cogjson_fail(scanner, wrong_number, position + 1);
            state = state == NUMBER_POINT    ? NUMBER_FRACTION
                : state == NUMBER_SIGN       ? (byte == '0' ? NUMBER_ZERO : NUMBER_INTEGER)
                                             : NUMBER_EXPONENT;
            continue;
        case NUMBER_E:
            if (byte != '+' && byte != '-') goto needs_digit;
            state = NUMBER_E_SIGN;
            continue;
        case NUMBER_ZERO:
            if (cogjson_is_digit(byte)) return cogjson_fail(scanner, wrong_number, position + 1);
            break;
        case NUMBER_FRACTION:
            while (count - position >= 8 && are_eight_digits(text + position)) position += 8;
            /* fall through */
        case NUMBER_INTEGER:
        case NUMBER_EXPONENT:
            while (position < count && cogjson_is_digit(text[position])) position++;
            break;
        }
        if (position >= count) break;
        const uint8_t next = text[position];
        if (next == '.' && (state == NUMBER_ZERO || state == NUMBER_INTEGER)) {
            state = NUMBER_POINT;
        } else if ((next | 0x20) == 'e' && state != NUMBER_EXPONENT) {
            state = NUMBER_E;
        } else {
            scanner->facts.position = position;
            scanner->number = state;
            return number_ended(scanner, in);
        }
    }
    scanner->facts.position = position;
    scanner->number = state;
    if (!in.is_final) return STEP_MORE;
    if (state == NUMBER_ZERO || state == NUMBER_INTEGER || state == NUMBER_FRACTION || state == NUMBER_EXPONENT) {
        return number_ended(scanner, in);
    }
    return cogjson_fail(scanner, COGJSON_END_IN_VALUE, count);
}
