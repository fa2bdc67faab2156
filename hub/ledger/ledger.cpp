#include "hub/ledger/ledger.h"

#include <algorithm>

#include "common/contract/vocabulary.h"
#include "hub/ledger/stock_book.h"

namespace tillsync::hub {
namespace {

/// A document that voids of this batch, or waiting ones, name, as it came in this batch.
struct FreshOriginal {
  std::size_t document = 0;
  std::size_t first_entry = 0, entries_end = 0;  // in the decision
};

std::vector<EventId> referenced_events(const DocumentRef& reference, const IncomingDocument& incoming) {
  std::vector<EventId> events;
  for (const Identity& identity : referenced_identities(reference, *incoming.document, incoming.location))
    events.push_back(event_id_of(identity));
  return events;
}

class LedgerDecider {
 public:
  LedgerDecider(MicroBatch& batch, LedgerRows& rows, const WaitingVoids& waiting)
      : batch_(batch), rows_(rows), waiting_(waiting), book_(batch, rows, decision_) {}

  LedgerDecision decide() {
    TS_CHECK(rows_.plans.size() == batch_.documents.size());
    find_wanted();
    for (std::size_t index = 0; index < batch_.documents.size(); ++index) {
      const IncomingDocument& incoming = batch_.documents[index];
      if (incoming.verdict != Verdict::kNew) continue;
      const std::size_t first_entry = decision_.entries.size();
      if (moves_stock(incoming)) {
        book_.begin_event(incoming.event_no, index);
        warn_of_location(incoming);
        book_document(index, incoming);
      }
      if (!wanted_.empty() && wanted_.contains(incoming.event_id)) {
        fresh_[incoming.event_id] = FreshOriginal{index, first_entry, decision_.entries.size()};
        apply_waiting(index, incoming);
      }
    }
    book_.finish();
    return std::move(decision_);
  }

 private:
  void find_wanted() {
    for (const IncomingDocument& incoming : batch_.documents) {
      const bool is_waited_for = !waiting_.empty() && waiting_.contains(incoming.event_id);
      if (is_waited_for) wanted_.insert(incoming.event_id);
      if (!moves_stock(incoming)) continue;
      const DocumentRef* reference = reversed_reference(*incoming.document);
      if (reference == nullptr) continue;
      for (const EventId& event : referenced_events(*reference, incoming)) wanted_.insert(event);
    }
  }

  void warn_of_location(const IncomingDocument& incoming) {
    if (rows_.unknown_locations.empty() || !rows_.unknown_locations.contains(incoming.location.value)) return;
    if (!warned_locations_.insert(incoming.location.value).second) return;
    book_.raise("unknown_location", incoming.location.value, "location:" + incoming.location.value,
                "documents come from it, the first of till " + incoming.document->header.till.value);
  }

  void book_document(std::size_t index, const IncomingDocument& incoming) {
    if (const DocumentRef* reference = reversed_reference(*incoming.document)) return reverse(*reference, incoming);
    if (is_count(*incoming.document)) return count(incoming);
    const MovementPlan& plan = rows_.plans[index];
    warn_of_lines(incoming, plan.unknown_lines);
    if (plan.changes.empty()) return;
    const BookedAt booked = booked_at(incoming.document->header.occurred_at, incoming, batch_.now);
    if (booked.is_clamped) warn_of_clock("till_clock_ahead", incoming);
    for (const PlannedChange& change : plan.changes) {
      warn_of_sku(incoming, change.key.sku);
      book_.book(change, booked.at);
    }
    if (const auto* movement = std::get_if<StockMovement>(&incoming.document->body))
      add_transit(*movement, incoming.location, plan.changes, 1);
  }

  void warn_of_lines(const IncomingDocument& incoming, const std::vector<UnknownLine>& lines) {
    if (lines.empty()) return;
    std::string detail = "line " + std::to_string(lines[0].index + 1);
    if (lines.size() > 1) detail += " and " + std::to_string(lines.size() - 1) + " more";
    book_.raise("missing_sku", event_id_text(incoming.event_id), "till:" + incoming.location.value + "/" + incoming.document->header.till.value,
                std::move(detail), "/lines/" + std::to_string(lines[0].index));
  }

  /// Once per document and SKU, so that the exception counts documents.
  void warn_of_sku(const IncomingDocument& incoming, const Sku& sku) {
    if (rows_.unknown_skus.empty() || !rows_.unknown_skus.contains(sku.value)) return;
    if (warned_event_ != incoming.event_no) {
      warned_event_ = incoming.event_no;
      warned_skus_.clear();
    }
    if (!warned_skus_.insert(sku.value).second) return;
    book_.raise("unknown_sku", incoming.location.value + "/" + sku.value, "sku:" + sku.value,
                "first in " + incoming.document->header.contract + " " + incoming.document->header.document_no.value);
  }

