#define _GNU_SOURCE /* memmem */

#include <string.h>

#include "CHTTPParser.h"

const void *coghttp_find(const void *bytes, size_t count, const void *sought, size_t sought_count) {
    return memmem(bytes, count, sought, sought_count);
}
