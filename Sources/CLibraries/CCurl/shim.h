#pragma once

#include <curl/curl.h>

// curl_easy_setopt and curl_easy_getinfo are variadic, which Swift does not import, so there is one shim for
// each type of option. https://curl.se/libcurl/c/curl_easy_setopt.html

// libcurl copies the string, except that of CURLOPT_POSTFIELDS, which has a shim of its own.
static inline CURLcode wt_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode wt_curl_set_number(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode wt_curl_set_large(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}

// curl_multi_setopt is variadic, too. https://curl.se/libcurl/c/curl_multi_setopt.html
static inline CURLMcode wt_curl_multi_set_number(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

// Sets the body of the request. The bytes must stay until the transfer has ended.
static inline CURLcode wt_curl_set_body(CURL *handle, const void *bytes, size_t count) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
  return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_POSTFIELDS, bytes);
}

// Sets the headers of the request. The list must stay until the transfer has ended.
static inline CURLcode wt_curl_set_headers(CURL *handle, struct curl_slist *headers) {
  return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
}

typedef size_t (*wt_curl_receiver)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode wt_curl_set_receivers(
  CURL *handle, wt_curl_receiver header, wt_curl_receiver body, void *context)
{
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, body);
  return curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

static inline CURLcode wt_curl_set_progress(CURL *handle, curl_xferinfo_callback progress, void *context) {
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, progress);
  return curl_easy_setopt(handle, CURLOPT_XFERINFODATA, context);
}

// Gives the number of bytes of the request that were sent, including its headers; 0 where there was no
// connection.
static inline long wt_curl_request_bytes(CURL *handle) {
  long bytes = 0;
  curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &bytes);
  return bytes;
}

// Gives the status of a proxy's answer to CONNECT; 0 where there was none.
static inline long wt_curl_connect_status(CURL *handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_HTTP_CONNECTCODE, &status);
  return status;
}

// Gives the status of the answer; 0 where none has arrived.
static inline long wt_curl_status(CURL *handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return status;
}
