#pragma once

#include "CJSONScanner.h"
#include "digits.h"

/* What is expected next. */
typedef enum {
    STATE_VALUE,
    STATE_FIRST_ITEM,
    STATE_FIRST_KEY,
    STATE_KEY,
    STATE_COLON,
    STATE_AFTER,
    STATE_COMPLETE,
} cogjson_state;

/* The token that the end of the available text falls into, if any. */
typedef enum { TOKEN_NONE, TOKEN_KEY, TOKEN_STRING, TOKEN_NUMBER } cogjson_token;

/* The state within a number. */
typedef enum {
    NUMBER_SIGN,
    NUMBER_ZERO,
    NUMBER_INTEGER,
    NUMBER_POINT,
    NUMBER_FRACTION,
    NUMBER_E,
    NUMBER_E_SIGN,
    NUMBER_EXPONENT,
} cogjson_number;

/* An open container. */
typedef struct {
    const cogjson_node *node;
    /* The node's properties that were seen so far. */
    uint64_t seen;
    size_t count;
    /* The property that is likely to come next: most clients always send them in the same order. */
    uint32_t next;
    bool is_object;
} cogjson_frame;

/* The deepest nesting ever allowed, whatever the caller permits. */
enum { COGJSON_DEPTH_LIMIT = 127 };

struct cogjson_scanner {
    cogjson_facts facts;
    const cogjson_node *node; /* of the value that comes next */
    unsigned depth, depth_limit;
    cogjson_state state;
    cogjson_token token;
    cogjson_number number;
    cogjson_pace pace;
    bool has_escapes;    /* in the string that is being read */
    size_t token_start;  /* of a string without its quote */
    cogjson_range base64; /* in the current string: see cogjson_long_string */
    size_t value_start;  /* of the member of the root that is being read */
    int member;          /* its number; -1 for one that isn't remembered */
    cogjson_frame frames[COGJSON_DEPTH_LIMIT];
};

/* The result of a step over a token. */
typedef enum { STEP_DONE, STEP_MORE, STEP_WRONG } cogjson_step;

/* The text, as far as it is available. */
typedef struct {
    const uint8_t *text;
    size_t count;
    bool is_final;
} cogjson_input;

#define COGJSON_END_IN_VALUE "EOF while parsing a value"

static inline cogjson_step cogjson_fail(cogjson_scanner *scanner, const char *error, size_t position) {
    scanner->facts.error = error;
    scanner->facts.error_position = position;
    return STEP_WRONG;
}

/* The end of the available text falls into a token. */
static inline cogjson_step cogjson_end_within(cogjson_scanner *scanner, cogjson_input in, const char *error) {
    return in.is_final ? cogjson_fail(scanner, error, in.count) : STEP_MORE;
}

/* A value begins at the current position. */
static inline void cogjson_value_begins(cogjson_scanner *scanner) {
    if (scanner->depth == 1) scanner->value_start = scanner->facts.position;
    if (scanner->depth > 0) scanner->frames[scanner->depth - 1].count++;
    scanner->facts.values++;
}

/* A value has ended. */
static inline void cogjson_value_ended(cogjson_scanner *scanner) {
    if (scanner->depth == 1 && scanner->member >= 0) {
        scanner->facts.members[scanner->member] =
            (cogjson_range){scanner->value_start, scanner->facts.position};
        scanner->member = -1;
    }
    scanner->state = scanner->depth > 0 ? STATE_AFTER : STATE_COMPLETE;
}

/* Reads the number that starts here, and further numbers in the same array as far as they are available. */
cogjson_step cogjson_read_numbers(cogjson_scanner *scanner, cogjson_input in);

/* Tokens that may extend past the end of the available text. Reading resumes at the current position. */
cogjson_step cogjson_read_number(cogjson_scanner *scanner, cogjson_input in);
cogjson_step cogjson_read_string(cogjson_scanner *scanner, cogjson_input in);

/* The checks of schema.c: whether a value or a token satisfies a node. */
void cogjson_check_type(cogjson_scanner *scanner, uint32_t type);
void cogjson_check_string(cogjson_scanner *scanner, const uint8_t *bytes, size_t count);
void cogjson_check_number(cogjson_scanner *scanner, const uint8_t *bytes, size_t count, bool is_integer);
/* Whether the node of the next value accepts every integer, and every number if `takes_fractions` is set. */
bool cogjson_accepts_numbers(cogjson_scanner *scanner, bool *takes_fractions);
void cogjson_check_key(cogjson_scanner *scanner, const uint8_t *bytes, size_t count);
void cogjson_check_end(cogjson_scanner *scanner, const cogjson_frame *frame);

/* A number as a double; it is at most COGJSON_NUMBER_BYTES long. */
enum { COGJSON_NUMBER_BYTES = 63 };
double cogjson_double(const uint8_t *bytes, size_t count);