  void warn_of_clock(std::string_view code, const IncomingDocument& incoming) {
    const std::string till = incoming.location.value + "/" + incoming.document->header.till.value;
    if (!warned_clocks_.insert(std::string(code) + "/" + till).second) return;
    const std::string said = incoming.document->header.occurred_at ? format_instant(*incoming.document->header.occurred_at) : "a line";
    if (code == "till_clock_ahead")
      book_.raise("till_clock_ahead", till, "till:" + till, said + " was received at " + format_instant(incoming.agent_received_at));
    else
      book_.raise("count_ahead_of_clock", till, "till:" + till, said + " was received at " + format_instant(incoming.agent_received_at));
  }

  void add_transit(const StockMovement& movement, const LocationId& location, const std::vector<PlannedChange>& changes,
                   std::int64_t sign) {
    const MovementType type = movement_type(movement.type);
    const bool is_out = type == MovementType::kTransferOut;
    if ((!is_out && type != MovementType::kTransferIn) || movement.transfer_no.empty()) return;
    for (const PlannedChange& change : changes) {
      TransitChange& transit = decision_.transit[{movement.transfer_no, change.key.sku.value}];
      transit.from_location = is_out ? location.value : movement.counterpart;
      transit.to_location = is_out ? movement.counterpart : location.value;
      // Sent and received both count what moved: positive when stock left, and when it arrived.
      std::int64_t& sum = is_out ? transit.sent_milli : transit.received_milli;
      const std::int64_t moved = (is_out ? -sign : sign) * std::max(change.change_milli, INT64_MIN + 1);
      sum = checked_add(sum, moved).value_or(sum);
    }
  }

  void count(const IncomingDocument& incoming) {
    const auto& movement = std::get<StockMovement>(incoming.document->body);
    CountLines read = read_count(incoming, batch_.now, rows_.gtins);
    warn_of_lines(incoming, read.unknown_lines);
    if (read.is_clamped) warn_of_clock("count_ahead_of_clock", incoming);
    const std::string count_id = count_id_of(movement, incoming.event_no);
    CountSheet& sheet = rows_.counts[{incoming.location.value, count_id}];
    sheet.location = incoming.location;
    sheet.count_id = count_id;
    sheet.is_full = sheet.is_full || movement.scope == "full";
    sheet.is_changed = true;
    for (const CountLine& line : read.lines) {
      warn_of_sku(incoming, line.key.sku);
      sheet.lines.push_back(line);
      decision_.count_lines.push_back(line);
    }
    const bool was_final = sheet.final_event_no.has_value();
    if (!was_final) {
      if (!is_final_count(movement)) return;
      sheet.final_event_no = incoming.event_no;
      sheet.final_at = read.booked.at;
    }
    apply(sheet, incoming, was_final ? &read.lines : nullptr);
  }

  /// only: the lines of an area that came after the count took effect; nothing else changes then.
  void apply(const CountSheet& sheet, const IncomingDocument& incoming, const std::vector<CountLine>* only) {
    const std::vector<GroupCount> groups = sum_groups(sheet);
    std::size_t superseded = 0;
    for (const GroupCount& group : groups) {
      const bool is_meant = only == nullptr || std::any_of(only->begin(), only->end(), [&group](const CountLine& line) {
                              return line.key.group() == group.group;
                            });
      if (is_meant && !book_.apply_count(group, sheet.count_id)) ++superseded;
    }
    if (sheet.is_full && only == nullptr) book_.apply_full(sheet, groups);
    if (superseded > 0)
      book_.raise("count_superseded", event_id_text(incoming.event_id), "count:" + sheet.location.value + "/" + sheet.count_id,
                  std::to_string(superseded) + " of " + std::to_string(groups.size()) + " counted SKUs have a newer count");
  }

  void reverse(const DocumentRef& reference, const IncomingDocument& incoming) {
    const WaitingVoid cancelling{incoming.event_no, incoming.event_id,
                                 booked_at(incoming.document->header.occurred_at, incoming, batch_.now).at};
    const std::vector<EventId> candidates = referenced_events(reference, incoming);
    for (const EventId& original : candidates) {
      if (!fresh_.contains(original) && !rows_.originals.contains(original)) continue;
      apply_void(cancelling, original);
      return;
    }
    for (const EventId& original : candidates) {
      record(cancelling, original, ReversalState::kWaiting);
      fresh_waiting_.emplace(original, cancelling);
      wanted_.insert(original);
    }
    book_.raise("void_original_missing", event_id_text(incoming.event_id),
                "till:" + incoming.location.value + "/" + incoming.document->header.till.value,
                "document " + reference.document_no.value + " has not come");
  }

