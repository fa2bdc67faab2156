#include "hub/sync/takeover.h"

#include <catch2/catch.hpp>

#include <set>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

BootId boot(int name) {
  BootId id;
  id.data[0] = static_cast<char>(name);
  return id;
}

}  // namespace

TEST_CASE("takeover: the first boot and each new one become the current one", "[sync]") {
  Takeover takeover(1);
  const auto first = takeover.claim(boot(1), "");
  CHECK(first.claim == Claim::kTookOver);
  CHECK_FALSE(first.displaced);
  CHECK(takeover.claim(boot(1), "").claim == Claim::kCurrent);
  const auto second = takeover.claim(boot(2), "");
  CHECK(second.claim == Claim::kTookOver);
  CHECK(second.displaced == boot(1));
  CHECK_FALSE(second.nonce.empty());
  CHECK(takeover.is_superseded(boot(1)));
  CHECK(takeover.current() == boot(2));
}

TEST_CASE("takeover: a superseded boot without the nonce only gets the nonce", "[sync]") {
  Takeover takeover(1);
  takeover.claim(boot(1), "");
  const Bytes nonce = takeover.claim(boot(2), "").nonce;
  takeover.show_life();
  for (const BytesView proof : {BytesView(""), BytesView("wrong"), BytesView(nonce).substr(1)}) {
    const auto again = takeover.claim(boot(1), proof);
    CHECK(again.claim == Claim::kSuperseded);
    CHECK(again.nonce == nonce);
  }
  CHECK(takeover.current() == boot(2));
}

TEST_CASE("takeover: both boots shown alive are a conflict", "[sync]") {
  Takeover takeover(1);
  takeover.claim(boot(1), "");
  const Bytes nonce = takeover.claim(boot(2), "").nonce;
  takeover.show_life();
  CHECK(takeover.claim(boot(1), nonce).claim == Claim::kConflict);
}

TEST_CASE("takeover: a straggler that has shown no life gives the session back, and the giver-back has shown its own", "[sync]") {
  Takeover takeover(1);
  takeover.claim(boot(2), "");
  takeover.show_life();
  const Bytes nonce = takeover.claim(boot(1), "").nonce;  // the dead boot's late hello
  const auto back = takeover.claim(boot(2), nonce);
  CHECK(back.claim == Claim::kTookOver);
  CHECK(back.displaced == boot(1));
  // Were the straggler alive after all, its proof would now be the second sign of life.
  CHECK(takeover.claim(boot(1), back.nonce).claim == Claim::kConflict);
}

TEST_CASE("takeover: a nonce is worth nothing against a boot that came later", "[sync]") {
  Takeover takeover(1);
  takeover.claim(boot(1), "");
  const Bytes nonce = takeover.claim(boot(2), "").nonce;
  takeover.claim(boot(3), "");
  takeover.show_life();
  const auto late = takeover.claim(boot(1), nonce);
  CHECK(late.claim == Claim::kSuperseded);
  CHECK(late.nonce != nonce);
}

TEST_CASE("takeover: life that was shown before does not count for the next current boot", "[sync]") {
  Takeover takeover(1);
  takeover.show_life();  // nobody is current
  takeover.claim(boot(1), "");
  takeover.show_life();
  const Bytes nonce = takeover.claim(boot(2), "").nonce;
  CHECK(takeover.claim(boot(1), nonce).claim == Claim::kTookOver);
}

TEST_CASE("takeover: remembers a bounded number of boots", "[sync]") {
  Takeover takeover(1);
  const int boots = static_cast<int>(kSupersededBootsMax) + 2;
  for (int name = 1; name <= boots; ++name) takeover.claim(boot(name), "");
  CHECK_FALSE(takeover.is_superseded(boot(1)));
  CHECK(takeover.is_superseded(boot(2)));
}

TEST_CASE("takeover: after a healed conflict nothing is held against anyone", "[sync]") {
  Takeover takeover(1);
  takeover.claim(boot(1), "");
  takeover.claim(boot(2), "");
  takeover.forget();
  CHECK_FALSE(takeover.current());
  CHECK(takeover.claim(boot(1), "").claim == Claim::kTookOver);
}

TEST_CASE("takeover: nonces do not repeat and do not follow from one another without the seed", "[sync]") {
  NonceSource one(1), other(2);
  std::set<Bytes> seen;
  for (int i = 0; i < 100; ++i) {
    seen.insert(one.next());
    seen.insert(other.next());
  }
  CHECK(seen.size() == 200);
  for (int i = 0; i < 100; ++i) CHECK(one.next_number() != 0);
}
