// The Debian package is libcurl4-openssl-dev.
#include <curl/curl.h>
