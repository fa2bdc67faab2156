// The reference ERP's tables. One thread (the ERP's worker).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/error.h"
#include "common/sql/sql.h"
#include "tests/erp/erp_posting.h"

namespace tillsync::erp {

struct BookedDocument {
  std::string reference;  // "ERP-00000001"
  Bytes body_hash;
};

class ErpStore {
 public:
  static Result<ErpStore> open(const std::filesystem::path& file);
  sql::Connection& connection() { return *connection_; }

  Result<std::optional<BookedDocument>> find(std::string_view idempotency_key);
  /// Books the document and its balances; returns its reference.
  Result<std::string> book(const IncomingPosting& posting, BytesView body_hash, std::string_view body);
  /// {"locations":[{"location","documents","postings","gross":{"GBP":"1.00"},"units"}],"accounts":[…]}
  Result<std::string> summary_json();

  Result<MasterData> load_master_data();
  Result<void> put_item(std::string_view sku, bool blocked);
  Result<void> set_closed_before(std::string_view date);

 private:
  explicit ErpStore(std::unique_ptr<sql::Connection> connection) : connection_(std::move(connection)) {}
  std::unique_ptr<sql::Connection> connection_;
};

}  // namespace tillsync::erp
