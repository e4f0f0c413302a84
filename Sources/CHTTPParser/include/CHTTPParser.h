#pragma once

#include <llhttp.h>
#include <stddef.h>

/* The callbacks of one kind of parser, made once and never freed: llhttp keeps a pointer to them and sees later
 * changes. A data callback gets bytes that are only valid during the call. All return 0, HPE_PAUSED, or HPE_USER;
 * `headers_complete` may also return 1, which means that there is no body. */
const llhttp_settings_t *_Nonnull coghttp_settings(
    llhttp_data_cb _Nonnull target, llhttp_data_cb _Nonnull field_name, llhttp_cb _Nonnull field_name_complete,
    llhttp_data_cb _Nonnull field_value, llhttp_cb _Nonnull field_value_complete,
    llhttp_cb _Nonnull headers_complete, llhttp_data_cb _Nullable body, llhttp_cb _Nonnull message_complete);

/* The first occurrence of `sought` in `bytes`, or NULL. glibc looks at only a fraction of the bytes. */
const void *_Nullable coghttp_find(const void *_Nonnull bytes, size_t count, const void *_Nonnull sought,
                                   size_t sought_count);
