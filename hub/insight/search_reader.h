// The search box: what a text may be the beginning of. Every look-up is a range of an index or an equality, and takes at most kSearchHitsMax rows; nothing walks a
// table that grows with documents. Any thread, with the connection of that thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/fleet/agent.h"
#include "hub/fleet/fleet_store.h"

namespace tillsync::hub {

inline constexpr std::size_t kSearchHitsMax = 20;
inline constexpr std::size_t kSearchTextBytesMax = 200;      // longer ones are refused
inline constexpr std::size_t kSearchLocationsMax = 20'000;   // whose names are looked through

struct SearchHit {
  std::string kind;  // document | order | sku | gtin | agent | location | posting | erp_reference | exception | reservation
  std::string id, title;
  std::string state;  // "" = it has none
  std::optional<Instant> at;
  std::string href;   // of the console's page
};

/// The least text that is above every text which begins with `prefix`; "" when there is none (all bytes 0xFF).
std::string prefix_end(std::string_view prefix);

class SearchReader {
 public:
  explicit SearchReader(sql::Connection& connection) : connection_(connection) {}
  /// agents: the registry's live view. kInvalid: text empty or too long, limit out of bounds.
  Result<std::vector<SearchHit>> search(std::string_view text, const std::vector<AgentWithStatus>& agents, std::size_t limit, Instant now);

 private:
  Result<void> documents(std::string_view text, std::vector<SearchHit>& hits);
  Result<void> masterdata(std::string_view text, std::vector<SearchHit>& hits);
  Result<void> postings(std::string_view text, std::vector<SearchHit>& hits);
  Result<void> cases(std::string_view text, std::vector<SearchHit>& hits);

  sql::Connection& connection_;
};

}  // namespace tillsync::hub
