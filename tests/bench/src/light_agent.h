// Many agents in one process: the product's session and sockets without a disk, and the hub that they speak with.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/ingest/ingest.h"
#include "agent/sync/agent_session.h"
#include "agent/sync/enroll_client.h"
#include "common/base/limits.h"
#include "common/base/os.h"
#include "common/crypto/crypto.h"
#include "common/sync/chain.h"
#include "common/transport/socket.h"
#include "tests/support/stand.h"

namespace tillsync::bench {

inline constexpr int kAgentsPerContext = 50;  // a ZeroMQ context holds 1,023 sockets, an agent six

inline agent::OutboxRow row_of_sale(const std::string& till, std::uint64_t number) {
  const auto request = agent::ingest(test::smallest_sale(till, std::to_string(number)), Syntax::kJson, {LocationId("GB"), os::now(), ""});
  if (!request || request->rows.empty()) throw std::runtime_error("the sale of the benchmark is refused");
  agent::OutboxRow row;
  row.seq = number;
  row.event.content_hash = request->rows[0].content_hash;
  row.event.received_at = request->rows[0].received_at;
  row.event.payload = request->rows[0].payload;
  return row;
}

/// An agent without a disk: the product's session and sockets, documents from memory or made on the way.
class LightAgent {
 public:
  using Make = std::function<agent::OutboxRow(std::uint64_t seq)>;  // without its chain

  LightAgent(transport::CurveKeyPair keys, Make make) : keys_(std::move(keys)), make_(std::move(make)) {
    state_.epoch = random_fixed<EpochId>();
    state_.last_chain = state_.acked_chain = chain_ = sync::chain_seed(state_.epoch);
    agent::SessionOptions options{"bench", random_fixed<BootId>(), 1};
    session_ = std::make_unique<agent::AgentSession>(options, state_, 0);
  }

  void connect(const std::shared_ptr<transport::Context>& context, const std::string& endpoint, const std::string& hub_key) {
    for (auto& socket : sockets_) {
      auto connected = transport::DealerSocket::connect_curve(context, endpoint, keys_, hub_key, kFrameBytesMax);
      if (!connected) throw std::runtime_error(to_string(connected.error()));
      socket = std::move(*connected);
    }
  }
  void sell(std::uint64_t count) {
    state_.last_seq += count;
    session_->outbox_advanced(state_.last_seq, os::monotonic());
  }
  /// Whether anything happened.
  bool step() {
    bool moved = false;
    for (const wire::Lane lane : {wire::Lane::kData, wire::Lane::kControl}) {
      auto& socket = sockets_[static_cast<std::size_t>(lane)];
      for (const auto event : socket->link_events()) {
        moved = true;
        if (event == transport::DealerSocket::LinkEvent::kUp) session_->link_up(lane, os::monotonic(), os::now());
        if (event == transport::DealerSocket::LinkEvent::kDown) session_->link_down(lane, os::monotonic());
      }
      while (const auto frame = socket->receive()) {
        moved = true;
        session_->handle_frame(lane, *frame, os::monotonic(), os::now());
      }
    }
    const Duration now = os::monotonic();
    if (const auto due = session_->poll_timeout(); due && *due <= now) session_->handle_timeout(now, os::now());
    for (bool more = true; more;) {
      more = false;
      while (auto event = session_->poll_event()) {
        more = moved = true;
        obey(*event);
      }
      while (unsent_.empty()) {
        auto frame = session_->poll_transmit(os::monotonic());
        if (!frame) break;
        more = moved = true;
        unsent_.push_back(std::move(*frame));
        send();
      }
      if (!unsent_.empty()) send();
    }
    return moved;
  }
  std::uint64_t acked() const { return session_->acked_seq(); }
  bool is_linked() const { return session_->is_ready(); }
  std::uint64_t last() const { return state_.last_seq; }
  std::vector<int> descriptors() const {
    std::vector<int> all;
    for (const auto& socket : sockets_) {
      all.push_back(socket->descriptor());
      all.push_back(socket->link_descriptor());
    }
    return all;
  }
  /// A request of the control lane; the reply comes by on_reply.
  void ask(wire::Request request) { session_->send_request(std::move(request)); }
  std::function<void(const wire::Reply&)> on_reply;
  int reconnects = 0;

