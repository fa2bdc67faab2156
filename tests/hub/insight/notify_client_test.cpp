#include "hub/insight/notify_client.h"

#include <catch2/catch.hpp>

#include "tests/hub/insight/line_server.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::test::converse_http;
using tillsync::test::converse_smtp;
using tillsync::test::LineServer;

namespace {

const Instant kSentAt{1'700'000'000'000'000};
const std::string kTold =
    R"({"event":"firing","alerts":[{"title":"Leeds dark","detail":"41 min","since":"2010-12-01T08:26:00Z","href":"/fleet/a_1"}]})";

QueuedNotification to_webhook(const std::string& address) {
  QueuedNotification notification;
  notification.target.kind = "webhook";
  notification.target.destination = "http://" + address + "/hook";
  notification.target.secret = "secret";
  notification.subject = "Leeds dark";
  notification.body = kTold;
  return notification;
}
QueuedNotification to_mailbox() {
  QueuedNotification notification = to_webhook("");
  notification.target.kind = "email";
  notification.target.destination = "ops@example.com";
  return notification;
}

}  // namespace

TEST_CASE("notify client: a webhook gets the body with its signature", "[notify]") {
  LineServer server([](LineServer::Line& line) { converse_http(line, "HTTP/1.1 204 No Content\r\n\r\n"); });
  REQUIRE(NotifyClient({}).send(to_webhook(server.address()), kSentAt));
  const std::string heard = server.heard();
  CHECK(heard.starts_with("POST /hook HTTP/1.1\r\n"));
  CHECK(heard.find("Content-Type: application/json\r\n") != std::string::npos);
  CHECK(heard.find("X-Tillsync-Timestamp: 1700000000\r\n") != std::string::npos);
  CHECK(heard.find("X-Tillsync-Signature: " + webhook_signature("secret", 1'700'000'000, kTold) + "\r\n") != std::string::npos);
  CHECK(heard.ends_with("\r\n\r\n" + kTold));
}

TEST_CASE("notify client: what is no success is none, and a redirection is not followed", "[notify]") {
  LineServer other([](LineServer::Line& line) { converse_http(line, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); });
  for (const std::string& answer : {std::string("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"), std::string("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"),
                                    "HTTP/1.1 307 There\r\nLocation: http://" + other.address() + "/\r\nContent-Length: 0\r\n\r\n", std::string("nonsense\r\n"), std::string()}) {
    LineServer server([&answer](LineServer::Line& line) { converse_http(line, answer); });
    const auto sent = NotifyClient({}).send(to_webhook(server.address()), kSentAt);
    REQUIRE_FALSE(sent);
    CHECK(sent.error().code == ErrorCode::kUnavailable);
  }
  CHECK(other.conversations() == 0);
}

TEST_CASE("notify client: one that never answers costs no more than the time-out", "[notify]") {
  LineServer server([](LineServer::Line& line) { line.take_until("never"); });
  const auto sent = NotifyClient({}, milliseconds(200)).send(to_webhook(server.address()), kSentAt);
  REQUIRE_FALSE(sent);
  CHECK(sent.error().code == ErrorCode::kUnavailable);
}

TEST_CASE("notify client: a letter by SMTP", "[notify]") {
  LineServer server([](LineServer::Line& line) { converse_smtp(line); });
  REQUIRE(NotifyClient({"smtp://" + server.address(), "hub@example.com", "", "", "https://hub"}).send(to_mailbox(), kSentAt));
  const std::string heard = server.heard();
  CHECK(heard.find("MAIL FROM:<hub@example.com>") != std::string::npos);
  CHECK(heard.find("RCPT TO:<ops@example.com>") != std::string::npos);
  CHECK(heard.find("Subject: Leeds dark\r\n") != std::string::npos);
  CHECK(heard.find("To: <ops@example.com>\r\n") != std::string::npos);
}

TEST_CASE("notify client: a mailbox that is refused, no mail server, and a password without TLS", "[notify]") {
  LineServer server([](LineServer::Line& line) { converse_smtp(line, "550 no such mailbox\r\n"); });
  CHECK_FALSE(NotifyClient({"smtp://" + server.address(), "hub@example.com", "", "", ""}).send(to_mailbox(), kSentAt));
  CHECK(NotifyClient({}).send(to_mailbox(), kSentAt).error().detail == "no mail server is set");
  LineServer plain([](LineServer::Line& line) { converse_smtp(line); });
  CHECK_FALSE(NotifyClient({"smtp://" + plain.address(), "hub@example.com", "user", "secretword", ""}).send(to_mailbox(), kSentAt));
  CHECK(plain.heard().find("AUTH") == std::string::npos);
}

TEST_CASE("notify client: the letter's text", "[notify]") {
  CHECK(notification_text(kTold, "https://hub") == "Leeds dark\n41 min\nsince 2010-12-01T08:26:00Z\nhttps://hub/fleet/a_1\n\n");
  CHECK(notification_text(kTold, "").find("fleet") == std::string::npos);
  CHECK(notification_text(R"({"event":"test"})", "") == "This is a test: notifications arrive here.\n");
  CHECK(notification_text("nonsense", "") == "nonsense");
}
