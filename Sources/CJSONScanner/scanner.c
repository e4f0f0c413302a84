/* The grammar: one pass over the tokens, which may stop and resume anywhere. */
#include "scanner.h"

#include <stdlib.h>
#include <string.h>

/* What a byte may begin. */
enum { CLASS_WRONG, CLASS_SPACE, CLASS_QUOTE, CLASS_OPEN, CLASS_NUMBER, CLASS_WORD };

static const uint8_t classes[256] = {
    [' '] = CLASS_SPACE,  ['\t'] = CLASS_SPACE, ['\n'] = CLASS_SPACE, ['\r'] = CLASS_SPACE, ['"'] = CLASS_QUOTE,
    ['{'] = CLASS_OPEN,   ['['] = CLASS_OPEN,   ['-'] = CLASS_NUMBER, ['0'] = CLASS_NUMBER, ['1'] = CLASS_NUMBER,
    ['2'] = CLASS_NUMBER, ['3'] = CLASS_NUMBER, ['4'] = CLASS_NUMBER, ['5'] = CLASS_NUMBER, ['6'] = CLASS_NUMBER,
    ['7'] = CLASS_NUMBER, ['8'] = CLASS_NUMBER, ['9'] = CLASS_NUMBER, ['t'] = CLASS_WORD,   ['f'] = CLASS_WORD,
    ['n'] = CLASS_WORD,
};

cogjson_scanner *cogjson_new(void) {
    return malloc(sizeof(cogjson_scanner));
}

void cogjson_free(cogjson_scanner *scanner) {
    free(scanner);
}

const cogjson_facts *cogjson_found(const cogjson_scanner *scanner) {
    return &scanner->facts;
}

void cogjson_begin(cogjson_scanner *scanner, const cogjson_node *root, unsigned depth_limit, size_t start) {
    memset(scanner, 0, offsetof(cogjson_scanner, frames));
    scanner->facts.position = start;
    scanner->node = root;
    scanner->member = -1;
    scanner->depth_limit = depth_limit < COGJSON_DEPTH_LIMIT ? depth_limit : COGJSON_DEPTH_LIMIT;
}

/* MARK: containers */

static cogjson_step open_container(cogjson_scanner *scanner, uint8_t byte) {
    if (scanner->depth >= scanner->depth_limit) {
        return cogjson_fail(scanner, "recursion limit exceeded", scanner->facts.position + 1);
    }
    const bool is_object = byte == '{';
    cogjson_check_type(scanner, is_object ? COGJSON_OBJECT : COGJSON_ARRAY);
    cogjson_frame *frame = &scanner->frames[scanner->depth++];
    frame->node = scanner->facts.is_doubtful && scanner->depth > 1 ? NULL : scanner->node;
    frame->seen = 0;
    frame->count = 0;
    frame->next = 0;
    frame->is_object = is_object;
    if (!is_object) scanner->node = frame->node != NULL ? frame->node->items : NULL;
    scanner->state = is_object ? STATE_FIRST_KEY : STATE_FIRST_ITEM;
    scanner->facts.position++;
    return STEP_DONE;
}

static void close_container(cogjson_scanner *scanner) {
    scanner->depth--;
    cogjson_check_end(scanner, &scanner->frames[scanner->depth]);
    scanner->facts.position++;
    cogjson_value_ended(scanner);
}

static cogjson_step word(cogjson_scanner *scanner, cogjson_input in) {
    const uint8_t first = in.text[scanner->facts.position];
    const char *expected = first == 't' ? "true" : first == 'f' ? "false" : "null";
    const size_t length = first == 'f' ? 5 : 4, start = scanner->facts.position;
    for (size_t i = 1; i < length; i++) {
        if (start + i >= in.count) return cogjson_end_within(scanner, in, COGJSON_END_IN_VALUE);
        if (in.text[start + i] != (uint8_t)expected[i]) return cogjson_fail(scanner, "expected ident", start + i + 1);
    }
    cogjson_check_type(scanner, first == 'n' ? COGJSON_NULL : COGJSON_BOOLEAN);
    scanner->facts.position += length;
    cogjson_value_ended(scanner);
    return STEP_DONE;
}

/* MARK: the grammar */

static cogjson_step begin_string(cogjson_scanner *scanner, cogjson_input in, cogjson_token token) {
    scanner->facts.position++;
    scanner->token = token;
    scanner->token_start = scanner->facts.position;
    scanner->has_escapes = false;
    scanner->base64 = (cogjson_range){0, 0};
    return cogjson_read_string(scanner, in);
}

