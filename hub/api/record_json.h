// Exceptions and postings as the API shows them in lists; one shape wherever they stand. Pure.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "common/base/time.h"
#include "hub/exceptions/exception_reader.h"
#include "hub/postings/posting_reader.h"

namespace tillsync::hub {

nlohmann::json exception_json(const ExceptionRecord& record, Instant now);
nlohmann::json posting_record_json(const PostingRecord& record);
/// {"GBP": "9310.00"}; null when it is about no money.
nlohmann::json worth_json(const std::map<std::string, std::int64_t>& minor_by_currency);

}  // namespace tillsync::hub
