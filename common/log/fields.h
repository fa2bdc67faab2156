// The names of log fields, so that a collector finds the same thing under the same name everywhere. Pure.
#pragma once

#include <string_view>

namespace tillsync::log::field {

inline constexpr std::string_view kAddress = "address";
inline constexpr std::string_view kAgent = "agent";
inline constexpr std::string_view kBytes = "bytes";
inline constexpr std::string_view kCode = "code";  // of an Error
inline constexpr std::string_view kConnector = "connector";
inline constexpr std::string_view kContract = "contract";
inline constexpr std::string_view kCorrelationId = "correlation_id";
inline constexpr std::string_view kCount = "count";
inline constexpr std::string_view kDetail = "detail";
inline constexpr std::string_view kDocumentNo = "document_no";
inline constexpr std::string_view kDurationMs = "duration_ms";
inline constexpr std::string_view kEndpoint = "endpoint";
inline constexpr std::string_view kEpoch = "epoch";
inline constexpr std::string_view kExceptionId = "exception_id";
inline constexpr std::string_view kHint = "hint";
inline constexpr std::string_view kLocation = "location";
inline constexpr std::string_view kOperation = "operation";
inline constexpr std::string_view kPath = "path";
inline constexpr std::string_view kPosting = "posting";
inline constexpr std::string_view kReason = "reason";
inline constexpr std::string_view kRoute = "route";
inline constexpr std::string_view kSeq = "seq";
inline constexpr std::string_view kStatus = "status";
inline constexpr std::string_view kTill = "till";
inline constexpr std::string_view kVersion = "version";

}  // namespace tillsync::log::field
