// The ROUTER and DEALER with CURVE: what gets through, what does not, and that the latter is counted.
#include <catch2/catch.hpp>

#include <atomic>
#include <ctime>
#include <mutex>
#include <set>
#include <thread>
#include <zmq.hpp>

#include "common/transport/socket.h"
#include "tests/common/transport/loopback.h"

using namespace tillsync;
using namespace tillsync::transport;
using LinkEvent = DealerSocket::LinkEvent;

namespace {

/// A hub with a list of admitted keys; everybody is admitted while it is off.
class Hub {
 public:
  explicit Hub(std::string endpoint = "tcp://127.0.0.1:*") { start(std::move(endpoint)); }

  void start(std::string endpoint) {
    // The old socket's port is given back by ZeroMQ's own thread, a moment later.
    REQUIRE(eventually([&] {
      auto bound = RouterSocket::bind_curve(context, endpoint, keys, [this](std::string_view key) { return admit(key); }, kTestFrameBytesMax);
      if (bound) router = std::move(*bound);
      return router != nullptr;
    }));
  }
  void deny(const std::string& key) {
    const std::lock_guard lock(mutex_);
    denied_.insert(key);
  }
  std::unique_ptr<DealerSocket> connect(const CurveKeyPair& agent, std::size_t frame_bytes_max = kTestFrameBytesMax) {
    auto dealer = DealerSocket::connect_curve(context, router->endpoint(), agent, keys.public_key, frame_bytes_max);
    REQUIRE(dealer);
    return std::move(*dealer);
  }

  std::shared_ptr<Context> context = make_context();
  CurveKeyPair keys = generate_key_pair();
  std::unique_ptr<RouterSocket> router;

 private:
  bool admit(std::string_view key) {
    const std::lock_guard lock(mutex_);
    return !denied_.contains(std::string(key));
  }
  std::mutex mutex_;
  std::set<std::string> denied_;
};

}  // namespace

TEST_CASE("curve socket: a frame arrives with the key that its sender proved, and the answer goes back", "[transport]") {
  Hub hub;
  const CurveKeyPair agent = generate_key_pair();
  auto dealer = hub.connect(agent);
  const Bytes bytes("\0frame\xff", 7);
  REQUIRE(send_eventually(*dealer, bytes));
  const auto frame = next_frame(*hub.router);
  REQUIRE(frame);
  CHECK(frame->peer_key == agent.public_key);
  CHECK(frame->frame == bytes);
  CHECK(hub.router->send(frame->routing_id, "answer") == SendStatus::kSent);
  CHECK(next_frame(*dealer) == "answer");
  CHECK(hub.router->counters().denied == 0);
  CHECK(hub.router->counters().failed == 0);
}

TEST_CASE("curve socket: two agents are told apart", "[transport]") {
  Hub hub;
  const CurveKeyPair first = generate_key_pair();
  const CurveKeyPair second = generate_key_pair();
  auto first_dealer = hub.connect(first);
  auto second_dealer = hub.connect(second);
  REQUIRE(send_eventually(*first_dealer, "1"));
  const auto from_first = next_frame(*hub.router);
  REQUIRE(send_eventually(*second_dealer, "2"));
  const auto from_second = next_frame(*hub.router);
  REQUIRE(from_first);
  REQUIRE(from_second);
  CHECK(from_first->peer_key == first.public_key);
  CHECK(from_second->peer_key == second.public_key);
  CHECK(from_first->routing_id != from_second->routing_id);
  REQUIRE(hub.router->send(from_second->routing_id, "to 2") == SendStatus::kSent);
  REQUIRE(hub.router->send(from_first->routing_id, "to 1") == SendStatus::kSent);
  CHECK(next_frame(*first_dealer) == "to 1");
  CHECK(next_frame(*second_dealer) == "to 2");
}

TEST_CASE("curve socket: whoever expects another hub gets no link, and is counted", "[transport]") {
  Hub hub;
  auto dealer = DealerSocket::connect_curve(hub.context, hub.router->endpoint(), generate_key_pair(), generate_key_pair().public_key,
                                            kTestFrameBytesMax);
  REQUIRE(dealer);
  CHECK(eventually([&] { return hub.router->counters().failed > 0; }));
  CHECK((*dealer)->send("frame") == SendStatus::kWouldBlock);
  CHECK_FALSE(hub.router->receive());
  CHECK(hub.router->counters().denied == 0);
}

