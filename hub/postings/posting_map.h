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

/// A posting for every sale and return, for every movement that moved stock, for a close whose counts differ and a till event that
/// moved cash, from its own figures and the stock changes booked under its event. Empty (is_empty) for all else, and for voids and
/// reversals.
PostingQueued map_document(const IncomingDocument& incoming, std::span<const StockChanged> stock, const Chart& chart);

/// The currency in which a close is posted: that of its cash, else of its first total. Its differences in others are not posted.
Currency posted_currency(const TillClose& close);
/// Currencies of the close's differences that are not posted.
std::vector<std::string> unposted_currencies(const TillClose& close);

/// The posting of a void: the original's journal turned around, and the stock that came back. original: nullptr when the
/// document that is taken back had none. It keeps the original's ordering key, so that it is sent behind it.
PostingQueued map_reversal(const PostingSource& source, const Posting* original, std::span<const StockChanged> stock);

/// Neither journal nor stock: nothing for the ERP. Never so for a sale or return, whose number counts even when all is 0.
bool is_empty(const PostingQueued& queued);

}  // namespace tillsync::hub
