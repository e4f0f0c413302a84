#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads JSON text by RFC 8259 in one pass, as it arrives, without building anything. docs/decisions/json-without-a-tree.md
 * says why. Nothing here takes memory that grows with the text. */

/* What a value may be. */
enum {
    COGJSON_NULL = 1,
    COGJSON_BOOLEAN = 2,
    COGJSON_NUMBER = 4,
    COGJSON_INTEGER = 8,
    COGJSON_STRING = 16,
    COGJSON_ARRAY = 32,
    COGJSON_OBJECT = 64,
};

/* How many properties a node may have, and how many of the outermost object are remembered. */
enum { COGJSON_PROPERTY_LIMIT = 64, COGJSON_MEMBER_LIMIT = 8 };

/* Bytes of UTF-8. */
typedef struct {
    const uint8_t *_Nullable bytes;
    size_t count;
} cogjson_text;

typedef struct cogjson_node cogjson_node;

/* A member of an object that a schema describes. `node` is NULL for one that may be anything. */
typedef struct {
    cogjson_text name;
    const cogjson_node *_Nullable node;
} cogjson_property;

/* A schema as far as it can be checked in passing. What it accepts is surely valid; anything else is doubtful, and has to be
 * looked at by a validator that knows the whole schema. */
struct cogjson_node {
    /* COGJSON_… bits; 0 for anything. */
    uint32_t types;
    /* The node says more than can be checked here. */
    bool is_opaque;
    /* Members other than `properties` are not accepted. */
    bool is_closed;
    /* Members other than `properties` are worth knowing of: see `has_unknown`. */
    bool reports_unknown;
    bool has_bounds;
    double minimum, maximum;
    bool excludes_minimum, excludes_maximum;
    /* In characters of a string; in items of an array. */
    size_t min_length, max_length, min_items, max_items;
    /* What a string must be one of; no choices if there are none. */
    const cogjson_text *_Nullable choices;
    size_t choice_count;
    const cogjson_node *_Nullable items;
    const cogjson_property *_Nullable properties;
    size_t property_count;
    /* Bits of the properties that must be there. */
    uint64_t required;
    /* For members other than `properties`. */
    const cogjson_node *_Nullable others;
};

typedef struct {
    size_t start, end;
} cogjson_range;

/* What has been found out about a text so far. */
typedef struct {
    /* How much of the text was read. */
    size_t position;
    /* What is wrong with it, and how much was read when that was clear; NULL while nothing is. */
    const char *_Nullable error;
    size_t error_position;
    /* How many values there are at any depth, containers included. */
    size_t values;
    /* The schema may be violated. */
    bool is_doubtful;
    /* An object whose node reports them has members that the node doesn't describe. */
    bool has_unknown;
    /* Bits of the root's properties that were found, and of those found more than once. */
    uint32_t found, repeated;
    /* The values of the root's first properties. */
    cogjson_range members[COGJSON_MEMBER_LIMIT];
} cogjson_facts;

typedef enum {
    /* All there is was read, and more must follow. */
    COGJSON_MORE,
    /* The text is complete and well-formed. */
    COGJSON_COMPLETE,
    /* The text is wrong: see `error`. */
    COGJSON_WRONG,
} cogjson_status;

typedef struct cogjson_scanner cogjson_scanner;

/* A scanner; NULL without memory. Give it to cogjson_free. */
cogjson_scanner *_Nullable cogjson_new(void);
void cogjson_free(cogjson_scanner *_Nullable scanner);

/* Begins a new text after `start` bytes that are to be skipped. Its root is described by `root`, which must outlive the
 * reading. */
void cogjson_begin(
    cogjson_scanner *_Nonnull scanner, const cogjson_node *_Nullable root, unsigned depth_limit, size_t start);

/* Reads on, up to `count` bytes from the text's beginning, which may have moved since the last call. `is_final` says that
 * there are no more. Call it again only after COGJSON_MORE. */
cogjson_status cogjson_feed(
    cogjson_scanner *_Nonnull scanner, const uint8_t *_Nonnull text, size_t count, bool is_final);

const cogjson_facts *_Nonnull cogjson_found(const cogjson_scanner *_Nonnull scanner);

/* MARK: text that was read and is well-formed */

/* The end of the value that starts at `start`. */
size_t cogjson_value_end(const uint8_t *_Nonnull text, size_t start, size_t count);

/* The first byte from `start` on that is no white space; `count` if there is none. */
size_t cogjson_space_end(const uint8_t *_Nonnull text, size_t start, size_t count);

/* Whether a backslash is among these bytes. */
bool cogjson_has_escapes(const uint8_t *_Nullable bytes, size_t count);

/* Writes what the contents of a string mean, which never takes more room than the contents. Returns how much that is. */
size_t cogjson_unescape(const uint8_t *_Nullable contents, size_t count, uint8_t *_Nullable output);

/* MARK: text that may be anything */

/* The end of the number that starts at `start`, which is less than `count`; `start` if no number starts there. */
size_t cogjson_number_end(const uint8_t *_Nonnull text, size_t start, size_t count);
