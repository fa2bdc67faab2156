#include "hub/intake/intake.h"

#include <algorithm>

#include "common/contract/contract_names.h"

namespace tillsync::hub {
namespace {

std::string till_key(const LocationId& location, const TillId& till) { return "till:" + location.value + "/" + till.value; }

/// Whether the agent may write at `seq`: at the end, or in what is committed already. Advances the state when it is the end.
std::optional<Error> advance(EpochState& state, const IncomingDocument& incoming) {
  if (state.last_seq == 0) {  // the first document of the epoch
    state.first_seq = incoming.seq;
  } else if (incoming.seq <= state.last_seq) {
    if (incoming.seq < state.last_seq || incoming.chain == state.last_chain) return std::nullopt;
    return Error{ErrorCode::kConflict, "take documents of " + incoming.agent_id.value,
                 "its history differs at seq " + std::to_string(incoming.seq), "the agent must compare histories again"};
  } else if (incoming.seq != state.last_seq + 1) {
    return Error{ErrorCode::kConflict, "take documents of " + incoming.agent_id.value,
                 "seq " + std::to_string(incoming.seq) + " does not follow " + std::to_string(state.last_seq),
                 "the agent must send from where the hub stands"};
  }
  state.last_seq = incoming.seq;
  state.last_chain = incoming.chain;
  state.is_changed = true;
  return std::nullopt;
}

class Decider {
 public:
  Decider(MicroBatch& batch, IntakeRows& rows) : batch_(batch), rows_(rows), gap_is_taken_(batch.gaps.size(), false) {}

  IntakeDecision decide() {
    for (std::size_t index = 0; index < batch_.documents.size(); ++index) {
      IncomingDocument& incoming = batch_.documents[index];
      if (!incoming.agent_id.empty() && !follow(incoming)) return std::move(decision_);
      judge(index, incoming);
    }
    for (std::size_t index = 0; index < batch_.gaps.size(); ++index) {
      if (!gap_is_taken_[index] && !take_gap(index)) return std::move(decision_);
    }
    check_cursors();
    return std::move(decision_);
  }

 private:
  bool refuse(Error error) {
    decision_.refused = std::move(error);
    return false;
  }

  EpochState& epoch_state(const AgentId& agent_id, const EpochId& epoch) {
    EpochState& state = rows_.epochs[{agent_id, epoch}];
    if (state.epoch_no == 0) state.epoch_no = rows_.next_epoch_no++;
    return state;
  }

  bool follow(const IncomingDocument& incoming) {
    EpochState& state = epoch_state(incoming.agent_id, incoming.epoch);
    // A gap of the same group may lie between two of its batches.
    for (std::size_t index = 0; index < batch_.gaps.size() && incoming.seq > state.last_seq + 1; ++index) {
      const GapDeclared& declared = batch_.gaps[index];
      if (gap_is_taken_[index] || declared.agent_id != incoming.agent_id || declared.gap.epoch != incoming.epoch) continue;
      if (declared.gap.last_seq < incoming.seq && !take_gap(index)) return false;
    }
    if (auto error = advance(state, incoming)) return refuse(std::move(*error));
    return true;
  }

  bool take_gap(std::size_t index) {
    gap_is_taken_[index] = true;
    const GapDeclared& declared = batch_.gaps[index];
    const wire::Gap& gap = declared.gap;
    EpochState& state = epoch_state(declared.agent_id, gap.epoch);
    if (gap.last_seq <= state.last_seq) return true;  // recorded before, or the documents came after all
    if (state.last_seq != 0 && gap.first_seq > state.last_seq + 1)
      return refuse({ErrorCode::kConflict, "record a gap of " + declared.agent_id.value,
                     "seq " + std::to_string(gap.first_seq) + " does not follow " + std::to_string(state.last_seq),
                     "the agent must send from where the hub stands"});
    GapDeclared missing = declared;
    if (state.last_seq == 0) state.first_seq = gap.first_seq;
    else missing.gap.first_seq = state.last_seq + 1;
    state.last_seq = gap.last_seq;
    state.last_chain = gap.chain;
    state.is_changed = true;
    raise_gap(missing);
    decision_.gaps.push_back(std::move(missing));
    return true;
  }

  void raise_gap(const GapDeclared& missing) {
    const std::string first = std::to_string(missing.gap.first_seq);
    ExceptionRaised raised;
    raised.code = "gap";
    raised.subject = missing.agent_id.value + "/" + missing.gap.epoch.hex() + "/" + first;
    raised.cause_key = "agent:" + missing.agent_id.value;
    raised.location = missing.location;
    raised.detail = "documents " + first + " to " + std::to_string(missing.gap.last_seq) + " never came: " + missing.gap.reason;
    batch_.exceptions.push_back(std::move(raised));
  }

  void check_cursors() {
    for (const CursorMoved& cursor : batch_.cursors) {
      const EpochState& state = epoch_state(cursor.agent_id, cursor.epoch);
      if (state.last_seq >= cursor.seq && (state.last_seq > cursor.seq || state.last_chain == cursor.chain)) continue;
      refuse({ErrorCode::kConflict, "take documents of " + cursor.agent_id.value,
              "they end at seq " + std::to_string(state.last_seq) + ", not at " + std::to_string(cursor.seq) +
                  ", or with another chain",
              "the agent must compare histories again"});
      return;
    }
  }

