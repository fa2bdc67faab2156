// Takes a request's target apart: path, its segments, query. Splitting comes before decoding, so that an encoded slash stays
// part of its segment. Pure. Any thread. Inside common/http only.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/error.h"

namespace tillsync::http {

struct Target {
  std::string path;
  std::vector<std::string> segments;
  std::vector<std::pair<std::string, std::string>> query;
};

/// raw: as it stands in the request line, in origin form ("/a?b=c"), absolute form ("http://host/a") or "*". kInvalid for a
/// broken percent code, an encoded NUL, or anything else.
Result<Target> parse_target(std::string_view raw);

}  // namespace tillsync::http
