#include "hub/access/lockout.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

constexpr Instant kStart{1'300'000'000'000'000};

}  // namespace

TEST_CASE("lockout: the fifth failure locks for a second, each further one twice as long, at most 15 minutes", "[access]") {
  Failures failures;
  Instant now = kStart;
  for (int i = 0; i < 4; ++i) failures = after_failure(failures, kNameLockout, now);
  CHECK(failures.locked_until == Instant{});
  std::int64_t expected = 1;
  for (int i = 0; i < 20; ++i) {
    failures = after_failure(failures, kNameLockout, now);
    CHECK(failures.locked_until == now + seconds(std::min<std::int64_t>(expected, 900)));
    now = failures.locked_until;
    expected *= 2;
  }
}

TEST_CASE("lockout: failures are forgotten an hour after the last one", "[access]") {
  Failures failures;
  for (int i = 0; i < 5; ++i) failures = after_failure(failures, kNameLockout, kStart);
  CHECK(after_failure(failures, kNameLockout, kStart + seconds(3'600) - Duration{1}).count == 6);
  CHECK(after_failure(failures, kNameLockout, kStart + seconds(3'600)).count == 1);
}

TEST_CASE("lockout: a key is locked until its time, and cleared by a success", "[access]") {
  LockoutTable table(kNameLockout);
  for (int i = 0; i < 4; ++i) table.fail("ana", kStart);
  CHECK(!table.locked_until("ana", kStart));
  table.fail("ana", kStart);
  CHECK(table.locked_until("ana", kStart) == kStart + seconds(1));
  CHECK(table.locked_until("ana", kStart + seconds(1) - Duration{1}));
  CHECK(!table.locked_until("ana", kStart + seconds(1)));
  CHECK(!table.locked_until("bob", kStart));
  table.clear("ana");
  CHECK(!table.locked_until("ana", kStart));
  CHECK(table.size() == 0);
}

TEST_CASE("lockout: an address has more tries than a name", "[access]") {
  LockoutTable table(kAddressLockout);
  for (int i = 0; i < 19; ++i) table.fail("10.0.0.1", kStart);
  CHECK(!table.locked_until("10.0.0.1", kStart));
  table.fail("10.0.0.1", kStart);
  CHECK(table.locked_until("10.0.0.1", kStart));
}

TEST_CASE("lockout: a full table forgets the one that failed longest ago", "[access]") {
  LockoutTable table(kNameLockout);
  for (std::size_t i = 0; i < kLockoutEntriesMax; ++i)
    for (int again = 0; again < 5; ++again) table.fail("n" + std::to_string(i), kStart + Duration{static_cast<std::int64_t>(i)});
  CHECK(table.size() == kLockoutEntriesMax);
  CHECK(table.locked_until("n0", kStart));
  table.fail("one more", kStart + seconds(1));
  CHECK(table.size() == kLockoutEntriesMax);
  CHECK(!table.locked_until("n0", kStart));
  CHECK(table.locked_until("n1", kStart));
}
