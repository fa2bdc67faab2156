#include "hub/insight/notification.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

TEST_CASE("notification: pauses double up to an hour", "[notify]") {
  CHECK(pause_after(1) == seconds(10));
  CHECK(pause_after(2) == seconds(20));
  CHECK(pause_after(9) == seconds(2'560));
  CHECK(pause_after(10) == kLongestPause);
  CHECK(pause_after(1'000'000) == kLongestPause);
}

TEST_CASE("notification: addresses", "[notify]") {
  for (const char* url : {"http://a", "https://ops.example/hook?x=1"}) CHECK(is_webhook_url(url));
  for (const char* url : {"", "ftp://a", "http://", "http:///x", "file:///etc/passwd", "http://a b", "http://a\r\nX: y"}) CHECK_FALSE(is_webhook_url(url));
  CHECK(is_webhook_url("http://" + std::string(kDestinationBytesMax - 7, 'a')));
  CHECK_FALSE(is_webhook_url("http://" + std::string(kDestinationBytesMax - 6, 'a')));
  CHECK(is_mailbox("ops@example.com"));
  for (const char* address : {"", "ops", "@x", "ops@", "a@b@c", "Ops <ops@x>", "ops@x\r\nBcc: y", "a b@c", "\xC3\xA4@x"}) CHECK_FALSE(is_mailbox(address));
}

TEST_CASE("notification: a signature that anybody with the key can check", "[notify]") {
  // printf '1700000000.{}' | openssl dgst -sha256 -hmac secret
  const std::string signature = webhook_signature("secret", 1'700'000'000, "{}");
  CHECK(signature.size() == 7 + 64);
  CHECK(signature.starts_with("sha256="));
  CHECK(signature != webhook_signature("secret", 1'700'000'001, "{}"));
  CHECK(signature != webhook_signature("secres", 1'700'000'000, "{}"));
}

TEST_CASE("notification: a letter, whose subject cannot add headers", "[notify]") {
  const Instant at = parse_instant("2010-12-01T08:26:05.5Z").value();
  const std::string letter = mail_text("hub@x", "ops@y", "Leeds dark\r\nBcc: evil@z", "hello", "n1", at);
  CHECK(letter.starts_with("Date: 01 Dec 2010 08:26:05 +0000\r\nFrom: Tillsync <hub@x>\r\nTo: <ops@y>\r\nSubject: Leeds dark  Bcc: evil@z\r\n"));
  CHECK(letter.ends_with("\r\n\r\naGVsbG8=\r\n"));
  CHECK(mail_text("a", "b", "12 × dark", "", "n", at).find("Subject: =?UTF-8?B?MTIgw5cgZGFyaw==?=\r\n") != std::string::npos);
  const std::string lengthy = mail_text("a", "b", std::string(100, 'a') + "\xC3\xA4" + std::string(30, 'b'), std::string(500, 'x'), "n", at);
  for (std::size_t begin = 0; begin < lengthy.size();) {
    const std::size_t end = lengthy.find("\r\n", begin);
    REQUIRE(end != std::string::npos);
    CHECK(end - begin <= 78);
    begin = end + 2;
  }
}
