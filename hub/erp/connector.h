// A connector: how one kind of ERP is spoken to, read from its folder of data (connectors/NAME/connector.json). Pure.
#pragma once

#include <cstdint>
#include <map>
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

struct Connector {
  std::string name;
  RequestTemplate create, look_up;
  StatusSet found, absent;                         // answers to look_up
  StatusSet posted, refused, transient, unknown;   // answers to create; what is not listed is unknown
  std::string reference_pointer, error_code_pointer, error_text_pointer;  // JSON pointers into the answer
  std::size_t concurrency = 8;                     // requests in flight
  Duration connect_timeout = seconds(5), timeout = seconds(30);
  std::size_t answer_bytes_max = 1'000'000;
};

/// kInvalid names the field that is missing, unknown or of the wrong type.
Result<Connector> parse_connector(std::string_view json_text);

/// Replaces {name}; an unknown name stays as it is.
std::string fill_template(std::string_view text, const std::map<std::string, std::string, std::less<>>& values);
/// RFC 3986: everything but unreserved characters becomes %XX.
std::string percent_encode(std::string_view text);
/// W3C trace context; the trace follows from the correlation id, so that hub and ERP logs can be joined without a store.
std::string traceparent_of(std::string_view correlation_id, std::string_view idempotency_key);

}  // namespace tillsync::hub
