// From an ERP's answer to what it means for the posting. A time-out means "outcome unknown" (ARCHITECTURE rule 7): the next step
// is then a look-up by idempotency key, never a second create. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/base/time.h"
#include "hub/erp/connector.h"

namespace tillsync::hub {

/// kNotSent: no byte of the request can have reached the ERP (no address, no connection, no TLS). kBroken, kTimeout: it may.
enum class TransportFailure : std::uint8_t { kNone, kNotSent, kBroken, kTimeout };

struct ErpAnswer {
  TransportFailure failure = TransportFailure::kNone;
  std::string failure_text;
  int status = 0;
  std::map<std::string, std::string, std::less<>> headers;  // names in lower case; of several with one name the last
  std::string body;                                         // cut at Connector::answer_bytes_max
  std::optional<Duration> retry_after;
};

enum class OutcomeKind : std::uint8_t {
  kPosted,     // the ERP has it
  kRefused,    // a business error: the same posting will be refused again
  kTransient,  // the ERP does not have it and may take it later
  kUnknown,    // the ERP may have it: look up
  kAbsent,     // looked up: the ERP does not have it
};

struct Outcome {
  OutcomeKind kind = OutcomeKind::kUnknown;
  std::string reference;   // kPosted; may be empty
  std::string code, text;  // why not
  std::string cause;       // kRefused: what it depends on, "sku:85123A"; may be empty
  std::optional<Duration> retry_after;

  /// Whether the ERP is alive and talking business; what the circuit breaker counts.
  bool is_answered() const { return kind != OutcomeKind::kTransient && kind != OutcomeKind::kUnknown; }
};

/// What a failed transfer means: transient when no byte can have reached the ERP, else unknown.
Outcome transport_outcome(const ErpAnswer& answer);
bool contains(const StatusSet& set, int status);
/// An ERP's message, cut to what is kept without leaving half a UTF-8 character.
std::string cut_text(std::string text);

Outcome classify_create(const Connector& connector, const ErpAnswer& answer);
/// kPosted, kAbsent, or kUnknown when the look-up itself failed.
Outcome classify_look_up(const Connector& connector, const ErpAnswer& answer);

}  // namespace tillsync::hub
