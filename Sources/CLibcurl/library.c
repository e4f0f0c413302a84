#include "CLibcurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

/* The functions of libcurl that are used, by name. */
#define FUNCTIONS(X)       \
    X(curl_global_init)    \
    X(curl_easy_init)      \
    X(curl_easy_cleanup)   \
    X(curl_easy_pause)     \
    X(curl_easy_strerror)  \
    X(curl_easy_setopt)    \
    X(curl_easy_getinfo)   \
    X(curl_multi_init)     \
    X(curl_multi_cleanup)  \
    X(curl_multi_add_handle)    \
    X(curl_multi_remove_handle) \
    X(curl_multi_socket_action) \
    X(curl_multi_info_read)     \
    X(curl_multi_setopt)   \
    X(curl_multi_strerror) \
    X(curl_slist_append)   \
    X(curl_slist_free_all)

#define FIELD(name) __typeof__(&name) name;
static struct {
    FUNCTIONS(FIELD)
} library;
#undef FIELD

static __thread char failure[512];

/* Fills the table from the library at `path`. RTLD_LOCAL keeps libcurl and its OpenSSL invisible to everything else. */
static int open_library(const char *path) {
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        const char *reason = dlerror();
        snprintf(failure, sizeof failure, "%s", reason != NULL ? reason : path);
        return 0;
    }
#define RESOLVE(name)                                                           \
    library.name = (__typeof__(library.name))dlsym(handle, #name);              \
    if (library.name == NULL) {                                                 \
        snprintf(failure, sizeof failure, "%s: function %s is missing", path, #name);   \
        dlclose(handle);                                                        \
        return 0;                                                               \
    }
    FUNCTIONS(RESOLVE)
#undef RESOLVE
    return 1;
}

static const char *load(const char *carrier) {
    static int loaded;
    if (loaded) return NULL;
    if (!(carrier != NULL && open_library(carrier)) && !open_library("libcurl.so.4")) return failure;
    CURLcode code = library.curl_global_init(CURL_GLOBAL_DEFAULT);
    if (code != CURLE_OK) {
        snprintf(failure, sizeof failure, "curl_global_init: %s", library.curl_easy_strerror(code));
        return failure;
    }
    loaded = 1;
    return NULL;
}

const char *cogcurl_load(const char *carrier) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    const char *reason = load(carrier);
    pthread_mutex_unlock(&lock);
    return reason;
}

CURL *cogcurl_easy_init(void) { return library.curl_easy_init(); }

void cogcurl_easy_cleanup(CURL *easy) { library.curl_easy_cleanup(easy); }

CURLcode cogcurl_easy_pause(CURL *easy, int mask) { return library.curl_easy_pause(easy, mask); }

const char *cogcurl_easy_strerror(CURLcode code) { return library.curl_easy_strerror(code); }

CURLcode cogcurl_easy_set_long(CURL *easy, CURLoption option, long value) {
    return library.curl_easy_setopt(easy, option, value);
}

CURLcode cogcurl_easy_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return library.curl_easy_setopt(easy, option, value);
}

CURLcode cogcurl_easy_set_string(CURL *easy, CURLoption option, const char *value) {
    return library.curl_easy_setopt(easy, option, value);
}

CURLcode cogcurl_easy_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return library.curl_easy_setopt(easy, option, value);
}

CURLcode cogcurl_easy_set_on_data(CURL *easy, CURLoption option, size_t (*callback)(char *, size_t, size_t, void *)) {
    return library.curl_easy_setopt(easy, option, callback);
}

CURLcode cogcurl_easy_set_on_seek(CURL *easy, int (*callback)(void *, curl_off_t, int)) {
    return library.curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, callback);
}

CURLcode cogcurl_easy_set_on_open(CURL *easy,
                                  curl_socket_t (*callback)(void *, curlsocktype, struct curl_sockaddr *)) {
    return library.curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
}

CURLcode cogcurl_easy_set_on_request(CURL *easy, int (*callback)(void *, char *, char *, int, int)) {
    return library.curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
}

long cogcurl_easy_long(CURL *easy, CURLINFO info) {
    long value = 0;
    return library.curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

curl_off_t cogcurl_easy_offset(CURL *easy, CURLINFO info) {
    curl_off_t value = 0;
    return library.curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

const char *cogcurl_easy_string(CURL *easy, CURLINFO info) {
    char *value = NULL;
    return library.curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : NULL;
}

void *cogcurl_easy_private(CURL *easy) {
    void *value = NULL;
    return library.curl_easy_getinfo(easy, CURLINFO_PRIVATE, &value) == CURLE_OK ? value : NULL;
}

CURLM *cogcurl_multi_init(void) { return library.curl_multi_init(); }

CURLMcode cogcurl_multi_cleanup(CURLM *multi) { return library.curl_multi_cleanup(multi); }

CURLMcode cogcurl_multi_add(CURLM *multi, CURL *easy) { return library.curl_multi_add_handle(multi, easy); }

CURLMcode cogcurl_multi_remove(CURLM *multi, CURL *easy) { return library.curl_multi_remove_handle(multi, easy); }

CURLMcode cogcurl_multi_act(CURLM *multi, curl_socket_t socket, int events) {
    int running = 0;
    return library.curl_multi_socket_action(multi, socket, events, &running);
}

CURL *cogcurl_multi_next_done(CURLM *multi, CURLcode *code) {
    int waiting = 0;
    CURLMsg *message;
    while ((message = library.curl_multi_info_read(multi, &waiting)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            *code = message->data.result;
            return message->easy_handle;
        }
    }
    return NULL;
}

CURLMcode cogcurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return library.curl_multi_setopt(multi, option, value);
}

CURLMcode cogcurl_multi_set_callbacks(CURLM *multi, void *context,
                                      int (*on_socket)(CURL *, curl_socket_t, int, void *, void *),
                                      int (*on_timer)(CURLM *, long, void *)) {
    CURLMcode code = library.curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    if (code == CURLM_OK) code = library.curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
    if (code == CURLM_OK) code = library.curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    if (code == CURLM_OK) code = library.curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    return code;
}

const char *cogcurl_multi_strerror(CURLMcode code) { return library.curl_multi_strerror(code); }

struct curl_slist *cogcurl_list_append(struct curl_slist *list, const char *text) {
    return library.curl_slist_append(list, text);
}

void cogcurl_list_free(struct curl_slist *list) { library.curl_slist_free_all(list); }
