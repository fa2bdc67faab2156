#include "hub/erp/outcome.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr std::size_t kTextMax = 500;  // bytes of an ERP's message that are kept

bool has_exact(const StatusSet& set, int status) { return std::ranges::find(set.exact, status) != set.exact.end(); }
bool has_hundred(const StatusSet& set, int status) { return std::ranges::find(set.hundreds, status / 100) != set.hundreds.end(); }

OutcomeKind kind_of(const Connector& connector, int status) {
  const std::pair<const StatusSet*, OutcomeKind> classes[] = {{&connector.posted, OutcomeKind::kPosted},
                                                              {&connector.refused, OutcomeKind::kRefused},
                                                              {&connector.transient, OutcomeKind::kTransient},
                                                              {&connector.unknown, OutcomeKind::kUnknown}};
  for (const auto& [set, kind] : classes) {
    if (has_exact(*set, status)) return kind;
  }
  for (const auto& [set, kind] : classes) {
    if (has_hundred(*set, status)) return kind;
  }
  return OutcomeKind::kUnknown;
}

/// A text or number at the pointer; "" when there is none.
std::string value_at(const json& body, const std::string& pointer) {
  try {
    const json::json_pointer place(pointer);
    if (!body.contains(place)) return {};
    const json& value = body.at(place);
    if (value.is_string()) return value.get<std::string>();
    return value.is_number() ? value.dump() : std::string();
  } catch (const json::exception&) {
    return {};
  }
}

void describe(Outcome& outcome, const Connector& connector, const ErpAnswer& answer, const json& body) {
  outcome.code = cut_text(value_at(body, connector.error_code_pointer));
  outcome.text = cut_text(value_at(body, connector.error_text_pointer));
  if (outcome.code.empty()) outcome.code = "http_" + std::to_string(answer.status);
  if (outcome.text.empty()) outcome.text = "the ERP answered with status " + std::to_string(answer.status);
  outcome.retry_after = answer.retry_after;
}

}  // namespace

bool contains(const StatusSet& set, int status) { return has_exact(set, status) || has_hundred(set, status); }

std::string cut_text(std::string text) {
  if (text.size() <= kTextMax) return text;
  std::size_t end = kTextMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

Outcome transport_outcome(const ErpAnswer& answer) {
  const bool not_sent = answer.failure == TransportFailure::kNotSent;
  return {.kind = not_sent ? OutcomeKind::kTransient : OutcomeKind::kUnknown,
          .reference = {},
          .code = not_sent ? "not_reached" : answer.failure == TransportFailure::kTimeout ? "timeout" : "connection_broken",
          .text = cut_text(answer.failure_text),
          .cause = {},
          .retry_after = {}};
}

Outcome classify_create(const Connector& connector, const ErpAnswer& answer) {
  if (answer.failure != TransportFailure::kNone) return transport_outcome(answer);
  const json body = json::parse(answer.body, nullptr, false);
  Outcome outcome;
  outcome.kind = kind_of(connector, answer.status);
  if (outcome.kind == OutcomeKind::kPosted) {
    outcome.reference = cut_text(value_at(body, connector.reference_pointer));
  } else {
    describe(outcome, connector, answer, body);
  }
  return outcome;
}

Outcome classify_look_up(const Connector& connector, const ErpAnswer& answer) {
  if (answer.failure != TransportFailure::kNone) {
    Outcome outcome = transport_outcome(answer);
    outcome.kind = OutcomeKind::kUnknown;  // what became of the create is as open as before
    return outcome;
  }
  const json body = json::parse(answer.body, nullptr, false);
  Outcome outcome;
  if (has_exact(connector.found, answer.status)) {
    outcome.kind = OutcomeKind::kPosted;
    outcome.reference = cut_text(value_at(body, connector.reference_pointer));
  } else if (has_exact(connector.absent, answer.status)) {
    outcome.kind = OutcomeKind::kAbsent;
  } else {
    describe(outcome, connector, answer, body);
  }
  return outcome;
}

}  // namespace tillsync::hub
