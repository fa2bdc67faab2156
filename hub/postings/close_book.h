// The closes of the till days that a batch touches: turns a close that comes into the postings of what it changes. Pure.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hub/postings/close_versions.h"
#include "hub/postings/posting_map.h"

namespace tillsync::hub {

struct CloseDay {
  LocationId location;
  TillId till;
  Date business_date;
  auto operator<=>(const CloseDay&) const = default;
};
struct KnownClose {
  CloseVersion version;
  EventId event_id;
  std::optional<Document> document;  // of earlier batches: only where a close of this one has to do with the day's others
  std::string correlation_id;
  bool is_changed = false;           // to be written
};

class CloseBook {
 public:
  void put(const CloseDay& day, KnownClose close) { days_[day].push_back(std::move(close)); }
  /// What is to be posted because this close came: of itself, and of those that waited for it. Adds to the batch's exceptions and settles.
  std::vector<PostingQueued> take(const IncomingDocument& incoming, const Chart& chart, MicroBatch& batch);
  const std::map<CloseDay, std::vector<KnownClose>>& days() const { return days_; }

 private:
  std::map<CloseDay, std::vector<KnownClose>> days_;
};

}  // namespace tillsync::hub
