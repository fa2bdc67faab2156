#include "tests/erp/reference_erp.h"

#include <string_view>

#include "common/base/os.h"

namespace tillsync::erp {
namespace {

constexpr std::size_t kItemsFileBytesMax = 64'000'000;

Result<void> read_items(ErpStore& store, const std::filesystem::path& file) {
  TS_ASSIGN_OR_RETURN(const std::string text, os::read_file(file, kItemsFileBytesMax));
  TS_ASSIGN_OR_RETURN(auto transaction, sql::Transaction::begin(store.connection()));
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    constexpr std::string_view kBlocked = ",blocked";
    const bool blocked = line.ends_with(kBlocked);
    if (blocked) line.remove_suffix(kBlocked.size());
    TS_RETURN_IF_ERROR(store.put_item(line, blocked));
  }
  return transaction.commit();
}

}  // namespace

Result<std::unique_ptr<ReferenceErp>> ReferenceErp::start(const ReferenceErpOptions& options) {
  TS_RETURN_IF_ERROR(os::make_private_folder(options.data));
  TS_ASSIGN_OR_RETURN(ErpStore store, ErpStore::open(options.data / "erp.db"));
  for (const auto& file : options.strict_items) TS_RETURN_IF_ERROR(read_items(store, file));
  std::unique_ptr<ReferenceErp> erp(new ReferenceErp());
  erp->address_ = options.address;
  TS_ASSIGN_OR_RETURN(erp->loop_, ErpLoop::start(std::move(store)));
  erp->gate_->loop = erp->loop_.get();
  http::ServerOptions server;
  server.address = options.address;
  server.port = options.port;
  TS_ASSIGN_OR_RETURN(erp->server_, http::Server::start(server, [gate = erp->gate_](http::Request request, std::unique_ptr<http::Responder> responder) {
    const std::lock_guard lock(gate->mutex);
    if (gate->loop == nullptr) return responder->send({503, "text/plain", "stopping", {}});
    gate->loop->post({std::move(request), std::move(responder)});
  }));
  return erp;
}

std::string ReferenceErp::postings_url() const { return "http://" + address_ + ":" + std::to_string(port()) + "/postings"; }

ReferenceErp::~ReferenceErp() {
  if (server_) server_->stop_accepting();
  {
    const std::lock_guard lock(gate_->mutex);
    gate_->loop = nullptr;
  }
  loop_.reset();  // answers what waits, while the server still carries it
  server_.reset();
}

}  // namespace tillsync::erp