TEST_CASE("curve socket: a client without keys gets no link, and is counted", "[transport]") {
  Hub hub;
  auto dealer = DealerSocket::connect_plain(hub.context, hub.router->endpoint());
  REQUIRE(dealer);
  CHECK(eventually([&] { return hub.router->counters().failed > 0; }));
  CHECK(link_becomes(**dealer, LinkEvent::kHandshakeFailed));
  CHECK((*dealer)->send("frame") == SendStatus::kWouldBlock);
  CHECK_FALSE(hub.router->receive());
}

TEST_CASE("curve socket: garbage and early hang-ups are counted and leave the others alone", "[transport]") {
  Hub hub;
  auto dealer = hub.connect(generate_key_pair());
  REQUIRE(link_becomes(*dealer, LinkEvent::kUp));
  const int port = port_of(hub.router->endpoint());
  std::uint64_t failed = 0;
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), std::string(1'000, '\xff'), std::string(1'000, '\0'),
        std::string("\xff\0\0\0\0\0\0\0\x01\x7f\x03\0NULL", 16) + std::string(48, '\0'), std::string("\x01\0", 2) + std::string(64, 'x')}) {
    TcpClient client(port);
    REQUIRE(client.connected());
    client.send(bytes);
    CHECK(eventually([&] { return hub.router->counters().failed > failed; }));
    failed = hub.router->counters().failed;
  }
  { CHECK(TcpClient(port).connected()); }
  CHECK(eventually([&] { return hub.router->counters().failed > failed; }));
  REQUIRE(send_eventually(*dealer, "still here"));
  CHECK(next_frame(*hub.router)->frame == "still here");
}

TEST_CASE("curve socket: a denied key gets no link, and is counted as denied", "[transport]") {
  Hub hub;
  const CurveKeyPair agent = generate_key_pair();
  hub.deny(agent.public_key);
  auto dealer = hub.connect(agent);
  CHECK(link_becomes(*dealer, LinkEvent::kHandshakeFailed));
  CHECK(eventually([&] { return hub.router->counters().denied > 0; }));
  CHECK(dealer->send("frame") == SendStatus::kWouldBlock);
  CHECK_FALSE(hub.router->receive());
  CHECK(hub.router->counters().failed == 0);
}

TEST_CASE("curve socket: a key that is revoked later is denied at its next handshake", "[transport]") {
  Hub hub;
  const CurveKeyPair agent = generate_key_pair();
  {
    auto dealer = hub.connect(agent);
    REQUIRE(send_eventually(*dealer, "before"));
    REQUIRE(next_frame(*hub.router));
  }
  hub.deny(agent.public_key);
  auto dealer = hub.connect(agent);
  CHECK(link_becomes(*dealer, LinkEvent::kHandshakeFailed));
  CHECK(dealer->send("after") == SendStatus::kWouldBlock);
  CHECK(hub.router->counters().denied > 0);
}

TEST_CASE("curve socket: an exception out of admit denies", "[transport]") {
  auto context = make_context();
  const CurveKeyPair keys = generate_key_pair();
  auto router = RouterSocket::bind_curve(context, "tcp://127.0.0.1:*", keys,
                                         [](std::string_view) -> bool { throw std::runtime_error("registry gone"); }, kTestFrameBytesMax);
  REQUIRE(router);
  auto dealer = DealerSocket::connect_curve(context, (*router)->endpoint(), generate_key_pair(), keys.public_key, kTestFrameBytesMax);
  REQUIRE(dealer);
  CHECK(link_becomes(**dealer, LinkEvent::kHandshakeFailed));
  CHECK((*router)->counters().denied > 0);
}

