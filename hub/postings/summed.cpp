#include "hub/postings/summed.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "common/base/bytes.h"
#include "common/crypto/crypto.h"
#include "hub/postings/chart.h"

namespace tillsync::hub {
namespace {

__extension__ using Int128 = __int128;
constexpr std::size_t kIdBytes = 16;
constexpr std::string_view kDomain = "tillsync-sum-1";

/// "" kinds of separators cannot stand in the parts: each is followed by its length.
std::string with_length(std::string_view text) { return std::to_string(text.size()) + ":" + std::string(text); }

Result<std::int64_t> narrow(Int128 value, const char* what) {
  if (value > INT64_MAX || value < -Int128{INT64_MAX}) return fail(ErrorCode::kLimitExceeded, "sum postings", std::string(what) + " is more than 64 bits hold");
  return static_cast<std::int64_t>(value);
}

/// Customers on account are booked one by one: their ledger needs the receipt.
bool is_on_account(const JournalLine& line) { return line.tender == "account" || line.tender == "invoice" || line.account == kReceivableAccount; }

}  // namespace

bool is_summable(const Posting& posting) {
  static constexpr std::string_view kKinds[] = {"sale", "return", "void", "till_close", "till_event"};
  if (std::ranges::find(kKinds, posting.kind) == std::end(kKinds) || !posting.business_date) return false;
  // A date of its own would become that of the whole sum.
  if (posting.posting_date && posting.posting_date != posting.business_date) return false;
  return std::ranges::none_of(posting.journal, is_on_account);
}

std::string summed_posting_id(const SumKey& key) {
  const std::string name = std::string(kDomain) + with_length(key.connector) + with_length(key.location.value) + with_length(format_date(key.business_date)) +
                           with_length(key.currency.code) + std::to_string(key.batch_no);
  const Sha256Digest digest = sha256({BytesView(name)});
  return "p_" + to_base32({digest.data(), kIdBytes});
}

Result<Posting> sum_postings(const SumKey& key, std::span<const Posting> parts) {
  using JournalKey = std::tuple<std::string, std::string, std::string, std::int64_t, std::string>;
  using StockKey = std::tuple<std::string, std::string, std::string, std::string>;
  std::map<JournalKey, Int128> journal;  // debit positive
  std::map<StockKey, Int128> stock;
  Int128 gross = 0;
  Posting sum;
  for (const Posting& part : parts) {
    for (const JournalLine& line : part.journal)
      journal[{line.account, line.tender, line.tax_code, line.tax_rate.micro, line.tax_base}] += Int128{line.debit.minor} - line.credit.minor;
    for (const PostingStock& line : part.stock) stock[{line.sku.value, line.state, line.owner, line.movement}] += line.qty.milli;
    gross += part.gross.minor;
    sum.documents.insert(sum.documents.end(), part.documents.begin(), part.documents.end());
    if (part.posting_date && (!sum.posting_date || *sum.posting_date < *part.posting_date)) sum.posting_date = part.posting_date;
  }
  sum.posting_id = sum.idempotency_key = summed_posting_id(key);
  sum.kind = "summed";
  sum.location = key.location;
  sum.business_date = key.business_date;
  sum.currency = key.currency;
  sum.ordering_key = key.location.value + "/" + format_date(key.business_date) + "/" + key.currency.code;
  for (const auto& [name, minor] : journal) {
    if (minor == 0) continue;
    JournalLine& line = sum.journal.emplace_back();
    std::tie(line.account, line.tender, line.tax_code, line.tax_rate.micro, line.tax_base) = name;
    TS_ASSIGN_OR_RETURN((minor > 0 ? line.debit : line.credit).minor, narrow(minor > 0 ? minor : -minor, "an amount"));
  }
  for (const auto& [name, milli] : stock) {
    if (milli == 0) continue;
    PostingStock& line = sum.stock.emplace_back();
    line.sku = Sku(std::get<0>(name));
    std::tie(std::ignore, line.state, line.owner, line.movement) = name;
    TS_ASSIGN_OR_RETURN(line.qty.milli, narrow(milli, "a quantity"));
  }
  TS_ASSIGN_OR_RETURN(sum.gross.minor, narrow(gross, "the gross"));
  return sum;
}

}  // namespace tillsync::hub
