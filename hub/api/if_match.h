// If-Match (RFC 9110): a change names the version that it was made on, so that two people do not overwrite each other. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hub/api/api_call.h"
#include "hub/api/idempotency_store.h"

namespace tillsync::hub {

/// The ETag of a row with a revision.
std::string revision_etag(std::int64_t revision);
/// The call's header; nullopt when it has none.
std::optional<std::string> if_match_of(const ApiCall& call);

/// Called in the transaction of the change. 428 without a header, 412 for another version, with the one that holds as `current` and its
/// ETag; nullopt: go on. current: JSON.
std::optional<StoredAnswer> refuse_unless_matched(const std::optional<std::string>& header, const std::string& etag, std::string_view current);

}  // namespace tillsync::hub
