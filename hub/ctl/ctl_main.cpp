#include <curl/curl.h>

#include "hub/ctl/ctl_app.h"

int main(int argc, char** argv) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const int code = tillsync::hub::run_ctl(argc, argv);
  curl_global_cleanup();
  return code;
}
