#pragma once

#include <llhttp.h>
#include <stddef.h>

/* The callbacks of one kind of parser, made once and never freed: llhttp keeps a pointer to them and sees them change
 * if they move. A data callback gets bytes that are only valid during the call. All return 0, HPE_PAUSED or HPE_USER;
 * `headers_complete` may also return 1 for "there is no body". */
const llhttp_settings_t *_Nonnull coghttp_settings(
    llhttp_data_cb _Nonnull target, llhttp_data_cb _Nonnull field_name, llhttp_cb _Nonnull field_name_complete,
    llhttp_data_cb _Nonnull field_value, llhttp_cb _Nonnull field_value_complete,
    llhttp_cb _Nonnull headers_complete, llhttp_data_cb _Nullable body, llhttp_cb _Nonnull message_complete);

/* Where `sought` stands first in `bytes`; NULL if it doesn't. glibc looks at a fraction of the bytes only. */
const void *_Nullable coghttp_find(const void *_Nonnull bytes, size_t count, const void *_Nonnull sought,
                                   size_t sought_count);
