#include "common/http/server.h"

#include <catch2/catch.hpp>
#include <curl/curl.h>

#include <condition_variable>
#include <ctime>
#include <mutex>
#include <thread>

#include "tests/common/http/raw_client.h"
#include "tests/common/http/tls_fixture.h"

using namespace tillsync;
using namespace tillsync::http;

namespace {

std::unique_ptr<Server> start(Handler handler, ServerOptions options = {}) {
  auto server = Server::start(options, std::move(handler));
  REQUIRE(server);
  return std::move(*server);
}

Response text(std::string body, int status = 200) { return Response{status, "text/plain", std::move(body), {}}; }

void echo(Request request, std::unique_ptr<Responder> responder) {
  responder->send(text(request.method + " " + request.path + " " + request.body));
}

/// Keeps responders, so that a test answers when it wants.
class Shelf {
 public:
  void put(std::unique_ptr<Responder> responder) {
    const std::lock_guard lock(mutex_);
    responders_.push_back(std::move(responder));
    arrived_.notify_all();
  }
  std::vector<std::unique_ptr<Responder>> take(std::size_t count) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return responders_.size() >= count; });
    return std::move(responders_);
  }
  Handler handler() {
    return [this](Request, std::unique_ptr<Responder> responder) { put(std::move(responder)); };
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<std::unique_ptr<Responder>> responders_;
};

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

TEST_CASE("http: two requests on one connection are both answered", "[http]") {
  const auto server = start(echo);
  RawClient client(server->port());
  client.get("/a%20b?c=d");
  CHECK(client.receive().body == "GET /a b ");
  client.post("/docs", "hello");
  const RawAnswer answer = client.receive();
  CHECK(answer.status == 200);
  CHECK(answer.body == "POST /docs hello");
}

TEST_CASE("http: requests sent at once are answered in order", "[http]") {
  const auto server = start(echo);
  RawClient client(server->port());
  client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.receive().body == "GET /1 ");
  CHECK(client.receive().body == "GET /2 ");
}

TEST_CASE("http: the handler sees headers in lower case, query values, and the peer", "[http]") {
  Request seen;
  const auto server = start([&seen](Request request, std::unique_ptr<Responder> responder) {
    seen = std::move(request);
    responder->send(text("ok"));
  });
  RawClient client(server->port());
  client.send("GET /x?a=1&a=2 HTTP/1.1\r\nHost: store\r\nX-Correlation-ID: C-1\r\n\r\n");
  REQUIRE(client.receive().status == 200);
  CHECK(seen.header("x-correlation-id") == "C-1");
  CHECK(seen.header("host") == "store");
  CHECK_FALSE(seen.header("absent"));
  CHECK(seen.parameter("a") == "1");
  CHECK(seen.query.size() == 2);
  CHECK_FALSE(seen.parameter("b"));
  CHECK(seen.peer == "127.0.0.1");
}

TEST_CASE("http: status, type and headers of the answer reach the client", "[http]") {
  const auto server = start([](Request, std::unique_ptr<Responder> responder) {
    responder->send({507, "application/problem+json", "{}", {{"Retry-After", "30"}}});
  });
  RawClient client(server->port());
  client.get("/");
  const RawAnswer answer = client.receive();
  CHECK(answer.status == 507);
  CHECK(answer.head.find("Content-Type: application/problem+json") != std::string::npos);
  CHECK(answer.head.find("Retry-After: 30") != std::string::npos);
}

TEST_CASE("http: HEAD reaches the handler as GET and is answered without a body", "[http]") {
  const auto server = start(echo);
  RawClient client(server->port());
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
  const RawAnswer answer = client.receive_head();
  CHECK(answer.status == 200);
  CHECK(answer.head.find("Content-Length: 7") != std::string::npos);
  client.get("/b");
  CHECK(client.receive().body == "GET /b ");
}

TEST_CASE("http: an answer may come from another thread", "[http]") {
  Shelf shelf;
  const auto server = start(shelf.handler());
  RawClient client(server->port());
  std::thread worker([&shelf] { shelf.take(1).front()->send(text("later")); });
  client.get("/");
  CHECK(client.receive().body == "later");
  worker.join();
}

