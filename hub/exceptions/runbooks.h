// What to do about an exception, step by step, for the person who does it: packaging/runbooks/CODE.md, embedded at build time. Pure. Any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tillsync::hub {

/// (code, Markdown), by code.
std::span<const std::pair<std::string_view, std::string_view>> runbooks();
/// "" for a code that has none.
std::string_view runbook_of(std::string_view code);
/// "runbooks/CODE.md", below /v1 and in packaging; "" for a code that has none.
std::string runbook_path(std::string_view code);

}  // namespace tillsync::hub
