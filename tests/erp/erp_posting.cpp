#include "tests/erp/erp_posting.h"

#include <nlohmann/json.hpp>

#include "common/base/decimal.h"
#include "common/base/time.h"

namespace tillsync::erp {
namespace {

using nlohmann::json;

/// Thrown inside this file only; read_posting turns it into a Refusal.
struct BadField {
  std::string name;
};

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return {};
  if (!found->is_string()) throw BadField{name};
  return found->get<std::string>();
}

std::int64_t decimal_of(const json& object, const char* name, int scale) {
  const std::string text = text_of(object, name);
  if (text.empty()) return 0;
  const auto value = parse_decimal(text, scale);
  if (!value) throw BadField{name};
  return *value;
}

const json& list_of(const json& object, const char* name) {
  static const json kEmpty = json::array();
  const auto found = object.find(name);
  if (found == object.end()) return kEmpty;
  if (!found->is_array()) throw BadField{name};
  return *found;
}

void add(std::int64_t& sum, std::int64_t value, const char* name) {
  const auto total = checked_add(sum, value);
  if (!total) throw BadField{name};
  sum = *total;
}

IncomingPosting read_fields(const json& body) {
  IncomingPosting posting;
  posting.idempotency_key = text_of(body, "idempotency_key");
  posting.kind = text_of(body, "kind");
  posting.location = text_of(body, "location");
  posting.business_date = text_of(body, "business_date");
  posting.currency = text_of(body, "currency");
  posting.correlation_id = text_of(body, "correlation_id");
  if (posting.location.empty()) throw BadField{"location"};
  if (!posting.business_date.empty() && !parse_date(posting.business_date)) throw BadField{"business_date"};
  const int digits = minor_digits(posting.currency);
  posting.gross_minor = decimal_of(body, "gross", digits);
  posting.documents = static_cast<std::int64_t>(list_of(body, "documents").size());
  for (const json& line : list_of(body, "journal")) {
    posting.journal.push_back(
        {text_of(line, "account"), decimal_of(line, "debit", digits), decimal_of(line, "credit", digits)});
    if (posting.journal.back().account.empty()) throw BadField{"account"};
  }
  for (const json& line : list_of(body, "stock")) {
    posting.stock.push_back({text_of(line, "sku"), decimal_of(line, "qty", Quantity::kScale)});
    add(posting.units_milli, posting.stock.back().qty_milli, "qty");
  }
  return posting;
}

}  // namespace

std::expected<IncomingPosting, Refusal> read_posting(std::string_view body, std::string_view idempotency_key) {
  if (idempotency_key.empty()) return std::unexpected(Refusal{400, "no_key", "the header Idempotency-Key is missing"});
  const json parsed = json::parse(body, nullptr, false);
  if (!parsed.is_object()) return std::unexpected(Refusal{400, "not_json", "the body is no JSON object"});
  try {
    IncomingPosting posting = read_fields(parsed);
    if (posting.idempotency_key != idempotency_key) {
      return std::unexpected(Refusal{400, "key_mismatch", "the header names another key than the body"});
    }
    std::int64_t debit = 0, credit = 0;
    for (const JournalEntry& line : posting.journal) {
      add(debit, line.debit_minor, "debit");
      add(credit, line.credit_minor, "credit");
    }
    if (debit != credit) {
      const int digits = minor_digits(posting.currency);
      return std::unexpected(Refusal{422, "unbalanced",
                                     "debit " + format_decimal(debit, digits, digits) + " is not credit " +
                                         format_decimal(credit, digits, digits)});
    }
    return posting;
  } catch (const BadField& field) {
    return std::unexpected(Refusal{400, "bad_field", "field " + field.name + " cannot be read"});
  } catch (const json::exception& error) {
    return std::unexpected(Refusal{400, "bad_field", error.what()});
  }
}

std::optional<Refusal> check_master_data(const IncomingPosting& posting, const MasterData& master) {
  if (!master.closed_before.empty() && !posting.business_date.empty() && posting.business_date < master.closed_before) {
    return Refusal{422, "closed_period", "the period of " + posting.business_date + " is closed"};
  }
  if (!master.items) return std::nullopt;
  for (const StockEntry& line : posting.stock) {
    const auto item = master.items->find(line.sku);
    if (item == master.items->end()) return Refusal{422, "unknown_item", "item " + line.sku + " is not known"};
    if (item->second) return Refusal{422, "blocked_item", "item " + line.sku + " is blocked"};
  }
  return std::nullopt;
}

}  // namespace tillsync::erp
