/* libcoglet-curl.so: needs libcurl, so that the tool that makes the wheel self-contained (auditwheel) puts libcurl and
 * all it needs into the wheel. The server opens it, beside its own binary, when it makes its first request
 * (Sources/CLibcurl/library.c); without it the system's libcurl is used.
 *
 * Not a target of Package.swift: SwiftPM links every library with the Swift runtime. It is made by
 *
 *     cc -shared -fPIC -O2 -fvisibility=hidden -o libcoglet-curl.so Sources/CurlCarrier/carrier.c -lcurl
 */
#include <curl/curl.h>

/* A use of libcurl, without which the linker would leave it out. */
__attribute__((visibility("default"))) const char *cogcurl_carried_version(void) { return curl_version(); }