TEST_CASE("http: only the first answer counts", "[http]") {
  const auto server = start([](Request, std::unique_ptr<Responder> responder) {
    responder->send(text("first"));
    responder->send(text("second"));
  });
  RawClient client(server->port());
  client.get("/");
  CHECK(client.receive().body == "first");
  client.get("/");
  CHECK(client.receive().body == "first");
}

TEST_CASE("http: a dropped responder and a throwing handler answer 500", "[http]") {
  const auto server = start([](Request request, std::unique_ptr<Responder> responder) {
    if (request.path == "/throw") throw std::runtime_error("broken");
    responder.reset();
  });
  RawClient client(server->port());
  for (const char* path : {"/drop", "/throw"}) {
    client.get(path);
    const RawAnswer answer = client.receive();
    CHECK(answer.status == 500);
    CHECK(answer.head.find("application/problem+json") != std::string::npos);
  }
}

TEST_CASE("http: a body at the limit is taken, one byte more is 413", "[http]") {
  ServerOptions options;
  options.request_bytes_max = 100'000;
  const auto server = start([](Request request, std::unique_ptr<Responder> responder) {
    responder->send(text(std::to_string(request.body.size())));
  }, options);
  RawClient client(server->port());
  client.post("/", std::string(100'000, 'x'));
  CHECK(client.receive().body == "100000");
  client.post("/", std::string(100'001, 'x'));
  CHECK(client.receive().status == 413);
  SECTION("also when the length is not told beforehand") {
    RawClient chunked(server->port());
    const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    chunked.send(head + "186a0\r\n" + std::string(100'000, 'x') + "\r\n0\r\n\r\n");
    CHECK(chunked.receive().body == "100000");
    chunked.send(head + "186a1\r\n" + std::string(100'001, 'x') + "\r\n0\r\n\r\n");
    CHECK(chunked.receive().status == 413);
  }
  SECTION("a far larger one is refused before it is sent") {
    RawClient large(server->port());
    large.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n");
    CHECK(large.receive().status == 413);
    CHECK(large.at_end());
  }
  SECTION("a client that asks first is told at once") {
    RawClient polite(server->port());
    polite.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\nExpect: 100-continue\r\n\r\n");
    CHECK(polite.receive().status == 413);
  }
  SECTION("an endless one is cut off") {
    RawClient endless(server->port());
    endless.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 100; ++i) endless.send("2710\r\n" + std::string(10'000, 'x') + "\r\n");
    CHECK(endless.at_end());
  }
}

TEST_CASE("http: who is not known may send a small body only, told or in chunks", "[http]") {
  ServerOptions options;
  options.body_bytes_max = [](const Request& head) { return head.header("x-known") ? std::size_t{1'000'000} : kSmallBodyBytes; };
  auto server = Server::start(options, &echo);
  REQUIRE(server);
  const auto status_of = [&](const std::string& headers, const std::string& body) {
    RawClient client((*server)->port());
    client.send("POST / HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n" + body);
    return client.receive().status;
  };
  const auto told = [&](const std::string& headers, std::size_t bytes) {
    return status_of(headers + "Content-Length: " + std::to_string(bytes) + "\r\n", std::string(bytes, 'x'));
  };
  const auto chunked = [&](const std::string& headers, std::size_t bytes) {
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes);
    return status_of(headers + "Transfer-Encoding: chunked\r\n", size + std::string(bytes, 'x') + "\r\n0\r\n\r\n");
  };
  CHECK(told("", kSmallBodyBytes) == 200);
  CHECK(told("", kSmallBodyBytes + 1) == 413);
  CHECK(told("X-Known: 1\r\n", kSmallBodyBytes + 1) == 200);
  CHECK(told("X-Known: 1\r\n", 1'000'001) == 413);
  CHECK(chunked("", kSmallBodyBytes) == 200);
  CHECK(chunked("", kSmallBodyBytes + 1) == 413);
  CHECK(chunked("X-Known: 1\r\n", kSmallBodyBytes + 1) == 200);
}

TEST_CASE("http: bodies of all unanswered requests together are bounded", "[http]") {
  Shelf shelf;
  ServerOptions options;
  options.bodies_bytes_max = 10'000;
  const auto server = start(shelf.handler(), options);
  RawClient first(server->port());
  RawClient second(server->port());
  first.post("/", std::string(9'000, 'x'));
  auto waiting = shelf.take(1);
  second.post("/", std::string(9'000, 'x'));
  CHECK(second.receive().status == 503);
  waiting.front()->send(text("done"));
  CHECK(first.receive().status == 200);
  first.get("/");  // its predecessor's end has given the bytes back
  shelf.take(1).front()->send(text("done"));
  CHECK(first.receive().status == 200);
  second.post("/", std::string(9'000, 'x'));
  shelf.take(1).front()->send(text("done"));
  CHECK(second.receive().status == 200);
}

TEST_CASE("http: paths with a NUL or broken escapes, and doubled lengths, are bad requests", "[http]") {
  const auto server = start(echo);
  RawClient client(server->port());
  for (const char* path : {"/a%00b", "/a%zz", "/a?b=%0"}) {
    client.get(path);
    CHECK(client.receive().status == 400);
  }
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  CHECK(client.receive().status == 400);
}

TEST_CASE("http: headers beyond the limit are refused", "[http]") {
  const auto server = start(echo);
  RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(kHeaderBytesMax, 'x') + "\r\n\r\n");
  const int status = client.receive().status;
  CHECK((status == 431 || status == 413));
}

TEST_CASE("http: 64 connections are served by two threads", "[http]") {
  ServerOptions options;
  options.threads = 2;
  Shelf shelf;
  const auto server = start(shelf.handler(), options);
  std::vector<RawClient> clients;
  for (int i = 0; i < 64; ++i) clients.emplace_back(server->port());
  for (RawClient& client : clients) client.get("/");
  std::size_t answered = 0;
  while (answered < clients.size()) {
    for (auto& responder : shelf.take(1)) {
      responder->send(text("ok"));
      ++answered;
    }
  }
  for (RawClient& client : clients) CHECK(client.receive().status == 200);
}

TEST_CASE("http: a client that leaves while it waits does no harm", "[http]") {
  Shelf shelf;
  const auto server = start(shelf.handler());
  { RawClient(server->port()).get("/"); }
  shelf.take(1).front()->send(text("to nobody"));
  RawClient client(server->port());
  client.get("/");
  shelf.take(1).front()->send(text("ok"));
  CHECK(client.receive().body == "ok");
}

TEST_CASE("http: stopping answers what still waits with 503, and late answers are harmless", "[http]") {
  Shelf shelf;
  auto server = start(shelf.handler());
  RawClient first(server->port());
  RawClient second(server->port());
  first.get("/");
  second.post("/", "body");
  auto waiting = shelf.take(2);
  server.reset();
  CHECK(first.receive().status == 503);
  CHECK(second.receive().status == 503);
  CHECK(first.at_end());
  for (auto& responder : waiting) responder->send(text("too late"));
}

TEST_CASE("http: after stop_accepting open requests finish and new callers are turned away", "[http]") {
  Shelf shelf;
  auto server = start(shelf.handler());
  RawClient client(server->port());
  client.get("/");
  auto waiting = shelf.take(1);
  server->stop_accepting();
  server->stop_accepting();
  RawClient late(server->port());
  CHECK_FALSE(late.connected());
  waiting.front()->send(text("done"));
  const RawAnswer answer = client.receive();
  CHECK(answer.body == "done");
  CHECK(answer.head.find("Connection: close") != std::string::npos);
  CHECK(client.at_end());
}

TEST_CASE("http: a new request on an open connection is refused after stop_accepting", "[http]") {
  Shelf shelf;
  auto server = start(shelf.handler());
  RawClient client(server->port());
  client.get("/");
  shelf.take(1).front()->send(text("before"));
  REQUIRE(client.receive().body == "before");
  RawClient posting(server->port());
  posting.get("/");
  shelf.take(1).front()->send(text("before"));
  REQUIRE(posting.receive().body == "before");
  server->stop_accepting();
  client.get("/");
  CHECK(client.receive().status == 503);
  CHECK(client.at_end());
  posting.post("/", "body");
  CHECK(posting.receive().status == 503);
  CHECK(posting.at_end());
}

TEST_CASE("http: a stream sends its head first and then what is written, until it ends", "[http]") {
  Shelf shelf;
  const auto server = start(shelf.handler());
  RawClient client(server->port());
  client.get("/");
  auto responders = shelf.take(1);
  auto stream = responders.front()->send_stream({200, "text/event-stream", "", {{"Cache-Control", "no-store"}}});
  REQUIRE(stream != nullptr);
  CHECK(client.receive().head.find("text/event-stream") != std::string::npos);
  for (const char* line : {"data: 1\n\n", "data: 2\n\n"}) {
    REQUIRE(stream->write(line));
    CHECK(client.take_until("\n\n").find(line) != std::string::npos);
  }
  stream.reset();
  CHECK(client.take_until("0\r\n\r\n") == "\r\n0\r\n\r\n");
  client.get("/again");
  shelf.take(1).front()->send(text("ok"));
  CHECK(client.receive().body == "ok");
}

TEST_CASE("http: a stream whose peer does not read is cut off at its limit", "[http]") {
  Shelf shelf;
  const auto server = start(shelf.handler());
  RawClient client(server->port());
  client.get("/");
  auto stream = shelf.take(1).front()->send_stream({200, "text/event-stream", "", {}});
  const std::string block(100'000, 'x');
  int written = 0;
  while (written < 1'000 && stream->write(block)) ++written;
  CHECK(written >= 10);
  CHECK(written < 1'000);
  CHECK_FALSE(stream->write("x"));
}

TEST_CASE("http: stopping ends open streams", "[http]") {
  Shelf shelf;
  auto server = start(shelf.handler());
  RawClient client(server->port());
  client.get("/");
  auto stream = shelf.take(1).front()->send_stream({200, "text/event-stream", "", {}});
  REQUIRE(stream->write("x"));
  CHECK(client.take_until("\r\nx\r\n") != "");
  server.reset();
  CHECK_FALSE(stream->write("y"));
  CHECK(client.take_until("0\r\n\r\n") != "");
  CHECK(client.at_end());
}

TEST_CASE("http: waiting costs no processor time", "[http]") {
  Shelf shelf;
  ServerOptions options;
  options.threads = 2;
  const auto server = start(shelf.handler(), options);
  RawClient idle(server->port());
  RawClient suspended(server->port());
  RawClient streaming(server->port());
  suspended.get("/");
  auto waiting = shelf.take(1);
  streaming.get("/");
  auto stream = shelf.take(1).front()->send_stream({200, "text/event-stream", "", {}});
  CHECK(streaming.receive().status == 200);
  const double before = cpu_seconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  CHECK(cpu_seconds() - before < 0.2);  // one spinning thread would take 0.5
}

TEST_CASE("http: a taken port is unavailable, a foreign address invalid", "[http]") {
  const auto server = start(echo);
  ServerOptions options;
  options.port = server->port();
  const auto second = Server::start(options, echo);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::kUnavailable);
  options.address = "store.example";
  const auto named = Server::start(options, echo);
  REQUIRE_FALSE(named);
  CHECK(named.error().code == ErrorCode::kInvalid);
}

TEST_CASE("http: HTTPS answers a client that trusts its certificate", "[http]") {
  ServerOptions options;
  options.tls_certificate_pem = kTestCertificate;
  options.tls_key_pem = kTestKey;
  Shelf shelf;
  const auto server = start(shelf.handler(), options);
  std::thread worker([&shelf] { shelf.take(1).front()->send(text("secret")); });
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  const std::string url = "https://127.0.0.1:" + std::to_string(server->port()) + "/";
  curl_blob trusted{const_cast<char*>(kTestCertificate), std::string_view(kTestCertificate).size(), CURL_BLOB_NOCOPY};
  std::string body;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_CAINFO_BLOB, &trusted);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, +[](char* bytes, std::size_t, std::size_t size, void* out) {
    static_cast<std::string*>(out)->append(bytes, size);
    return size;
  });
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
  CHECK(curl_easy_perform(curl.get()) == CURLE_OK);
  CHECK(body == "secret");
  if (body.empty()) shelf.put(nullptr);
  worker.join();
}

TEST_CASE("http: an unreadable certificate stops the start", "[http]") {
  ServerOptions options;
  options.tls_certificate_pem = "not a certificate";
  options.tls_key_pem = kTestKey;
  const auto server = Server::start(options, echo);
  REQUIRE_FALSE(server);
  CHECK(server.error().code == ErrorCode::kInvalid);
}