TEST_CASE("curve socket: two ROUTERs of one context admit each by its own list", "[transport]") {
  Hub open;
  auto closed = RouterSocket::bind_curve(open.context, "tcp://127.0.0.1:*", open.keys, [](std::string_view) { return false; },
                                         kTestFrameBytesMax);
  REQUIRE(closed);
  const CurveKeyPair agent = generate_key_pair();
  auto welcome = open.connect(agent);
  auto unwelcome =
      DealerSocket::connect_curve(open.context, (*closed)->endpoint(), agent, open.keys.public_key, kTestFrameBytesMax);
  REQUIRE(unwelcome);
  CHECK(link_becomes(*welcome, LinkEvent::kUp));
  CHECK(link_becomes(**unwelcome, LinkEvent::kHandshakeFailed));
  CHECK((*closed)->counters().denied > 0);
  CHECK(open.router->counters().denied == 0);
}

TEST_CASE("curve socket: a frame at the limit passes, one byte more is dropped and counted", "[transport]") {
  Hub hub;
  auto dealer = hub.connect(generate_key_pair(), kTestFrameBytesMax * 10);
  REQUIRE(send_eventually(*dealer, Bytes(kTestFrameBytesMax, 'x')));
  CHECK(next_frame(*hub.router)->frame.size() == kTestFrameBytesMax);
  REQUIRE(send_eventually(*dealer, Bytes(kTestFrameBytesMax + 1, 'x')));
  REQUIRE(send_eventually(*dealer, "behind"));
  CHECK(next_frame(*hub.router)->frame == "behind");
  CHECK(hub.router->counters().dropped_messages == 1);
}

TEST_CASE("curve socket: a frame far beyond the limit costs its sender the link, not the hub its memory", "[transport]") {
  Hub hub;
  auto dealer = hub.connect(generate_key_pair(), kTestFrameBytesMax * 100);
  REQUIRE(link_becomes(*dealer, LinkEvent::kUp));
  REQUIRE(send_eventually(*dealer, Bytes(kTestFrameBytesMax * 50, 'x')));
  CHECK(link_becomes(*dealer, LinkEvent::kDown));
  REQUIRE(link_becomes(*dealer, LinkEvent::kUp));
  REQUIRE(send_eventually(*dealer, "again"));
  CHECK(next_frame(*hub.router)->frame == "again");
}

TEST_CASE("curve socket: messages of several parts and chosen routing ids are dropped and counted", "[transport]") {
  Hub hub;
  zmq::context_t context(1);
  const auto connect = [&](const std::string& routing_id) {
    const CurveKeyPair agent = generate_key_pair();
    zmq::socket_t socket(context, zmq::socket_type::dealer);
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::curve_serverkey, hub.keys.public_key);
    socket.set(zmq::sockopt::curve_publickey, agent.public_key);
    socket.set(zmq::sockopt::curve_secretkey, agent.secret_key);
    if (!routing_id.empty()) socket.set(zmq::sockopt::routing_id, routing_id);
    socket.connect(hub.router->endpoint());
    return socket;
  };
  zmq::socket_t parts = connect("");
  parts.send(zmq::str_buffer("one"), zmq::send_flags::sndmore);
  parts.send(zmq::str_buffer("two"), zmq::send_flags::none);
  zmq::socket_t chosen = connect("hub-admin");
  chosen.send(zmq::str_buffer("frame"), zmq::send_flags::none);
  std::optional<RoutedFrame> frame;
  CHECK(eventually([&] {
    if (!frame) frame = hub.router->receive();
    return hub.router->counters().dropped_messages == 2;
  }));
  CHECK_FALSE(frame);
}

TEST_CASE("curve socket: sending to a peer that has left says so", "[transport]") {
  Hub hub;
  Bytes routing_id;
  {
    auto dealer = hub.connect(generate_key_pair());
    REQUIRE(send_eventually(*dealer, "hello"));
    routing_id = next_frame(*hub.router)->routing_id;
  }
  CHECK(eventually([&] { return hub.router->send(routing_id, "are you there") == SendStatus::kPeerGone; }));
  CHECK(hub.router->send("nobody", "frame") == SendStatus::kPeerGone);
}

