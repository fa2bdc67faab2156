// One conversation with an ERP, led by a connector's program (connectors/README.md says what the program is given and may say). It asks for
// a program to be run, for a request to be sent, for a log-in; it is given what came of it; and it ends with an outcome for each
// posting. Pure: hub/erp's driver, the connector test and the examples run the same code.
//
//   program ◄──────────────┬──────────────┐
//      ├─► need ────────────┘              │
//      ├─► request ──► answer ─────────────┘   (a failed transfer, or a status that is nobody's, ends it by the hub's own rules)
//      ├─► log-in, once, and from the beginning
//      └─► outcomes, split, session, on hand: the end
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "hub/erp/connector.h"
#include "hub/erp/connector_memory.h"
#include "hub/erp/erp_client.h"
#include "hub/erp/outcome.h"

namespace tillsync::hub {

/// What a conversation is about; each part as connectors/README.md has it.
struct ConversationSubject {
  std::string operation;                      // login | post | look_up | on_hand
  nlohmann::json postings = nlohmann::json::array();
  nlohmann::json locations = nlohmann::json::array(), skus = nlohmann::json::array();
  nlohmann::json items = nlohmann::json::object();  // of on_hand
  nlohmann::json settings = nlohmann::json::object();
  std::string hub_id;
};

struct ErpRequest {
  std::string name, method, path;
  std::vector<std::pair<std::string, std::string>> query, headers;
  std::string body;  // JSON or form; "" without
  bool has_effect = false;
};

struct OnHandAtErp {
  std::string location, sku, qty;
};

struct ConversationEnd {
  bool is_split = false;                     // nothing of it is booked: the halves one by one
  std::vector<Outcome> outcomes;             // one per posting. Of login and on_hand: one, kPosted when it went well
  nlohmann::json session;                    // of login
  Duration session_expires_in;
  std::vector<OnHandAtErp> on_hand;          // of on_hand
};

class Conversation {
 public:
  enum class Step : std::uint8_t { kRunProgram, kSend, kLogIn, kEnded };

  /// connector must outlive it and have the operation. Without a session it begins with a log-in, where the connector has one.
  Conversation(const Connector& connector, ConversationSubject subject, bool has_session);

  Step step() const { return step_; }
  const ConversationSubject& subject() const { return subject_; }

  // kRunProgram
  const OperationProgram& program() const { return program_; }
  std::string program_input(const ConnectorMemory& memory, Duration now, Instant wall);
  void program_gave(const Result<std::string>& value, ConnectorMemory& memory, Duration now);
  // kSend
  const ErpRequest& request() const { return request_; }
  void answered(const ErpAnswer& answer);
  // kLogIn: session_no says which session it found stale (a newer one may be there already); the outcome is of the log-in made for it
  std::uint64_t session_no() const { return session_no_; }
  void logged_in(const Outcome& outcome);
  // kEnded
  const ConversationEnd& end() const { return end_; }

 private:
  void take(const nlohmann::json& said, ConnectorMemory& memory, Duration now);
  void take_request(const nlohmann::json& said);
  void take_outcomes(const nlohmann::json& said);
  void take_session(const nlohmann::json& said);
  void take_failure(const nlohmann::json& outcomes);
  void take_on_hand(const nlohmann::json& said);
  void log_in_again();
  void program_failed(const std::string& text);
  void end_all(OutcomeKind kind, std::string code, std::string text, std::optional<Duration> retry_after = {});
  Outcome outcome_of(const nlohmann::json& said) const;
  std::size_t outcomes_wanted() const;

  const Connector& connector_;
  const OperationProgram& program_;
  ConversationSubject subject_;
  Step step_ = Step::kRunProgram;
  nlohmann::json wanted_, answers_ = nlohmann::json::object();
  ErpRequest request_;
  bool had_effect_ = false;  // a request that may have changed something has gone out
  bool has_logged_in_ = false;
  std::size_t turns_ = 0;
  std::uint64_t session_no_ = 0;
  ConversationEnd end_;
};

/// The HTTP request. url: erp.url.
ErpCall call_of(const ErpRequest& request, const std::string& url, std::uint64_t tag);

}  // namespace tillsync::hub
