/* Checks values in passing. Anything that isn't certainly valid is doubtful; after that, nothing more is checked. */
#include "scanner.h"

#include <string.h>

static inline void doubt(cogjson_scanner *scanner) {
    scanner->facts.is_doubtful = true;
}

/* The node to check against; NULL if there is nothing to check. */
static inline const cogjson_node *node_of(cogjson_scanner *scanner) {
    const cogjson_node *node = scanner->node;
    if (node == NULL || scanner->facts.is_doubtful) return NULL;
    if (node->is_opaque) {
        doubt(scanner);
        return NULL;
    }
    return node;
}

void cogjson_check_type(cogjson_scanner *scanner, uint32_t type) {
    const cogjson_node *node = node_of(scanner);
    if (node == NULL) return;
    /* The choices are strings, so only a string can be one of them, or null if the node is nullable. */
    const bool is_chosen = node->choices == NULL || (type == COGJSON_NULL && node->types & COGJSON_NULL);
    if ((node->types != 0 && !(node->types & type)) || !is_chosen) doubt(scanner);
}

/* The number of characters if it is cheap to determine; otherwise SIZE_MAX. */
static size_t characters(const uint8_t *bytes, size_t count) {
    enum { CHEAP_BYTES = 4096 };
    if (count > CHEAP_BYTES) return SIZE_MAX;
    size_t characters = 0;
    for (size_t i = 0; i < count; i++) characters += (bytes[i] & 0xC0) != 0x80;
    return characters;
}

static bool has_length(const cogjson_node *node, const uint8_t *bytes, size_t count, bool has_escapes) {
    /* A character takes 1 to 4 bytes, or 6 to 12 as an escape. */
    if (count <= node->max_length && count / (has_escapes ? 12 : 4) >= node->min_length) return true;
    if (has_escapes) return false;
    const size_t length = characters(bytes, count);
    return length != SIZE_MAX && length >= node->min_length && length <= node->max_length;
}

void cogjson_check_string(cogjson_scanner *scanner, const uint8_t *bytes, size_t count) {
    const cogjson_node *node = node_of(scanner);
    if (node == NULL) return;
    if (node->types != 0 && !(node->types & COGJSON_STRING)) return doubt(scanner);
    if (!has_length(node, bytes, count, scanner->has_escapes)) return doubt(scanner);
    if (node->choices == NULL) return;
    if (scanner->has_escapes) return doubt(scanner);
    for (size_t i = 0; i < node->choice_count; i++) {
        const cogjson_text *choice = &node->choices[i];
        if (choice->count == count && (count == 0 || memcmp(choice->bytes, bytes, count) == 0)) return;
    }
    doubt(scanner);
}

void cogjson_check_number(cogjson_scanner *scanner, const uint8_t *bytes, size_t count, bool is_integer) {
    const cogjson_node *node = node_of(scanner);
    if (node == NULL) return;
    const uint32_t accepted = COGJSON_NUMBER | (is_integer ? COGJSON_INTEGER : 0);
    /* `1.0` is also an integer, which the validator knows. */
    if ((node->types != 0 && !(node->types & accepted)) || node->choices != NULL) return doubt(scanner);
    if (!node->has_bounds) return;
    /* A double represents every integer of 15 digits. */
    if (count > (is_integer ? 15 : COGJSON_NUMBER_BYTES)) return doubt(scanner);
    const double value = cogjson_double(bytes, count);
    const bool is_above = node->excludes_minimum ? value > node->minimum : value >= node->minimum;
    const bool is_below = node->excludes_maximum ? value < node->maximum : value <= node->maximum;
    if (!is_above || !is_below) doubt(scanner);
}

bool cogjson_accepts_numbers(cogjson_scanner *scanner, bool *takes_fractions) {
    const cogjson_node *node = node_of(scanner);
    *takes_fractions = node == NULL || node->types == 0 || node->types & COGJSON_NUMBER;
    return node == NULL ||
        (node->choices == NULL && !node->has_bounds && (*takes_fractions || node->types & COGJSON_INTEGER));
}

/* A name with its escapes resolved; false if it is longer than any relevant name. */
static bool resolve(cogjson_text *name, uint8_t *copy, size_t limit) {
    if (name->count > limit) return false;
    name->count = cogjson_unescape(name->bytes, name->count, copy);
    name->bytes = copy;
    return true;
}

/* The index of the property with this name; -1 if the node has none. */
static int find(const cogjson_node *node, cogjson_text name, size_t likely) {
    for (size_t i = 0; i < node->property_count; i++, likely++) {
        if (likely >= node->property_count) likely = 0;
        const cogjson_text *known = &node->properties[likely].name;
        if (known->count == name.count && (name.count == 0 || memcmp(known->bytes, name.bytes, name.count) == 0)) {
            return (int)likely;
        }
    }
    return -1;
}

void cogjson_check_key(cogjson_scanner *scanner, const uint8_t *bytes, size_t count) {
    cogjson_frame *frame = &scanner->frames[scanner->depth - 1];
    const cogjson_node *node = frame->node;
    scanner->node = NULL;
    if (scanner->depth == 1) scanner->member = -1;
    if (node == NULL || node->is_opaque) return;
    uint8_t copy[512];
    cogjson_text name = {bytes, count};
    if (scanner->has_escapes && !resolve(&name, copy, sizeof copy)) {
        /* An envelope may have a member of any name. */
        if (scanner->depth > 1 || node->reports_unknown || node->is_closed || node->others != NULL) doubt(scanner);
        return;
    }
    const int index = find(node, name, frame->next);
    if (index < 0) {
        if (node->is_closed) doubt(scanner);
        if (node->reports_unknown) scanner->facts.has_unknown = true;
        scanner->node = node->others;
        return;
    }
    const uint64_t bit = 1ull << index;
    frame->next = (uint32_t)index + 1;
    scanner->node = node->properties[index].node;
    if (scanner->depth == 1) {
        scanner->facts.found |= (uint32_t)bit;
        if (frame->seen & bit) scanner->facts.repeated |= (uint32_t)bit;
        if (index < COGJSON_MEMBER_LIMIT) scanner->member = index;
    } else if (frame->seen & bit) {
        /* The last value counts, so an earlier one that breaks a rule isn't a violation. */
        doubt(scanner);
    }
    frame->seen |= bit;
}

void cogjson_check_end(cogjson_scanner *scanner, const cogjson_frame *frame) {
    const cogjson_node *node = frame->node;
    if (node == NULL) return;
    if (frame->is_object) {
        if ((frame->seen & node->required) != node->required) doubt(scanner);
    } else if (frame->count < node->min_items || frame->count > node->max_items) {
        doubt(scanner);
    }
}
