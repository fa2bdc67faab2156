// Which exceptions are meant: the filters of the list, of its neighbours and of a bulk's selection are the same ones. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/base/time.h"
#include "hub/exceptions/cause_reader.h"
#include "hub/exceptions/exception_reader.h"

namespace tillsync::hub {

inline constexpr std::size_t kSearchBytesMax = 100;  // of `q`

/// A parameter by name; "" = not given.
using QueryText = std::function<std::string(std::string_view name)>;

/// status, owner, code, cause, location, assignee, overdue, q. kInvalid names the parameter and what it may be.
Result<ExceptionFilter> read_exception_filter(const QueryText& text, Instant now);
/// sort: raised_at or due_at, with "-" in front descending; "" = -raised_at.
Result<ExceptionSort> read_exception_sort(std::string_view text);
/// after: what exception_cursor has made for the same sort.
Result<void> read_exception_cursor(std::string_view after, ExceptionFilter& filter);
std::optional<std::string> exception_cursor(const ExceptionPage& page);

/// owner, code, cause, location, assignee, overdue, q.
Result<CauseFilter> read_cause_filter(const QueryText& text, Instant now);

/// The text to search for: trimmed; kInvalid beyond kSearchBytesMax.
Result<std::string> read_search(std::string text);

}  // namespace tillsync::hub
