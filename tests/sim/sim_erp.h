// An ERP that books by idempotency key, with the faults of real ones: down, slow, refusing, applied and timed out. It books
// what it is told and keeps an account of every create, so that a second one of a key is seen.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "hub/erp/erp_client.h"

namespace tillsync::sim {

enum class ErpMode : std::int64_t {
  kUp = 0,
  kNoConnection,        // nothing of the request gets there
  kBrokenBefore,        // the connection breaks before it books
  kBrokenAfter,         // … after
  kTimeoutBefore,       // no answer, nothing booked
  kTimeoutAfter,        // no answer, booked
  kUnavailable,         // 503
  kErrorBefore,         // 500, nothing booked
  kErrorAfter,          // 500, booked
  kSlow,                // answers after 10 s
  kMixed,               // each request draws one of these
  kLast = kMixed,
};

struct BookedPosting {
  std::string body;
  std::uint64_t order = 0;
};

class SimErp {
 public:
  /// later: runs work after a while.
  using Later = std::function<void(Duration, std::function<void()>)>;
  SimErp(Later later, std::function<std::uint64_t()> random) : later_(std::move(later)), random_(std::move(random)) {}

  /// Answers by `done`, later; the call goes on when the caller has died.
  void call(const hub::ErpCall& call, std::function<void(hub::ErpAnswer)> done);

  ErpMode mode = ErpMode::kUp;
  std::set<std::string> unknown_skus;
  std::map<std::string, BookedPosting> booked;  // by idempotency key
  std::uint64_t creates = 0, creates_again = 0;  // again: sent when the ERP had the key already
  std::vector<std::string> other_bodies;         // keys that came with another body

 private:
  hub::ErpAnswer create(const hub::ErpCall& call);
  hub::ErpAnswer look_up(const hub::ErpCall& call) const;

  Later later_;
  std::function<std::uint64_t()> random_;
};

}  // namespace tillsync::sim
