// The plain ROUTER of the POS door: REQ and DEALER clients, ipc files, and that it stays within this machine.
#include <catch2/catch.hpp>

#include <fstream>
#include <sys/stat.h>
#include <sys/un.h>
#include <zmq.hpp>

#include "common/transport/socket.h"
#include "tests/common/transport/loopback.h"

using namespace tillsync;
using namespace tillsync::transport;

namespace {

/// A path of its own for each call.
std::string ipc_path() {
  static int count = 0;
  const std::string name = "tillsync-" + std::to_string(::getpid()) + "-" + std::to_string(++count) + ".sock";
  return (std::filesystem::temp_directory_path() / name).string();
}

/// A socket file that nobody listens on, as a killed program leaves it.
void leave_behind(const std::string& path) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(socket);
}

std::unique_ptr<RouterSocket> bind_plain(const std::shared_ptr<Context>& context, const std::string& endpoint) {
  auto router = RouterSocket::bind_plain(context, endpoint, kTestFrameBytesMax);
  REQUIRE(router);
  return std::move(*router);
}

std::string receive_text(zmq::socket_t& socket) {
  zmq::message_t message;
  socket.set(zmq::sockopt::rcvtimeo, 30'000);
  if (!socket.recv(message)) return "nothing";
  return message.to_string() + (message.more() ? "+" : "");
}

}  // namespace

TEST_CASE("plain socket: REQ and DEALER clients get their answers in their own form", "[transport]") {
  auto context = make_context();
  auto router = bind_plain(context, "tcp://127.0.0.1:*");
  zmq::context_t clients(1);
  zmq::socket_t req(clients, zmq::socket_type::req);
  zmq::socket_t dealer(clients, zmq::socket_type::dealer);
  zmq::socket_t careful(clients, zmq::socket_type::dealer);  // a DEALER that talks like a REQ
  for (zmq::socket_t* socket : {&req, &dealer, &careful}) {
    socket->set(zmq::sockopt::linger, 0);
    socket->connect(router->endpoint());
  }
  req.send(zmq::str_buffer("from req"), zmq::send_flags::none);
  dealer.send(zmq::str_buffer("from dealer"), zmq::send_flags::none);
  careful.send(zmq::message_t(), zmq::send_flags::sndmore);
  careful.send(zmq::str_buffer("from careful"), zmq::send_flags::none);
  for (int i = 0; i < 3; ++i) {
    const auto frame = next_frame(*router);
    REQUIRE(frame);
    CHECK(frame->peer_key.empty());
    CHECK(router->send(frame->routing_id, "to" + frame->frame.substr(4)) == SendStatus::kSent);
  }
  CHECK(receive_text(req) == "to req");
  CHECK(receive_text(dealer) == "to dealer");
  CHECK(receive_text(careful) == "+");
  CHECK(receive_text(careful) == "to careful");
}

TEST_CASE("plain socket: messages of other shapes and too long frames are dropped and counted", "[transport]") {
  auto context = make_context();
  auto router = bind_plain(context, "tcp://127.0.0.1:*");
  zmq::context_t clients(1);
  zmq::socket_t dealer(clients, zmq::socket_type::dealer);
  dealer.set(zmq::sockopt::linger, 0);
  dealer.connect(router->endpoint());
  dealer.send(zmq::str_buffer("one"), zmq::send_flags::sndmore);
  dealer.send(zmq::str_buffer("two"), zmq::send_flags::none);
  dealer.send(zmq::message_t(), zmq::send_flags::sndmore);
  dealer.send(zmq::message_t(), zmq::send_flags::sndmore);
  dealer.send(zmq::str_buffer("three"), zmq::send_flags::none);
  dealer.send(zmq::buffer(Bytes(kTestFrameBytesMax + 1, 'x')), zmq::send_flags::none);
  dealer.send(zmq::buffer(Bytes(kTestFrameBytesMax, 'x')), zmq::send_flags::none);
  CHECK(next_frame(*router)->frame.size() == kTestFrameBytesMax);
  CHECK(router->counters().dropped_messages == 3);
}

TEST_CASE("plain socket: an ipc endpoint's file is for owner and group, and goes with the socket", "[transport]") {
  auto context = make_context();
  const std::string path = ipc_path();
  {
    auto router = bind_plain(context, "ipc://" + path);
    struct stat info{};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0660);
    auto dealer = DealerSocket::connect_plain(context, "ipc://" + path);
    REQUIRE(dealer);
    REQUIRE(send_eventually(**dealer, "hello"));
    const auto frame = next_frame(*router);
    REQUIRE(frame);
    REQUIRE(router->send(frame->routing_id, "answer") == SendStatus::kSent);
    CHECK(next_frame(**dealer) == "answer");
  }
  CHECK(eventually([&] { return !std::filesystem::exists(path); }));
}

TEST_CASE("plain socket: a socket file left behind is replaced, a live one is not", "[transport]") {
  const std::string path = ipc_path();
  leave_behind(path);
  auto context = make_context();
  auto router = bind_plain(context, "ipc://" + path);
  auto other_context = make_context();
  const auto second = RouterSocket::bind_plain(other_context, "ipc://" + path, kTestFrameBytesMax);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::kUnavailable);
  auto dealer = DealerSocket::connect_plain(context, "ipc://" + path);
  REQUIRE(dealer);
  REQUIRE(send_eventually(**dealer, "the first one still answers"));
  CHECK(next_frame(*router));
}

TEST_CASE("plain socket: another kind of file in the way is left alone", "[transport]") {
  const std::string path = ipc_path();
  std::ofstream(path) << "precious";
  const auto router = RouterSocket::bind_plain(make_context(), "ipc://" + path, kTestFrameBytesMax);
  REQUIRE_FALSE(router);
  CHECK(router.error().code == ErrorCode::kInvalid);
  CHECK(std::filesystem::file_size(path) == 8);
  std::filesystem::remove(path);
}

TEST_CASE("plain socket: it may not be reached from other machines", "[transport]") {
  for (const char* endpoint : {"tcp://*:*", "tcp://0.0.0.0:*", "tcp://localhost:*", "tcp://[::]:*"}) {
    const auto router = RouterSocket::bind_plain(make_context(), endpoint, kTestFrameBytesMax);
    REQUIRE_FALSE(router);
    CHECK(router.error().code == ErrorCode::kDenied);
  }
}

TEST_CASE("plain socket: a missing folder is told", "[transport]") {
  const auto router = RouterSocket::bind_plain(make_context(), "ipc://" + ipc_path() + "/none/pos.sock", kTestFrameBytesMax);
  CHECK_FALSE(router);
}
