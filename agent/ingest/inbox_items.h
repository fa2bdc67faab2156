// Inbox items as JSON for a POS. Pure. Any thread.
#pragma once

#include <string>
#include <vector>

#include "common/wire/messages.h"

namespace tillsync::agent {

/// {"items":[{"no","kind","key","data"}],"next":N}: `next` is what to send as `after` and to acknowledge. Products and prices are
/// given with names; JSON of other kinds as it is; bytes that are neither as {"hex":"…"}.
std::string inbox_json(const std::vector<wire::InboxItem>& items, std::uint64_t after);

}  // namespace tillsync::agent
