/* The spelling and the value of numbers. */
#include "scanner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Longer integers are refused. Python refuses them too, because they take so long to read. */
enum { INTEGER_DIGIT_LIMIT = 4300 };

/* A process that never calls setlocale uses JSON's decimal point. */
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

/* MARK: at once */

/* The end of the number that starts at `start`, and its last state; `start` if no number starts there. */
static inline size_t number_end(const uint8_t *text, size_t start, size_t count, cogjson_number *last) {
    size_t position = start + (text[start] == '-');
    if (position < count && text[position] == '0') {
        position++;
        *last = NUMBER_ZERO;
    } else {
        const size_t first = position;
        position = cogjson_digits_end(text, position, count);
        if (position == first) return start;
        *last = NUMBER_INTEGER;
    }
    if (position < count && text[position] == '.') {
        const size_t first = ++position;
        position = cogjson_digits_end(text, position, count);
        if (position == first) return start;
        *last = NUMBER_FRACTION;
    }
    if (position < count && (text[position] | 0x20) == 'e') {
        position++;
        if (position < count && (text[position] == '+' || text[position] == '-')) position++;
        const size_t first = position;
        position = cogjson_digits_end(text, position, count);
        if (position == first) return start;
        *last = NUMBER_EXPONENT;
    }
    return position;
}

size_t cogjson_number_end(const uint8_t *text, size_t start, size_t count) {
    cogjson_number last;
    return number_end(text, start, count, &last);
}

/* MARK: as it arrives */

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
        case NUMBER_INTEGER:
        case NUMBER_EXPONENT: position = cogjson_digits_end(text, position, count); break;
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

/* Reads several of an array's numbers at once; false if that isn't possible here. */
static bool take_run(cogjson_scanner *scanner, cogjson_input in) {
    if (scanner->depth == 0 || scanner->frames[scanner->depth - 1].is_object) return false;
    bool takes_fractions;
    if (!cogjson_accepts_numbers(scanner, &takes_fractions)) return false;
    size_t values;
    const size_t end = cogjson_number_run(
        in.text, scanner->facts.position, in.count, takes_fractions, &scanner->pace, &values);
    if (values == 0) return false;
    /* The first one has been counted already. */
    scanner->facts.values += values - 1;
    scanner->frames[scanner->depth - 1].count += values - 1;
    scanner->facts.position = end;
    cogjson_value_ended(scanner);
    return true;
}

/* After a number: moves on to the next number of the same array. False if something else follows, or nothing yet. */
static bool next_number_begins(cogjson_scanner *scanner, cogjson_input in) {
    const size_t end = scanner->facts.position;
    if (scanner->depth == 0 || in.text[end] != ',') return false;
    const cogjson_frame *frame = &scanner->frames[scanner->depth - 1];
    if (frame->is_object) return false;
    size_t next = end + 1;
    if (next < in.count && in.text[next] == ' ') next++;
    if (next >= in.count || (in.text[next] != '-' && !cogjson_is_digit(in.text[next]))) return false;
    scanner->facts.position = next;
    scanner->node = frame->node != NULL ? frame->node->items : NULL;
    cogjson_value_begins(scanner);
    return true;
}

cogjson_step cogjson_read_numbers(cogjson_scanner *scanner, cogjson_input in) {
    do {
        if (take_run(scanner, in)) continue;
        const size_t start = scanner->facts.position;
        const uint8_t first = in.text[start];
        scanner->token_start = start;
        const size_t end = number_end(in.text, start, in.count, &scanner->number);
        /* A number that is wrong or may continue is read byte by byte. */
        if (end == start || end == in.count || (scanner->number == NUMBER_ZERO && cogjson_is_digit(in.text[end]))) {
            scanner->token = TOKEN_NUMBER;
            scanner->number = first == '-' ? NUMBER_SIGN : first == '0' ? NUMBER_ZERO : NUMBER_INTEGER;
            scanner->facts.position++;
            return cogjson_read_number(scanner, in);
        }
        scanner->facts.position = end;
        if (number_ended(scanner, in) != STEP_DONE) return STEP_WRONG;
    } while (next_number_begins(scanner, in));
    return STEP_DONE;
}
