// An outbox with real documents.
#pragma once

#include <catch2/catch.hpp>

#include "agent/inbox/inbox.h"
#include "agent/ingest/ingest.h"
#include "agent/outbox/outbox.h"
#include "common/contract/codec.h"
#include "tests/agent/data_folder.h"
#include "tests/agent/sales.h"

namespace tillsync::agent {

struct OutboxFixture {
  TemporaryFolder folder;
  std::unique_ptr<sql::Connection> connection = open_database(folder);
  std::unique_ptr<Outbox> outbox = std::move(*Outbox::open(*connection));
  std::unique_ptr<Inbox> inbox = std::move(*Inbox::open(*connection));

  void sell(int first, int count) {
    REQUIRE(in_transaction(*connection, [&]() -> Result<int> {
      for (int i = 0; i < count; ++i) {
        const auto tree = parse_tree(sale(std::to_string(first + i)), Syntax::kJson);
        REQUIRE(tree);
        const auto document = parse_document(*tree);
        REQUIRE(document);
        TS_ASSIGN_OR_RETURN([[maybe_unused]] const auto appended, outbox->append({row_of(*document, LocationId("GB"), Instant{1'000})}));
      }
      return 0;
    }));
  }
  void deliver(std::uint64_t no, const std::string& payload) {
    REQUIRE(in_transaction(*connection, [&]() -> Result<int> {
      const wire::InboxItem item{no, "config/1", "config", payload};
      TS_RETURN_IF_ERROR(inbox->append({&item, 1}));
      return 0;
    }));
  }
  void run(const std::string& statement) { REQUIRE(connection->run(statement)); }
};

}  // namespace tillsync::agent