  void record(const WaitingVoid& cancelling, const EventId& original, ReversalState state) {
    decision_.reversals.push_back({cancelling.event_no, original, cancelling.event_id, cancelling.at, state});
  }

  /// The original of voids that wait, of earlier batches or of this one, is here.
  void apply_waiting(std::size_t index, const IncomingDocument& incoming) {
    std::vector<WaitingVoid> due;
    for (const WaitingVoids* voids : {&waiting_, static_cast<const WaitingVoids*>(&fresh_waiting_)}) {
      const auto [first, last] = voids->equal_range(incoming.event_id);
      for (auto entry = first; entry != last; ++entry) due.push_back(entry->second);
    }
    std::sort(due.begin(), due.end(), [](const WaitingVoid& a, const WaitingVoid& b) { return a.event_no < b.event_no; });
    for (const WaitingVoid& cancelling : due) {
      // A void that waited for a sale or a return has found its original with the first that came.
      if (decision_.settled_voids.contains(cancelling.event_no)) continue;
      decision_.settled_voids.insert(cancelling.event_no);
      book_.begin_event(cancelling.event_no, index);
      apply_void(cancelling, incoming.event_id);
      batch_.settled.push_back({"void_original_missing", event_id_text(cancelling.event_id), "its original came"});
    }
  }

  /// TS_CHECK: the original is here.
  void apply_void(const WaitingVoid& cancelling, const EventId& original) {
    if (rows_.reversed.contains(original)) {
      record(cancelling, original, ReversalState::kOther);
      book_.raise("void_repeated", event_id_text(cancelling.event_id), "event:" + event_id_text(original),
                  "the document was cancelled before");
      return;
    }
    const StoredOriginal taken = original_of(original);
    if (taken.document && is_count(*taken.document)) {
      record(cancelling, original, ReversalState::kOther);
      book_.raise("void_of_count", event_id_text(cancelling.event_id), "event:" + event_id_text(original), "the count stands");
      return;
    }
    rows_.reversed.insert(original);
    record(cancelling, original, ReversalState::kApplied);
    for (const PlannedChange& change : taken.changes) {
      PlannedChange back = change;
      back.movement = kVoidMovement;
      back.change_milli = -change.change_milli;
      book_.book(back, cancelling.at);
    }
    if (taken.document) {
      if (const auto* movement = std::get_if<StockMovement>(&taken.document->body))
        add_transit(*movement, taken.changes.empty() ? LocationId() : taken.changes[0].key.location, taken.changes, -1);
    }
    batch_.reversals.push_back({cancelling.event_no, cancelling.event_id, taken.event_no, original});
  }

  StoredOriginal original_of(const EventId& original) const {
    const auto fresh = fresh_.find(original);
    if (fresh == fresh_.end()) {
      const auto stored = rows_.originals.find(original);
      TS_CHECK(stored != rows_.originals.end());
      return stored->second;
    }
    const IncomingDocument& incoming = batch_.documents[fresh->second.document];
    StoredOriginal taken;
    taken.event_no = incoming.event_no;
    if (incoming.document && std::holds_alternative<StockMovement>(incoming.document->body)) taken.document = incoming.document;
    for (std::size_t i = fresh->second.first_entry; i < fresh->second.entries_end; ++i) {
      const StockEntry& entry = decision_.entries[i];
      if (entry.movement == kCountCorrectionMovement) continue;
      taken.changes.push_back({entry.balance->key, entry.change_milli, entry.movement, entry.line_no, entry.unit_cost_micro});
    }
    return taken;
  }

  MicroBatch& batch_;
  LedgerRows& rows_;
  const WaitingVoids& waiting_;
  LedgerDecision decision_;
  StockBook book_;
  std::set<EventId> wanted_;
  std::unordered_map<EventId, FreshOriginal> fresh_;
  WaitingVoids fresh_waiting_;
  std::set<std::string> warned_locations_, warned_clocks_, warned_skus_;
  std::int64_t warned_event_ = 0;
};

}  // namespace

bool moves_stock(const IncomingDocument& incoming) {
  return incoming.verdict == Verdict::kNew && incoming.effective && incoming.document.has_value();
}

LedgerDecision decide_ledger(MicroBatch& batch, LedgerRows& rows, const WaitingVoids& waiting) {
  return LedgerDecider(batch, rows, waiting).decide();
}

}  // namespace tillsync::hub
