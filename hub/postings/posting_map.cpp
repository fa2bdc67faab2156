#include "hub/postings/posting_map.h"

#include <algorithm>

#include "common/base/bytes.h"
#include "common/crypto/crypto.h"
#include "hub/postings/journal.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kPostingPrefix = "p_", kPartDomain = "tillsync-close-currency-1/";
constexpr std::size_t kPartIdBytes = 16;

std::vector<PostingStock> stock_lines(std::span<const StockChanged> stock) {
  std::vector<PostingStock> lines;
  lines.reserve(stock.size());
  for (const StockChanged& change : stock) {
    PostingStock& line = lines.emplace_back();
    line.sku = change.sku;
    line.qty = change.change;
    line.state = change.state;
    line.owner = change.owner;
    line.movement = change.movement;
    line.unit_cost = change.unit_cost;
  }
  return lines;
}

/// A document and what depends on it share a key: it is the till's document, with its series where it has one.
std::string key_of(const LocationId& location, const TillId& till, const Series& series, const DocumentNo& document_no) {
  return location.value + "/" + till.value + (series.value.empty() ? "" : "/" + series.value) + "/" + document_no.value;
}

/// A return goes behind the sale that it names, the parts of a transfer one behind the other; all else goes by itself.
std::string ordering_key_of(const PostingSource& source, const Body* body) {
  const Header& header = *source.header;
  const auto original_of = [](const Sale& money) -> const DocumentRef* {
    for (const SaleLine& line : money.lines)
      if (line.original) return &*line.original;
    return nullptr;
  };
  const DocumentRef* original = nullptr;
  if (const auto* returned = body == nullptr ? nullptr : std::get_if<Return>(body)) original = original_of(*returned);
  if (const auto* sale = body == nullptr ? nullptr : std::get_if<Sale>(body)) original = original_of(*sale);
  if (original != nullptr && !original->document_no.value.empty())
    return key_of(original->location.value.empty() ? source.location : original->location, original->till.value.empty() ? header.till : original->till,
                  original->series.value.empty() ? header.series : original->series, original->document_no);
  if (original != nullptr && !original->order_no.empty()) return "order/" + original->channel + "/" + original->order_no;
  if (const auto* movement = body == nullptr ? nullptr : std::get_if<StockMovement>(body); movement != nullptr && !movement->transfer_no.empty())
    return "transfer/" + movement->transfer_no;
  return key_of(source.location, header.till, header.series, header.document_no);
}

PostingQueued start(const PostingSource& source, const Body* body, std::string_view kind, std::span<const StockChanged> stock) {
  PostingQueued queued;
  queued.event_no = source.event_no;
  Posting& posting = queued.posting;
  posting.posting_id = posting_id_of(source.event_id);
  posting.idempotency_key = posting.posting_id;
  posting.kind = kind;
  posting.location = source.location;
  posting.business_date = source.header->business_date;
  posting.ordering_key = ordering_key_of(source, body);
  queued.lane = source.location.value + "/" + source.header->till.value;
  posting.documents.push_back(event_id_text(source.event_id));
  if (source.correlation_id != posting.documents[0]) posting.correlation_id = CorrelationId(source.correlation_id);
  posting.stock = stock_lines(stock);
  return queued;
}

/// In the order of the tenders, each once: those of which the chart has an account for a tender, or those of which it lacks one.
std::vector<std::string> foreign_currencies(const TillClose& close, const Chart& chart, bool has_account) {
  const Currency own = posted_currency(close);
  std::vector<std::string> found;
  for (const CloseTender& tender : close.tenders) {
    if (tender.over_short.minor == 0 || tender.currency == own || chart.own_tender_account(tender.type, tender.currency.code).empty() == has_account) continue;
    if (std::ranges::find(found, tender.currency.code) == found.end()) found.push_back(tender.currency.code);
  }
  return found;
}

Amount opposite(Amount amount) { return Amount{amount.minor == INT64_MIN ? INT64_MAX : -amount.minor}; }

}  // namespace

std::string posting_id_of(const EventId& event_id) { return std::string(kPostingPrefix) + to_base32(event_id.view()); }

std::optional<EventId> event_id_of_posting(std::string_view posting_id) {
  if (!posting_id.starts_with(kPostingPrefix)) return std::nullopt;
  const auto bytes = from_base32(posting_id.substr(kPostingPrefix.size()));
  return bytes ? EventId::from_view(*bytes) : std::nullopt;
}

PostingSource source_of(const IncomingDocument& incoming) {
  TS_CHECK(incoming.document.has_value());
  return {incoming.event_no, incoming.event_id, incoming.location, &incoming.document->header, incoming.correlation_id};
}