 private:
  void send() {
    while (!unsent_.empty() && sockets_[static_cast<std::size_t>(unsent_.front().lane)]->send(unsent_.front().bytes) == transport::SendStatus::kSent)
      unsent_.pop_front();
  }
  void obey(agent::SessionEvent& event) {
    if (const auto* rows = std::get_if<agent::WantRows>(&event)) {
      std::vector<agent::OutboxRow> made;
      if (rows->first_seq <= chained_) {  // from an earlier place again
        chain_ = sync::chain_seed(state_.epoch);
        chained_ = 0;
        for (std::uint64_t seq = 1; seq < rows->first_seq; ++seq) next_row(seq);
      }
      std::size_t bytes = 0;
      for (std::uint64_t seq = rows->first_seq; seq <= state_.last_seq && made.size() < rows->count_max && bytes < rows->bytes_max; ++seq) {
        made.push_back(next_row(seq));
        bytes += made.back().event.payload.size();
      }
      session_->rows_loaded(std::move(made), os::monotonic());
    } else if (const auto* chain = std::get_if<agent::WantChainAt>(&event)) {
      session_->chain_loaded(chain->seq, chain->seq == 0 ? std::optional(sync::chain_seed(state_.epoch)) : std::nullopt, os::monotonic());
    } else if (std::get_if<agent::WantStatus>(&event) != nullptr) {
      session_->status_collected({}, os::monotonic());
    } else if (auto* items = std::get_if<agent::WantInboxStored>(&event)) {
      session_->inbox_stored(items->items.back().no);
    } else if (const auto* reply = std::get_if<agent::ReplyArrived>(&event)) {
      if (on_reply) on_reply(reply->reply);
    } else if (std::get_if<agent::WantReconnect>(&event) != nullptr) {
      ++reconnects;
    }
  }
  agent::OutboxRow next_row(std::uint64_t seq) {
    agent::OutboxRow row = make_(seq);
    row.seq = seq;
    chain_ = row.chain = sync::chain_next(chain_, row.event.content_hash);
    chained_ = seq;
    return row;
  }

  transport::CurveKeyPair keys_;
  Make make_;
  agent::OutboxState state_;
  std::unique_ptr<agent::AgentSession> session_;
  std::array<std::unique_ptr<transport::DealerSocket>, 2> sockets_;
  std::deque<agent::OutgoingFrame> unsent_;
  ChainHash chain_;
  std::uint64_t chained_ = 0;
};

struct HerdWorld {
  test::Stand stand{"herd"};
  HerdWorld() {
    stand.hub_environment["TILLSYNC_HUB_ERP_URL"] = "";
    stand.start_hub();
    stand.ctl({"location", "put", "GB", "--name", "Store"});
    stand.put_products({"85123A"});
  }
  std::string endpoint() const { return "tcp://127.0.0.1:" + std::to_string(stand.sync_port); }
  std::vector<transport::CurveKeyPair> enrol(int count) {
    const auto token = stand.ctl({"enrolment-token", "create", "--location", "GB", "--uses", std::to_string(count)}).at("token").get<std::string>();
    std::vector<transport::CurveKeyPair> all;
    for (int i = 0; i < count; ++i) {
      all.push_back(transport::generate_key_pair());
      const auto enrolled = agent::enroll(endpoint(), stand.hub_key, all.back(), {token, "pc-" + std::to_string(i), "bench"});
      if (!enrolled) throw std::runtime_error(to_string(enrolled.error()));
    }
    return all;
  }
  double committed() { return stand.metric("tillsync_documents_total"); }
};

}  // namespace tillsync::bench
