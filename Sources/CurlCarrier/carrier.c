/* libcoglet-curl.so: holds libcurl and all that it needs, and shows libcurl's functions alone. The server opens it, beside its
 * own binary, when it makes its first request (Sources/CLibcurl/library.c); without it the system's libcurl is used.
 *
 * Not a target of Package.swift: SwiftPM links every library with the Swift runtime. scripts/libcurl.sh makes it.
 */
#include <curl/curl.h>

/* What is carried, for whoever looks into the file. */
__attribute__((visibility("default"))) const char *cogcurl_carried_version(void) { return curl_version(); }
