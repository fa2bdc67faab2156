// tillsync-reference-erp: the ERP of the tests and the demo. README.md beside this file has its API.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "common/base/os.h"
#include "tests/erp/reference_erp.h"

#include <poll.h>

int main(int argc, char** argv) {
  using namespace tillsync;
  os::prepare_process();
  CLI::App app{"A small durable ERP for tests and the demo: books posting/1 documents by Idempotency-Key"};
  app.set_version_flag("--version", "tillsync-reference-erp " TILLSYNC_VERSION);
  std::string listen = "127.0.0.1:9000";
  erp::ReferenceErpOptions options;
  app.add_option("--listen", listen, "address:port to listen on")->capture_default_str();
  app.add_option("--data", options.data, "folder for the database")->required();
  app.add_option("--strict-items", options.strict_items, "file of known items, a line SKU or SKU,blocked; others are refused");
  CLI11_PARSE(app, argc, argv);

  auto termination = os::termination_descriptor();
  auto address = http::parse_listen_address(listen);
  if (!termination || !address) {
    std::fprintf(stderr, "%s\n", to_string(termination ? address.error() : termination.error()).c_str());
    return 2;
  }
  options.address = address->first;
  options.port = address->second;
  auto server = erp::ReferenceErp::start(options);
  if (!server) {
    std::fprintf(stderr, "%s\n", to_string(server.error()).c_str());
    return 1;
  }
  std::printf("listening on %s\n", (*server)->postings_url().c_str());
  std::fflush(stdout);
  pollfd wait{*termination, POLLIN, 0};
  while (::poll(&wait, 1, -1) < 0) {
  }
  return 0;
}