bool is_empty(const PostingQueued& queued) {
  if (queued.posting.kind == "sale" || queued.posting.kind == "return") return false;
  return queued.posting.journal.empty() && queued.posting.stock.empty() && queued.balanced;
}

Currency posted_currency(const TillClose& close) {
  if (!close.currency.code.empty() || close.totals.empty()) return close.currency;
  return close.totals.front().currency;
}

std::vector<std::string> unposted_currencies(const TillClose& close, const Chart& chart) {
  const std::vector<std::string> foreign = foreign_currencies(close, chart, true);
  std::vector<std::string> unposted = foreign_currencies(close, chart, false);
  for (std::size_t i = kPartsMax; i < foreign.size(); ++i)
    if (std::ranges::find(unposted, foreign[i]) == unposted.end()) unposted.push_back(foreign[i]);
  return unposted;
}

std::vector<PostingQueued> map_close(const PostingSource& source, const TillClose& close, const Chart& chart) {
  std::vector<PostingQueued> made;
  const auto add = [&](const Currency& currency, bool is_foreign) {
    Journal journal = journal_of(close, chart, currency, is_foreign);
    PostingQueued queued = start(source, nullptr, "till_close", {});
    queued.posting.currency = currency;
    queued.posting.journal = std::move(journal.lines);
    queued.balanced = journal.problem.empty();
    queued.problem = std::move(journal.problem);
    if (is_empty(queued)) return;
    made.push_back(std::move(queued));
  };
  add(posted_currency(close), false);
  const std::vector<std::string> foreign = foreign_currencies(close, chart, true);
  for (std::size_t i = 0; i < std::min(foreign.size(), kPartsMax); ++i) {
    const std::size_t before = made.size();
    add(Currency{foreign[i]}, true);
    if (made.size() == before) continue;
    made.back().part = static_cast<int>(i) + 1;
    made.back().posting.posting_id = made.back().posting.idempotency_key = part_posting_id(source.event_id, foreign[i]);
  }
  return made;
}

std::string part_posting_id(const EventId& event_id, std::string_view currency) {
  const std::string name = std::string(kPartDomain) + event_id_text(event_id) + "/" + std::string(currency);
  const Sha256Digest digest = sha256({BytesView(name)});
  return std::string(kPostingPrefix) + to_base32({digest.data(), kPartIdBytes});
}

PostingQueued map_document(const IncomingDocument& incoming, std::span<const StockChanged> stock, const Chart& chart) {
  const Body& body = incoming.document->body;
  const auto with_journal = [&](std::string_view kind, Journal journal, const std::string& currency) {
    PostingQueued queued = start(source_of(incoming), &body, kind, stock);
    if (!journal.lines.empty()) queued.posting.currency = Currency{currency};
    queued.posting.journal = std::move(journal.lines);
    queued.balanced = journal.problem.empty();
    queued.problem = std::move(journal.problem);
    return queued;
  };
  if (const auto* movement = std::get_if<StockMovement>(&body)) {
    // Without a chart of costs a cost makes no journal; the ERP values the stock by the unit cost on its line.
    if (movement->reverses) return {};
    return with_journal("stock", journal_of(*movement, chart), chart.currency);
  }
  if (const auto* event = std::get_if<TillEvent>(&body)) return with_journal("till_event", journal_of(*event, chart), event->currency.code);
  const auto* sale = std::get_if<Sale>(&body);
  const auto* returned = std::get_if<Return>(&body);
  if (sale == nullptr && returned == nullptr) return {};
  const bool is_return = sale == nullptr;
  const Sale& money = is_return ? *returned : *sale;
  // Also one of nothing but zeros: the ERP then has as many sales as the tills, and the day can be compared by count.
  PostingQueued queued = with_journal(is_return ? "return" : "sale", journal_of(money, is_return, chart), money.currency.code);
  queued.posting.currency = money.currency;
  queued.posting.gross = is_return ? opposite(money.totals.gross) : money.totals.gross;
  return queued;
}

PostingQueued map_reversal(const PostingSource& source, const Posting* original, std::span<const StockChanged> stock) {
  const bool is_stock = original != nullptr && original->kind == "stock";
  PostingQueued queued = start(source, nullptr, is_stock ? "stock" : "void", stock);
  if (original != nullptr) {
    Posting& posting = queued.posting;
    posting.currency = original->currency;
    posting.journal = reversed(original->journal);
    posting.gross = opposite(original->gross);
    posting.ordering_key = original->ordering_key;
    if (!posting.business_date) posting.business_date = original->business_date;
    queued.problem = check_balance(posting.journal, posting.currency.code);
    queued.balanced = queued.problem.empty();
  }
  return queued;
}

}  // namespace tillsync::hub
