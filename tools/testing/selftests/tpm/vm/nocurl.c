// SPDX-License-Identifier: GPL-2.0
/*
 * In the place of libcurl in a guest: tpm2-tools are linked with it and so with
 * dozens of libraries more, which an emulated machine takes seconds to load for
 * each tool.  None that the tests use fetches anything.
 */
#define NOTHING(name) void name(void); void name(void) { }

NOTHING(curl_easy_cleanup)
NOTHING(curl_easy_escape)
NOTHING(curl_easy_init)
NOTHING(curl_easy_perform)
NOTHING(curl_easy_setopt)
NOTHING(curl_easy_strerror)
NOTHING(curl_easy_unescape)
NOTHING(curl_free)
NOTHING(curl_global_cleanup)
NOTHING(curl_global_init)