static cogjson_step value(cogjson_scanner *scanner, cogjson_input in, uint8_t byte) {
    cogjson_value_begins(scanner);
    switch (classes[byte]) {
    case CLASS_QUOTE: return begin_string(scanner, in, TOKEN_STRING);
    case CLASS_OPEN: return open_container(scanner, byte);
    case CLASS_NUMBER: return cogjson_read_numbers(scanner, in);
    case CLASS_WORD: {
        const cogjson_step result = word(scanner, in);
        /* It is read again once more text is available. */
        if (result == STEP_MORE) {
            scanner->facts.values--;
            if (scanner->depth > 0) scanner->frames[scanner->depth - 1].count--;
        }
        return result;
    }
    default: return cogjson_fail(scanner, "expected value", scanner->facts.position + 1);
    }
}

static cogjson_step after_value(cogjson_scanner *scanner, uint8_t byte) {
    const cogjson_frame *frame = &scanner->frames[scanner->depth - 1];
    if (byte == ',') {
        scanner->facts.position++;
        scanner->state = frame->is_object ? STATE_KEY : STATE_VALUE;
        if (!frame->is_object) scanner->node = frame->node != NULL ? frame->node->items : NULL;
        return STEP_DONE;
    }
    if (byte == (frame->is_object ? '}' : ']')) {
        close_container(scanner);
        return STEP_DONE;
    }
    return cogjson_fail(
        scanner, frame->is_object ? "expected `,` or `}`" : "expected `,` or `]`", scanner->facts.position + 1);
}

/* Reads the token that starts with `byte`. */
static cogjson_step token(cogjson_scanner *scanner, cogjson_input in, uint8_t byte) {
    const size_t position = scanner->facts.position;
    switch (scanner->state) {
    case STATE_FIRST_ITEM:
        if (byte == ']') {
            close_container(scanner);
            return STEP_DONE;
        }
        return value(scanner, in, byte);
    case STATE_VALUE: return value(scanner, in, byte);
    case STATE_FIRST_KEY:
        if (byte == '}') {
            close_container(scanner);
            return STEP_DONE;
        }
        /* fall through */
    case STATE_KEY:
        if (byte != '"') return cogjson_fail(scanner, "key must be a string", position + 1);
        return begin_string(scanner, in, TOKEN_KEY);
    case STATE_COLON:
        if (byte != ':') return cogjson_fail(scanner, "expected `:`", position + 1);
        scanner->facts.position++;
        scanner->state = STATE_VALUE;
        return STEP_DONE;
    case STATE_AFTER: return after_value(scanner, byte);
    case STATE_COMPLETE: break;
    }
    return cogjson_fail(scanner, "trailing characters", position + 1);
}

static const char *end_error(const cogjson_scanner *scanner) {
    switch (scanner->state) {
    case STATE_FIRST_ITEM: return "EOF while parsing a list";
    case STATE_FIRST_KEY:
    case STATE_COLON: return "EOF while parsing an object";
    case STATE_AFTER:
        return scanner->frames[scanner->depth - 1].is_object ? "EOF while parsing an object"
                                                             : "EOF while parsing a list";
    default: return COGJSON_END_IN_VALUE;
    }
}

cogjson_status cogjson_feed(cogjson_scanner *scanner, const uint8_t *text, size_t count, bool is_final) {
    const cogjson_input in = {text, count, is_final};
    cogjson_step result = STEP_DONE;
    if (scanner->token == TOKEN_NUMBER) {
        result = cogjson_read_number(scanner, in);
    } else if (scanner->token != TOKEN_NONE) {
        result = cogjson_read_string(scanner, in);
    }
    while (result == STEP_DONE) {
        size_t position = scanner->facts.position;
        while (position < count && classes[text[position]] == CLASS_SPACE) position++;
        scanner->facts.position = position;
        if (position >= count) {
            if (!is_final) return COGJSON_MORE;
            if (scanner->state == STATE_COMPLETE) return COGJSON_COMPLETE;
            result = cogjson_fail(scanner, end_error(scanner), count);
            break;
        }
        result = token(scanner, in, text[position]);
    }
    return result == STEP_MORE ? COGJSON_MORE : COGJSON_WRONG;
}
