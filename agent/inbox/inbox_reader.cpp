#include "agent/inbox/inbox.h"

namespace tillsync::agent {
namespace {

constexpr std::string_view kSelectItems = "SELECT no, kind, key, payload FROM inbox WHERE no > $1 ORDER BY no LIMIT $2";
constexpr std::string_view kSelectCursor = "SELECT acked_no FROM inbox_consumer WHERE consumer = $1";
constexpr std::string_view kSelectByKey = "SELECT payload FROM inbox WHERE kind = $1 AND key = $2 ORDER BY no DESC LIMIT 1";
constexpr std::string_view kSelectSku = "SELECT sku FROM inbox_gtin WHERE gtin = $1";
constexpr std::string_view kSelectLast = "SELECT max(no) FROM inbox";

}  // namespace

Result<std::vector<wire::InboxItem>> InboxReader::items(std::uint64_t after, std::size_t count_max) {
  std::vector<wire::InboxItem> items;
  TS_RETURN_IF_ERROR(connection_.query(
      kSelectItems, {static_cast<std::int64_t>(after), static_cast<std::int64_t>(count_max)}, [&items](const sql::Row& row) {
        items.push_back({static_cast<std::uint64_t>(row.integer(0)), std::string(row.text(1)), std::string(row.text(2)),
                         Bytes(row.blob(3))});
      }));
  return items;
}

Result<std::uint64_t> InboxReader::cursor(std::string_view consumer) {
  std::uint64_t cursor = 0;
  TS_RETURN_IF_ERROR(connection_.query(
      kSelectCursor, {consumer}, [&cursor](const sql::Row& row) { cursor = static_cast<std::uint64_t>(row.integer(0)); }));
  return cursor;
}

Result<std::optional<Bytes>> InboxReader::product(std::string_view sku_or_gtin) {
  std::optional<Bytes> payload;
  const sql::RowCallback take = [&payload](const sql::Row& row) { payload = Bytes(row.blob(0)); };
  TS_RETURN_IF_ERROR(connection_.query(kSelectByKey, {std::string_view("product/1"), sku_or_gtin}, take));
  if (payload) return payload;
  std::string sku;
  TS_RETURN_IF_ERROR(connection_.query(kSelectSku, {sku_or_gtin}, [&sku](const sql::Row& row) { sku = row.text(0); }));
  if (sku.empty()) return payload;
  TS_RETURN_IF_ERROR(connection_.query(kSelectByKey, {std::string_view("product/1"), std::string_view(sku)}, take));
  return payload;
}

Result<std::optional<Bytes>> InboxReader::newest(std::string_view kind, std::string_view key) {
  std::optional<Bytes> payload;
  TS_RETURN_IF_ERROR(connection_.query(kSelectByKey, {kind, key}, [&payload](const sql::Row& row) { payload = Bytes(row.blob(0)); }));
  return payload;
}

Result<std::uint64_t> InboxReader::last_no() {
  std::uint64_t last = 0;
  TS_RETURN_IF_ERROR(connection_.query(
      kSelectLast, {}, [&last](const sql::Row& row) { last = row.is_null(0) ? 0 : static_cast<std::uint64_t>(row.integer(0)); }));
  return last;
}

}  // namespace tillsync::agent
