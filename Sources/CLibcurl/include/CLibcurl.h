/* libcurl for Swift, loaded when the first request is made.
 *
 * libcurl and its dependencies cost about 5 ms at startup and 6 MB of memory, and most servers never make a request. So
 * the server isn't linked with it: cogcurl_load() opens it once, and the functions below call what was found. They
 * exist because Swift can't call variadic C functions, and may be called only after cogcurl_load() returned NULL.
 * Everything else belongs to the loop's thread.
 */
#ifndef CLIBCURL_H
#define CLIBCURL_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

/* Opens and initializes libcurl; calls after the first successful one do nothing. Tries `carrier` first (a library that
 * contains libcurl, as in the wheel; may be NULL), then the system's libcurl. Returns NULL, or a text that says what
 * failed, valid until the thread's next call. Callable on any thread. */
const char *_Nullable cogcurl_load(const char *_Nullable carrier);

CURL *_Nullable cogcurl_easy_init(void);
void cogcurl_easy_cleanup(CURL *_Nonnull easy);
CURLcode cogcurl_easy_pause(CURL *_Nonnull easy, int mask);
const char *_Nonnull cogcurl_easy_strerror(CURLcode code);

/* curl_easy_setopt, one function for each type of value. Strings are copied by libcurl. */
CURLcode cogcurl_easy_set_long(CURL *_Nonnull easy, CURLoption option, long value);
CURLcode cogcurl_easy_set_offset(CURL *_Nonnull easy, CURLoption option, curl_off_t value);
CURLcode cogcurl_easy_set_string(CURL *_Nonnull easy, CURLoption option, const char *_Nullable value);
CURLcode cogcurl_easy_set_pointer(CURL *_Nonnull easy, CURLoption option, const void *_Nullable value);
CURLcode cogcurl_easy_set_on_data(CURL *_Nonnull easy, CURLoption option,
                                  size_t (*_Nonnull callback)(char *_Nullable bytes, size_t size, size_t count,
                                                              void *_Nullable context));
CURLcode cogcurl_easy_set_on_seek(CURL *_Nonnull easy, int (*_Nonnull callback)(void *_Nullable context,
                                                                               curl_off_t offset, int origin));

/* Called before a socket is made, for each address that is tried; CURL_SOCKET_BAD prevents it. */
CURLcode cogcurl_easy_set_on_open(CURL *_Nonnull easy,
                                  curl_socket_t (*_Nonnull callback)(void *_Nullable context, curlsocktype purpose,
                                                                     struct curl_sockaddr *_Nonnull address));
/* Called before a request is sent, on a new or a reused connection; CURL_PREREQFUNC_ABORT prevents it. */
CURLcode cogcurl_easy_set_on_request(CURL *_Nonnull easy,
                                     int (*_Nonnull callback)(void *_Nullable context, char *_Nonnull remote_address,
                                                              char *_Nonnull local_address, int remote_port,
                                                              int local_port));

/* curl_easy_getinfo, one function for each type of value; zero or NULL if the value is unknown. */
long cogcurl_easy_long(CURL *_Nonnull easy, CURLINFO info);
curl_off_t cogcurl_easy_offset(CURL *_Nonnull easy, CURLINFO info);
/* Borrowed from the handle, valid until its next transfer or its end. */
const char *_Nullable cogcurl_easy_string(CURL *_Nonnull easy, CURLINFO info);
/* What CURLOPT_PRIVATE holds. */
void *_Nullable cogcurl_easy_private(CURL *_Nonnull easy);

CURLM *_Nullable cogcurl_multi_init(void);
CURLMcode cogcurl_multi_cleanup(CURLM *_Nonnull multi);
CURLMcode cogcurl_multi_add(CURLM *_Nonnull multi, CURL *_Nonnull easy);
CURLMcode cogcurl_multi_remove(CURLM *_Nonnull multi, CURL *_Nonnull easy);
/* Runs what is due for `socket` (CURL_SOCKET_TIMEOUT: for the timer) and everything that follows from it, including
 * callbacks. */
CURLMcode cogcurl_multi_act(CURLM *_Nonnull multi, curl_socket_t socket, int events);
/* The next finished transfer, with its result in *code; NULL if there is none. */
CURL *_Nullable cogcurl_multi_next_done(CURLM *_Nonnull multi, CURLcode *_Nonnull code);
CURLMcode cogcurl_multi_set_long(CURLM *_Nonnull multi, CURLMoption option, long value);
/* Both callbacks get `context`, and run inside the other functions of this header. */
CURLMcode cogcurl_multi_set_callbacks(
    CURLM *_Nonnull multi, void *_Nullable context,
    int (*_Nonnull on_socket)(CURL *_Nullable easy, curl_socket_t socket, int what, void *_Nullable context,
                              void *_Nullable assigned),
    int (*_Nonnull on_timer)(CURLM *_Nullable multi, long milliseconds, void *_Nullable context));
const char *_Nonnull cogcurl_multi_strerror(CURLMcode code);

/* Appends a copy of a field to a list for CURLOPT_HTTPHEADER. NULL if there is no memory. */
struct curl_slist *_Nullable cogcurl_list_append(struct curl_slist *_Nullable list, const char *_Nonnull text);
void cogcurl_list_free(struct curl_slist *_Nullable list);

#endif
