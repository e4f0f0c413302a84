#include "CHTTPParser.h"

#include <stdlib.h>

const llhttp_settings_t *coghttp_settings(llhttp_data_cb target, llhttp_data_cb field_name,
                                          llhttp_cb field_name_complete, llhttp_data_cb field_value,
                                          llhttp_cb field_value_complete, llhttp_cb headers_complete,
                                          llhttp_data_cb body, llhttp_cb message_complete) {
    llhttp_settings_t *settings = malloc(sizeof *settings);
    if (settings == NULL) {
        abort();
    }
    llhttp_settings_init(settings);
    settings->on_url = target;
    settings->on_header_field = field_name;
    settings->on_header_field_complete = field_name_complete;
    settings->on_header_value = field_value;
    settings->on_header_value_complete = field_value_complete;
    settings->on_headers_complete = headers_complete;
    settings->on_body = body;
    settings->on_message_complete = message_complete;
    return settings;
}
