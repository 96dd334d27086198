#ifndef ENVCTL_CCURL_SHIM_H
#define ENVCTL_CCURL_SHIM_H

#include <curl/curl.h>

// curl_easy_setopt and curl_easy_getinfo are variadic, and Swift does not import variadic C functions: one typed
// function for each kind of argument.

typedef size_t (*envctl_curl_data_callback)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode envctl_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode envctl_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode envctl_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode envctl_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode envctl_curl_set_callback(CURL *handle, CURLoption option, envctl_curl_data_callback value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode envctl_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

/// The result of the transfer that `message` reports; Swift does not import the union that holds it.
static inline CURLcode envctl_curl_message_result(const CURLMsg *message) {
    return message->data.result;
}

#endif