  void judge(std::size_t index, IncomingDocument& incoming) {
    // One look-up both finds the identity and, when it is free, takes it for the documents behind this one.
    const bool is_claim = incoming.kind == wire::EventKind::kConflict && incoming.document.has_value();
    auto known = rows_.events.find(incoming.event_id);
    if (known == rows_.events.end() && !is_claim) return accept(index, incoming);
    // The event id of an opaque one is of its bytes, so whatever hash was claimed for them, they are the same.
    if (!incoming.document || (known != rows_.events.end() && known->second.content_hash == incoming.content_hash)) {
      incoming.verdict = Verdict::kDuplicate;
      incoming.event_no = known->second.event_no;
      return;
    }
    incoming.verdict = Verdict::kConflict;
    incoming.event_no = known == rows_.events.end() ? 0 : known->second.event_no;
    if (!rows_.conflicts.emplace(ConflictKey{incoming.event_id, incoming.content_hash}, true).second) return;
    decision_.conflicts.push_back(index);
    raise_conflict(incoming);
  }

  void accept(std::size_t index, IncomingDocument& incoming) {
    incoming.event_no = rows_.next_event_no++;
    rows_.events.emplace(incoming.event_id, KnownEvent{incoming.event_no, incoming.content_hash});
    decision_.events.push_back(index);
    if (incoming.document) {
      incoming.verdict = Verdict::kNew;
      add_to_total(incoming);
      for (ExceptionRaised& raised : exceptions_of_warnings(incoming)) batch_.exceptions.push_back(std::move(raised));
    } else {
      incoming.verdict = Verdict::kOpaque;
      raise_opaque(incoming);
    }
  }

  void add_to_total(const IncomingDocument& incoming) {
    const Document& document = *incoming.document;
    const auto* sale = std::get_if<Sale>(&document.body);
    const auto* returned = std::get_if<Return>(&document.body);
    const Sale* money = sale != nullptr ? sale : returned;
    const std::int64_t date = document.header.business_date ? document.header.business_date->days : 0;
    // Consecutive documents mostly go to the same total.
    if (last_total_ == nullptr || std::get<0>(*last_key_) != incoming.location.value || std::get<1>(*last_key_) != date ||
        std::get<2>(*last_key_) != contract_name(document.header.contract) || std::get<3>(*last_key_) != document.header.mode ||
        std::get<4>(*last_key_) != (money == nullptr ? std::string_view() : std::string_view(money->currency.code))) {
      const auto entry = decision_.totals
                             .try_emplace(TotalKey{incoming.location.value, date, std::string(contract_name(document.header.contract)),
                                                   document.header.mode, money == nullptr ? "" : money->currency.code})
                             .first;
      last_key_ = &entry->first;
      last_total_ = &entry->second;
    }
    ++last_total_->documents;
    if (money == nullptr) return;
    const std::int64_t gross = summable(money->totals.gross.minor);
    last_total_->gross_minor += sale != nullptr ? gross : -gross;
  }

  void raise_opaque(const IncomingDocument& incoming) {
    ExceptionRaised raised;
    raised.code = "opaque_document";
    raised.subject = event_id_text(incoming.event_id);
    raised.cause_key = incoming.agent_id.empty() ? "source:" + incoming.source : "agent:" + incoming.agent_id.value;
    raised.location = incoming.location;
    raised.event_no = incoming.event_no;
    raised.detail = incoming.decode_error;
    batch_.exceptions.push_back(std::move(raised));
  }

  void raise_conflict(const IncomingDocument& incoming) {
    const Document& document = *incoming.document;
    ExceptionRaised raised;
    raised.code = "conflict";
    raised.exception_id = conflict_exception_id(identity_of(document, incoming.location), incoming.content_hash).value;
    raised.subject = raised.exception_id;
    raised.cause_key = till_key(incoming.location, document.header.till);
    raised.location = incoming.location;
    if (incoming.event_no != 0) raised.event_no = incoming.event_no;
    raised.detail = document.header.contract + " " + document.header.document_no.value + " of till " + document.header.till.value +
                    " came again with other content";
    batch_.exceptions.push_back(std::move(raised));
  }

  MicroBatch& batch_;
  IntakeRows& rows_;
  std::vector<bool> gap_is_taken_;
  IntakeDecision decision_;
  const TotalKey* last_key_ = nullptr;
  EventTotal* last_total_ = nullptr;
};

}  // namespace

IntakeDecision decide_intake(MicroBatch& batch, IntakeRows& rows) { return Decider(batch, rows).decide(); }

std::vector<ExceptionRaised> exceptions_of_warnings(const IncomingDocument& incoming) {
  std::vector<ExceptionRaised> raised;
  // What is rung up in training is not meant to be right.
  if (incoming.warnings.empty() || incoming.document->header.mode == "training") return raised;
  std::map<std::string_view, std::size_t> counts;
  for (const Warning& warning : incoming.warnings) {
    if (counts[warning.code]++ > 0) continue;
    ExceptionRaised first;
    first.code = warning.code;
    first.subject = event_id_text(incoming.event_id);
    first.cause_key = till_key(incoming.location, incoming.document->header.till);
    first.location = incoming.location;
    first.event_no = incoming.event_no;
    first.pointer = warning.pointer;
    first.detail = warning.detail;
    raised.push_back(std::move(first));
  }
  for (ExceptionRaised& first : raised) {
    const std::size_t count = counts.at(first.code);
    if (count > 1) first.detail += " (and " + std::to_string(count - 1) + " more of this kind)";
  }
  return raised;
}

std::string correlation_text(const std::string& correlation_id, const EventId& event_id) {
  return correlation_id.empty() ? event_id_text(event_id) : correlation_id;
}

}  // namespace tillsync::hub