TEST_CASE("curve socket: a peer that does not read fills its own queue only", "[transport]") {
  Hub hub;
  auto lazy = hub.connect(generate_key_pair());
  auto busy = hub.connect(generate_key_pair());
  REQUIRE(send_eventually(*lazy, "lazy"));
  const Bytes lazy_id = next_frame(*hub.router)->routing_id;
  REQUIRE(send_eventually(*busy, "busy"));
  const Bytes busy_id = next_frame(*hub.router)->routing_id;
  const Bytes block(kTestFrameBytesMax, 'x');
  bool blocked = false;
  for (int i = 0; i < 10'000 && !blocked; ++i) blocked = hub.router->send(lazy_id, block) == SendStatus::kWouldBlock;
  CHECK(blocked);
  CHECK(hub.router->send(busy_id, "quick") == SendStatus::kSent);
  CHECK(next_frame(*busy) == "quick");
}

TEST_CASE("curve socket: link events follow the hub down and up again", "[transport]") {
  Hub hub;
  const std::string endpoint = hub.router->endpoint();
  auto dealer = hub.connect(generate_key_pair());
  REQUIRE(link_becomes(*dealer, LinkEvent::kUp));
  hub.router.reset();
  CHECK(link_becomes(*dealer, LinkEvent::kDown));
  CHECK(dealer->send("nothing queues while the link is down") == SendStatus::kWouldBlock);
  hub.start(endpoint);
  CHECK(link_becomes(*dealer, LinkEvent::kUp));
  REQUIRE(send_eventually(*dealer, "first"));
  CHECK(next_frame(*hub.router)->frame == "first");
}

TEST_CASE("curve socket: a loop that asks has_work before it waits misses no frame", "[transport]") {
  Hub hub;
  auto dealer = hub.connect(generate_key_pair());
  constexpr int kFrames = 2'000;
  std::thread hub_loop([&hub] {
    int echoed = 0;
    while (echoed < kFrames) {
      while (auto frame = hub.router->receive()) {
        while (hub.router->send(frame->routing_id, frame->frame) == SendStatus::kWouldBlock) continue;
        ++echoed;
      }
      if (echoed < kFrames && !hub.router->has_work()) wait_readable({hub.router->descriptor()}, Duration{-1});
    }
  });
  int sent = 0;
  int received = 0;
  while (received < kFrames) {
    while (dealer->receive()) ++received;
    while (sent < kFrames && sent - received < 8 && dealer->send(std::to_string(sent)) == SendStatus::kSent) ++sent;
    if (received < kFrames && !dealer->has_work()) wait_readable({dealer->descriptor()}, Duration{-1});
  }
  hub_loop.join();
  CHECK(received == kFrames);
}

TEST_CASE("curve socket: waiting costs no processor time", "[transport]") {
  Hub hub;
  auto dealer = hub.connect(generate_key_pair());
  REQUIRE(link_becomes(*dealer, LinkEvent::kUp));
  CHECK_FALSE(hub.router->receive());
  CHECK_FALSE(dealer->receive());
  const std::clock_t before = std::clock();
  wait_readable({hub.router->descriptor(), dealer->descriptor(), dealer->link_descriptor()}, milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  CHECK(static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC < 0.2);  // one spinning thread would take 0.5
}

TEST_CASE("curve socket: wrong endpoints and keys are told at once", "[transport]") {
  auto context = make_context();
  const CurveKeyPair keys = generate_key_pair();
  const auto admit = [](std::string_view) { return true; };
  const auto bound = RouterSocket::bind_curve(context, "tcp://127.0.0.1:*", keys, admit, kTestFrameBytesMax);
  REQUIRE(bound);
  const auto again = RouterSocket::bind_curve(context, (*bound)->endpoint(), keys, admit, kTestFrameBytesMax);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::kUnavailable);
  const CurveKeyPair mixed = {keys.public_key, generate_key_pair().secret_key};
  CHECK(RouterSocket::bind_curve(context, "tcp://127.0.0.1:*", mixed, admit, kTestFrameBytesMax).error().code == ErrorCode::kInvalid);
  CHECK(RouterSocket::bind_curve(context, "127.0.0.1", keys, admit, kTestFrameBytesMax).error().code == ErrorCode::kInvalid);
  CHECK(DealerSocket::connect_curve(context, "tcp://127.0.0.1:1", keys, "short", kTestFrameBytesMax).error().code == ErrorCode::kInvalid);
  CHECK(DealerSocket::connect_curve(context, "tcp://hub", keys, keys.public_key, kTestFrameBytesMax).error().code == ErrorCode::kInvalid);
}
