/* libcoglet-curl.so: contains libcurl and everything it needs, and exports only libcurl's functions. The server opens
 * it, from the folder of its own binary, when it makes its first request (Sources/CLibcurl/library.c). Without it, the
 * server uses the system's libcurl.
 *
 * Not a target of Package.swift, because SwiftPM links every library with the Swift runtime. scripts/libcurl.sh builds
 * it.
 */
#include <curl/curl.h>

/* The carried version, for people who inspect the file. */
__attribute__((visibility("default"))) const char *cogcurl_carried_version(void) { return curl_version(); }
