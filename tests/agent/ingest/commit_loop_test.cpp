#include "agent/ingest/commit_loop.h"

#include <catch2/catch.hpp>

#include "common/base/os.h"
#include "tests/agent/data_folder.h"

namespace tillsync::agent {
namespace {

class Member final : public GroupMember {
 public:
  explicit Member(std::string key, bool fails = false) : key_(std::move(key)), fails_(fails) {}
  Result<void> write(Outbox& outbox, Inbox&) override {
    NewRow row;
    row.identity_key = key_;
    TS_RETURN_IF_ERROR(outbox.append({row}));
    return fails_ ? fail(ErrorCode::kInvalid, "test", "fails") : Result<void>{};
  }
  void finish(const Result<void>&) override {}

 private:
  std::string key_;
  bool fails_;
};

struct Fixture {
  TemporaryFolder folder;
  std::unique_ptr<sql::Connection> connection = open_database(folder);
  std::unique_ptr<Outbox> outbox = std::move(*Outbox::open(*connection));
  std::unique_ptr<Inbox> inbox = std::move(*Inbox::open(*connection));
  std::unique_ptr<transport::Wakeup> done = std::move(*transport::Wakeup::create());
  CommitLoop loop{*connection, *outbox, *inbox, *done};

  std::vector<Result<void>> write(const Group& group) {
    loop.start(group);
    while (!loop.is_done()) transport::wait_readable({done->descriptor()}, seconds(20));
    done->clear();
    return loop.take();
  }
};

}  // namespace

TEST_CASE("commit loop: one group after the other, an outcome for each member, the wake-up when it is done", "[agent][ingest]") {
  Fixture f;
  for (int round = 0; round < 50; ++round) {
    Group group;
    group.push_back(std::make_unique<Member>(std::to_string(round) + "a"));
    group.push_back(std::make_unique<Member>("b", true));
    group.push_back(std::make_unique<Member>(std::to_string(round) + "c"));
    const auto outcomes = f.write(group);
    REQUIRE(outcomes.size() == 3);
    CHECK(outcomes[0]);
    CHECK_FALSE(outcomes[1]);
    CHECK(outcomes[2]);
    CHECK_FALSE(f.loop.is_done());
  }
  CHECK(f.outbox->state().last_seq == 100);
}

TEST_CASE("commit loop: a group that was started is finished before the end", "[agent][ingest]") {
  TemporaryFolder folder;
  const auto connection = open_database(folder);
  const auto outbox = std::move(*Outbox::open(*connection));
  const auto inbox = std::move(*Inbox::open(*connection));
  const auto done = std::move(*transport::Wakeup::create());
  Group group;
  group.push_back(std::make_unique<Member>("a"));
  {
    CommitLoop loop(*connection, *outbox, *inbox, *done);
    loop.start(group);
  }
  CHECK(outbox->state().last_seq == 1);
}

}  // namespace tillsync::agent
