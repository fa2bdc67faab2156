// The hub's sync port against everyone who has no business there; each is turned away and counted.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <zmq.hpp>

#include "tests/support/stand.h"

using namespace tillsync::test;
using nlohmann::json;

namespace {

std::string sync_endpoint(const Stand& stand) {
  return "tcp://127.0.0.1:" + std::to_string(stand.sync_port);
}

struct Keys {
  char public_key[41];
  char secret_key[41];
  Keys() { zmq_curve_keypair(public_key, secret_key); }
};

/// Sends one frame under CURVE and returns the answer, "" when there is none within 2 s.
std::string ask(const Stand& stand, const Keys& keys, const std::string& hub_key, const std::string& frame) {
  zmq::context_t context(1);
  zmq::socket_t socket(context, zmq::socket_type::dealer);
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::rcvtimeo, 2'000);
  socket.set(zmq::sockopt::curve_serverkey, hub_key);
  socket.set(zmq::sockopt::curve_publickey, std::string(keys.public_key));
  socket.set(zmq::sockopt::curve_secretkey, std::string(keys.secret_key));
  socket.connect(sync_endpoint(stand));
  socket.send(zmq::buffer(frame), zmq::send_flags::none);
  zmq::message_t answer;
  return socket.recv(answer) ? answer.to_string() : "";
}

std::string refused(const std::string& reason) {
  return "tillsync_frames_refused_total{reason=\"" + reason + "\"}";
}

/// The keys of a machine that was enrolled, as they stand in its data folder.
Keys keys_of(const Stand& stand, const std::string& location) {
  Keys keys;
  const auto folder = stand.folder / ("agent-" + location) / "keys";
  std::string line;
  std::getline(std::ifstream(folder / "agent.public") >> std::ws, line);
  line.copy(keys.public_key, 40);
  std::getline(std::ifstream(folder / "agent.secret") >> std::ws, line);
  line.copy(keys.secret_key, 40);
  return keys;
}

/// The hello that tests/golden/wire/v1 holds: well-formed to the byte.
std::string well_formed_hello() {
  std::ifstream file(std::filesystem::path(std::getenv("TILLSYNC_SOURCE_DIR")) / "tests/golden/wire/v1/hello.hex");
  std::string bytes, line;
  while (std::getline(file, line))
    for (std::size_t i = 0; !line.starts_with('#') && i + 1 < line.size(); i += 2)
      bytes += static_cast<char>(std::stoi(line.substr(i, 2), nullptr, 16));
  return bytes;
}

}  // namespace

TEST_CASE("strangers, revoked agents, wrong keys and garbage get nowhere and are counted", "[integration]") {
  Stand stand("gate");
  stand.start_hub();
  stand.enrol("GB");
  stand.start_agent("GB");
  const auto agents_before = stand.hub_get("/v1/agents").at("items").size();

  SECTION("an unenrolled key is told so, whatever it says") {
    const std::string hello = well_formed_hello();
    REQUIRE(hello.size() > 60);
    for (const std::string& frame : {std::string("garbage that is no frame"), hello}) {
      const double before = stand.metric(refused("not_enrolled"));
      CHECK(ask(stand, Keys(), stand.hub_key, frame).find("not enrolled") != std::string::npos);
      wait_until("the counter", [&] { return stand.metric(refused("not_enrolled")) == before + 1; });
    }
    CHECK(stand.metric(refused("malformed")) == 0);
    CHECK(stand.hub_get("/v1/agents").at("items").size() == agents_before);
  }
  SECTION("garbage from an enrolled key is refused, and its session goes on") {
    const Keys keys = keys_of(stand, "GB");
    CHECK(!ask(stand, keys, stand.hub_key, "garbage that is no frame").empty());
    wait_until("the counter", [&] { return stand.metric(refused("malformed")) == 1; });
    CHECK(stand.post("GB", smallest_sale("GB-1", "1")).status == 201);
    wait_until("the sale", [&] { return stand.hub_get("/v1/events?location=GB").at("items").size() == 1; });
    CHECK(stand.hub_get("/v1/agents").at("items").at(0).at("status") == "online");
  }
  SECTION("a token that is none enrols nobody") {
    CHECK_THROWS(run({bin_folder() + "/tillsync-agent", "enroll", "--hub", sync_endpoint(stand), "--hub-key",
                      stand.hub_key, "--token", "et_wrong", "--data", (stand.folder / "stranger").string()}));
    wait_until("the counter", [&] { return stand.metric(refused("bad_token")) == 1; });
    CHECK(stand.hub_get("/v1/agents").at("items").size() == agents_before);
  }
  SECTION("a wrong hub key gets no connection") {
    const Keys keys;
    const Keys other_hub;
    CHECK(ask(stand, keys, other_hub.public_key, "hello").empty());
    wait_until("the counter", [&] { return stand.metric("tillsync_handshakes_failed_total") >= 1; });
  }
  SECTION("plain ZeroMQ without CURVE gets no connection") {
    zmq::context_t context(1);
    zmq::socket_t socket(context, zmq::socket_type::dealer);
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::rcvtimeo, 1'000);
    socket.connect(sync_endpoint(stand));
    socket.send(zmq::str_buffer("hello"), zmq::send_flags::none);
    zmq::message_t answer;
    CHECK(!socket.recv(answer));
    wait_until("the counter", [&] { return stand.metric("tillsync_handshakes_failed_total") >= 1; });
  }
  SECTION("bytes that are no ZeroMQ get no connection") {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(stand.sync_port);
    REQUIRE(::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    const std::string garbage(4'096, '\x5a');
    CHECK(::send(descriptor, garbage.data(), garbage.size(), MSG_NOSIGNAL) > 0);
    wait_until("the counter", [&] { return stand.metric("tillsync_handshakes_failed_total") >= 1; });
    ::close(descriptor);
  }
  SECTION("a revoked agent's documents stay where they are") {
    // Before its first frame it would be turned away at the handshake already, and counted there.
    wait_until("the agent online", [&] { return stand.hub_get("/v1/agents").at("items").at(0).at("status") == "online"; });
    const auto id = stand.hub_get("/v1/agents").at("items").at(0).at("id").get<std::string>();
    CHECK(stand.hub_call("POST", "/v1/agents/" + id + "/revoke", "{}").status / 100 == 2);
    CHECK(stand.post("GB", smallest_sale("GB-1", "1")).status == 201);  // its door goes on
    wait_until("the refusal", [&] { return stand.metric(refused("revoked")) >= 1; });
    CHECK(stand.hub_get("/v1/events?location=GB").at("items").empty());
  }
  // Whatever was tried, the hub is well and the honest agent's station is unchanged.
  CHECK(stand.hub_call("GET", "/readyz").status == 200);
}

TEST_CASE("an enrolment token is good for its uses and no more", "[integration]") {
  Stand stand("token");
  stand.start_hub();
  stand.ctl({"location", "put", "GB", "--name", "London"});
  const auto token = stand.ctl({"enrolment-token", "create", "--location", "GB"}).at("token").get<std::string>();
  const auto enroll = [&](const std::string& name) {
    run({bin_folder() + "/tillsync-agent", "enroll", "--hub", sync_endpoint(stand), "--hub-key", stand.hub_key,
         "--token", token, "--data", (stand.folder / name).string()});
  };
  enroll("one");
  CHECK_NOTHROW(enroll("one"));  // the same key and token again: the same answer
  CHECK_THROWS(enroll("two"));
  CHECK(stand.hub_get("/v1/agents").at("items").size() == 1);
}
