#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads JSON text by RFC 8259 in one pass, as it arrives, without building anything.
 * docs/decisions/json-without-a-tree.md gives the reasons. Nothing here takes memory that grows with the text. */

/* The types that a value may have. */
enum {
    COGJSON_NULL = 1,
    COGJSON_BOOLEAN = 2,
    COGJSON_NUMBER = 4,
    COGJSON_INTEGER = 8,
    COGJSON_STRING = 16,
    COGJSON_ARRAY = 32,
    COGJSON_OBJECT = 64,
};

/* The most properties that a node may have, and the most members of the outermost object that are remembered. */
enum { COGJSON_PROPERTY_LIMIT = 64, COGJSON_MEMBER_LIMIT = 8 };

/* UTF-8 text. */
typedef struct {
    const uint8_t *_Nullable bytes;
    size_t count;
} cogjson_text;

typedef struct cogjson_node cogjson_node;

/* A member of an object that a schema describes. `node` is NULL if the member may have any value. */
typedef struct {
    cogjson_text name;
    const cogjson_node *_Nullable node;
} cogjson_property;

/* A schema, as far as it can be checked in passing. What it accepts is certainly valid; anything else is doubtful and
 * has to be checked by a validator that knows the whole schema. */
struct cogjson_node {
    /* COGJSON_… bits; 0 for any type. */
    uint32_t types;
    /* The node requires more than can be checked here. */
    bool is_opaque;
    /* Members other than `properties` aren't accepted. */
    bool is_closed;
    /* Members other than `properties` are reported: see `has_unknown`. */
    bool reports_unknown;
    bool has_bounds;
    double minimum, maximum;
    bool excludes_minimum, excludes_maximum;
    /* In characters of a string, or items of an array. */
    size_t min_length, max_length, min_items, max_items;
    /* The allowed strings; NULL if any string is allowed. */
    const cogjson_text *_Nullable choices;
    size_t choice_count;
    const cogjson_node *_Nullable items;
    const cogjson_property *_Nullable properties;
    size_t property_count;
    /* Bits of the required properties. */
    uint64_t required;
    /* The node for members other than `properties`. */
    const cogjson_node *_Nullable others;
};

typedef struct {
    size_t start, end;
} cogjson_range;

/* A long string. */
typedef struct {
    /* Its position, including the quotes. */
    cogjson_range place;
    /* A part of it that holds only base64 characters: most of a file that arrived in pieces. Empty if no such part is
     * known. */
    cogjson_range base64;
} cogjson_long_string;

/* The minimum size of a long string, and how many long strings are remembered. */
enum { COGJSON_LONG_STRING_BYTES = 4096, COGJSON_LONG_STRING_LIMIT = 8 };

/* What is known about a text so far. */
typedef struct {
    /* How much of the text has been read. */
    size_t position;
    /* What is wrong with the text, and how much had been read when that became clear; NULL while nothing is. */
    const char *_Nullable error;
    size_t error_position;
    /* The number of values at any depth, including containers. */
    size_t values;
    /* The text may violate the schema. */
    bool is_doubtful;
    /* An object has members that its node doesn't describe but wants reported. */
    bool has_unknown;
    /* Bits of the root's properties that were found, and of those found more than once. */
    uint32_t found, repeated;
    /* The positions of the root's first properties. */
    cogjson_range members[COGJSON_MEMBER_LIMIT];
    /* The first long strings, in order. */
    cogjson_long_string long_strings[COGJSON_LONG_STRING_LIMIT];
    size_t long_string_count;
} cogjson_facts;

typedef enum {
    /* Everything available was read, and more must follow. */
    COGJSON_MORE,
    /* The text is complete and well-formed. */
    COGJSON_COMPLETE,
    /* The text is wrong; `error` says how. */
    COGJSON_WRONG,
} cogjson_status;

typedef struct cogjson_scanner cogjson_scanner;

/* Makes a scanner; NULL if there is no memory. Free it with cogjson_free. */
cogjson_scanner *_Nullable cogjson_new(void);
void cogjson_free(cogjson_scanner *_Nullable scanner);

/* Begins a new text after skipping `start` bytes. `root` describes its outermost value and must outlive the reading. */
void cogjson_begin(
    cogjson_scanner *_Nonnull scanner, const cogjson_node *_Nullable root, unsigned depth_limit, size_t start);

/* Reads on, up to `count` bytes from the start of the text, which may have moved since the last call. `is_final` means
 * that nothing follows. Call it again only after COGJSON_MORE. */
cogjson_status cogjson_feed(
    cogjson_scanner *_Nonnull scanner, const uint8_t *_Nonnull text, size_t count, bool is_final);

const cogjson_facts *_Nonnull cogjson_found(const cogjson_scanner *_Nonnull scanner);

/* MARK: text that was read and is well-formed */

/* The end of the value that starts at `start`. The `long_count` long strings aren't searched for their end. */
size_t cogjson_value_end(
    const uint8_t *_Nonnull text, size_t start, size_t count, const cogjson_long_string *_Nullable longs,
    size_t long_count);

/* The first byte from `start` on that isn't whitespace; `count` if there is none. */
size_t cogjson_space_end(const uint8_t *_Nonnull text, size_t start, size_t count);

/* Whether these bytes contain a backslash. */
bool cogjson_has_escapes(const uint8_t *_Nullable bytes, size_t count);

/* Writes the unescaped contents of a string, which are never longer than the contents. Returns their length. */
size_t cogjson_unescape(const uint8_t *_Nullable contents, size_t count, uint8_t *_Nullable output);

/* MARK: text that may be anything */

/* The end of the number that starts at `start`, which must be less than `count`; `start` if no number starts there. */
size_t cogjson_number_end(const uint8_t *_Nonnull text, size_t start, size_t count);

/* Decides when to look for a run of numbers. Zero it before use. */
typedef struct {
    unsigned wait, left;
} cogjson_pace;

/* The end of the last of several consecutive numbers in an array. The first one starts at `start`, which is less than
 * `count`; a comma follows the last one. Finds only what the processor's vector instructions can handle: numbers of fewer
 * than 64 bytes, without exponents, and with fractions only if `takes_fractions`. Returns `start` if it finds none. Sets
 * `values` to the number of numbers. Call it for every number: after a failure, it skips some of the calls. */
size_t cogjson_number_run(
    const uint8_t *_Nonnull text, size_t start, size_t count, bool takes_fractions, cogjson_pace *_Nonnull pace,
    size_t *_Nonnull values);
