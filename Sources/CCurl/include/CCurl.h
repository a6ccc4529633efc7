#ifndef TRIBUTARY_CCURL_H
#define TRIBUTARY_CCURL_H

#include <curl/curl.h>

// libcurl's option functions are variadic and so invisible to Swift: one wrapper for each type of argument.

CURLcode tributary_curl_set_long(CURL *handle, CURLoption option, long value);
CURLcode tributary_curl_set_string(CURL *handle, CURLoption option, const char *value);
CURLcode tributary_curl_set_pointer(CURL *handle, CURLoption option, const void *value);
CURLcode tributary_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value);
CURLcode tributary_curl_set_data_callback(CURL *handle, CURLoption option, curl_write_callback callback);
CURLcode tributary_curl_set_open_socket(CURL *handle, curl_opensocket_callback callback, void *data);
CURLcode tributary_curl_set_before_request(CURL *handle, curl_prereq_callback callback, void *data);
CURLcode tributary_curl_get_long(CURL *handle, CURLINFO info, long *value);
CURLcode tributary_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value);
CURLMcode tributary_curl_multi_set_long(CURLM *multi, CURLMoption option, long value);

// The finished transfer that a message names; NULL when there is none. `result` is set only with a handle.
CURL *tributary_curl_next_done(CURLM *multi, CURLcode *result);

#endif
