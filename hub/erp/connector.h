// A connector: how one kind of ERP is spoken to, read from its folder of data (connectors/NAME/connector.json). Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"

namespace tillsync::hub {

/// HTTP statuses as a connector lists them: numbers, or "4xx" for a hundred. A number beats its hundred.
struct StatusSet {
  std::vector<int> exact;
  std::vector<int> hundreds;  // 4 = 400–499
};

/// header values and path may hold {idempotency_key}, {correlation_id}, {traceparent}.
struct RequestTemplate {
  std::string method, path;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// What a talking connector's program does (connectors/README.md).
struct OperationProgram {
  std::string file, text;       // text: filled by connector_reader
  std::size_t turns_max = 8;    // requests and questions of one conversation
};

struct ConnectorSetting {
  std::string name, meaning;
  std::optional<std::string> value_if_unset;  // nullopt: must be given
  bool is_secret = false;
};

struct Connector {
  std::string name, title;

  // Plain: one request takes a posting as it is. Without operations.
  RequestTemplate create, look_up;
  StatusSet found, absent;                         // answers to look_up
  StatusSet posted, refused, unknown;              // answers to create; what is not listed is unknown
  std::string reference_pointer, error_code_pointer, error_text_pointer;  // JSON pointers into the answer

  // Talking: by name of the operation; `post` and `look_up` are there, `login` and `on_hand` may be.
  std::map<std::string, OperationProgram, std::less<>> operations;
  std::vector<ConnectorSetting> settings;
  StatusSet handled, stale_session;                // answers that go to the program; that mean a new log-in
  std::size_t postings_max = 1;                    // of one conversation
  bool folds_case = false;                         // the ERP takes "85123A" and "85123a" for one item

  StatusSet transient;                             // of both kinds
  std::size_t concurrency = 8;                     // requests in flight
  double rate_per_s = 0;                           // requests; 0 = no limit
  Duration connect_timeout = seconds(5), timeout = seconds(30);
  Duration settle{};                               // an unknown outcome is not looked up before
  Duration backoff_max = seconds(300);             // between two attempts
  Duration known_ttl = seconds(600);               // of what programs remember
  std::size_t answer_bytes_max = 1'000'000;

  bool is_talking() const { return !operations.empty(); }
};

inline constexpr std::size_t kTurnsMax = 500;          // of one conversation
inline constexpr std::size_t kBatchPostingsMax = 500;  // of one conversation

/// kInvalid names the field that is missing, unknown or of the wrong type.
Result<Connector> parse_connector(std::string_view json_text);

/// Replaces {name}; an unknown name stays as it is.
std::string fill_template(std::string_view text, const std::map<std::string, std::string, std::less<>>& values);
/// RFC 3986: everything but unreserved characters becomes %XX.
std::string percent_encode(std::string_view text);
/// W3C trace context; the trace follows from the correlation id, so that hub and ERP logs can be joined without a store.
std::string traceparent_of(std::string_view correlation_id, std::string_view idempotency_key);

}  // namespace tillsync::hub
