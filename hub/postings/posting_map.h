// From documents and the stock that they moved to postings. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "hub/postings/chart.h"
#include "hub/writer/micro_batch.h"

namespace tillsync::hub {

/// "p_" + base32 of the event id; also the key that the ERP is given. Never from row numbers.
std::string posting_id_of(const EventId& event_id);
/// nullopt for what is no such id.
std::optional<EventId> event_id_of_posting(std::string_view posting_id);

/// What a posting takes from its document besides the figures.
struct PostingSource {
  std::int64_t event_no = 0;
  EventId event_id;
  LocationId location;
  const Header* header = nullptr;
  std::string correlation_id;  // "" = the event id's text, which is the posting's first document
};
PostingSource source_of(const IncomingDocument& incoming);

/// A posting for every sale and return, for every movement that moved stock and a till event that moved cash, from its own figures and
/// the stock changes booked under its event. Empty (is_empty) for all else, for voids and reversals, and for closes (map_close).
PostingQueued map_document(const IncomingDocument& incoming, std::span<const StockChanged> stock, const Chart& chart);

/// The close's own currency: that of its cash, else of its first total.
Currency posted_currency(const TillClose& close);
/// Postings of one document beside its own: differences of a close in other currencies.
inline constexpr std::size_t kPartsMax = 7;
/// Currencies of the close's differences that are not posted: others than its own for which the chart has no account, or beyond kPartsMax.
std::vector<std::string> unposted_currencies(const TillClose& close, const Chart& chart);
/// One for each currency in which the counts differ: its own first, then those of which the chart names an account for a tender.
std::vector<PostingQueued> map_close(const PostingSource& source, const TillClose& close, const Chart& chart);
/// Of the posting of a close's difference in another currency: "p_" + base32, the same on every hub.
std::string part_posting_id(const EventId& event_id, std::string_view currency);

/// The posting of a void: the original's journal turned around, and the stock that came back. original: nullptr when the
/// document that is taken back had none. It keeps the original's ordering key, so that it is sent behind it.
PostingQueued map_reversal(const PostingSource& source, const Posting* original, std::span<const StockChanged> stock);

/// Neither journal nor stock: nothing for the ERP. Never so for a sale or return, whose number counts even when all is 0.
bool is_empty(const PostingQueued& queued);

}  // namespace tillsync::hub
