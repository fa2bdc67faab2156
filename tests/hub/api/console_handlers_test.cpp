#include "hub/api/console_handlers.h"

#include <catch2/catch.hpp>
#include <regex>
#include <set>

#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;

namespace {

// "body{}" packed by gzip -9n.
constexpr std::string_view kPackedCss("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\xca\x4f\xa9\xac\xae\x05\x00\x59\x71\x87\xe2\x06\x00\x00\x00", 26);
const std::vector<ConsoleFile> kSomeFiles = {
    {"/", "text/html; charset=utf-8", "\"page\"", false, false, 43, "<meta nonce=\"__CSP_NONCE__\"><p>__CSP_NONCE__"},
    {"/assets/a-12345678.css", "text/css; charset=utf-8", "\"css\"", true, true, 6, kPackedCss},
    {"/icon.svg", "image/svg+xml", "\"icon\"", false, false, 6, "<svg/>"},
};

http::Request asked_for(const std::string& path, std::vector<std::pair<std::string, std::string>> headers = {}, const std::string& method = "GET") {
  http::Request request;
  request.method = method;
  request.path = path;
  request.headers = std::move(headers);
  return request;
}

http::Response page_answer(const http::Request& request) { return console_response(kSomeFiles, request, "n0nce"); }

std::string header_of(const http::Response& response, std::string_view name) {
  std::string found;
  int times = 0;
  for (const auto& [key, value] : response.headers)
    if (key == name) found = value, ++times;
  CHECK(times <= 1);
  return found;
}

}  // namespace

TEST_CASE("console: every path that is no file is the page, with a nonce of its own in page and policy", "[console]") {
  for (const char* path : {"/", "/fleet", "/closes/GB/2026-11-27", "/index.html", "/../etc/passwd", "/icon.svg/", "//", "/v1x"}) {
    INFO(path);
    const auto response = page_answer(asked_for(path));
    CHECK(response.status == 200);
    CHECK(response.body == "<meta nonce=\"n0nce\"><p>n0nce");
    CHECK(response.content_type == "text/html; charset=utf-8");
    CHECK(header_of(response, "Cache-Control") == "no-store");
    CHECK(header_of(response, "X-Content-Type-Options") == "nosniff");
    CHECK(header_of(response, "Referrer-Policy") == "no-referrer");
  }
}

TEST_CASE("console: the policy lets nothing run that is not the hub's, and nobody frame the page", "[console]") {
  const std::string policy = header_of(page_answer(asked_for("/")), "Content-Security-Policy");
  for (const char* part : {"default-src 'none'", "script-src 'self';", "style-src 'self' 'nonce-n0nce';", "connect-src 'self'", "base-uri 'none'", "form-action 'none'",
                           "frame-ancestors 'none'"})
    CHECK(policy.find(part) != std::string::npos);
  CHECK(policy.find("unsafe") == std::string::npos);
  CHECK(policy.find("http") == std::string::npos);
}

TEST_CASE("console: a file goes out packed to whom takes gzip, and unpacked to others", "[console]") {
  const auto packed = page_answer(asked_for("/assets/a-12345678.css", {{"accept-encoding", "br, gzip"}}));
  CHECK(packed.body == kPackedCss);
  CHECK(header_of(packed, "Content-Encoding") == "gzip");
  CHECK(header_of(packed, "Vary") == "Accept-Encoding");
  for (const char* encoding : {"", "br", "gzip;q=0", "gzip;q=0.000, br", "identity, *;q=0"}) {
    INFO(encoding);
    const auto plain = page_answer(asked_for("/assets/a-12345678.css", {{"accept-encoding", encoding}}));
    CHECK(plain.body == "body{}");
    CHECK(header_of(plain, "Content-Encoding").empty());
    CHECK(header_of(plain, "Vary") == "Accept-Encoding");
  }
}

TEST_CASE("console: which Accept-Encoding takes gzip", "[console]") {
  for (const char* takes : {"gzip", "GZIP is not asked for; gzip, gzip", "br, gzip", "gzip;q=0.001", "gzip; q=1", "*", "x-gzip", " gzip "}) {
    INFO(takes);
    CHECK(accepts_gzip(takes));
  }
  for (const char* takes_none : {"", "br", "gzipped", "gzip;q=0", "gzip; q=0.0", "*;q=0", "*, gzip;q=0", ",,,", ";"}) {
    INFO(takes_none);
    CHECK_FALSE(accepts_gzip(takes_none));
  }
}

TEST_CASE("console: a hashed file may be kept for ever, another one must be asked for again", "[console]") {
  CHECK(header_of(page_answer(asked_for("/assets/a-12345678.css")), "Cache-Control") == "public, max-age=31536000, immutable");
  const auto icon = page_answer(asked_for("/icon.svg"));
  CHECK(icon.body == "<svg/>");
  CHECK(icon.content_type == "image/svg+xml");
  CHECK(header_of(icon, "Cache-Control") == "no-cache");
}

TEST_CASE("console: who has the file already is told so", "[console]") {
  for (const char* tags : {"\"icon\"", "W/\"icon\"", "\"x\", \"icon\"", "*"}) {
    INFO(tags);
    const auto response = page_answer(asked_for("/icon.svg", {{"if-none-match", tags}}));
    CHECK(response.status == 304);
    CHECK(response.body.empty());
    CHECK(header_of(response, "ETag") == "\"icon\"");
  }
  for (const char* tags : {"", "icon", "\"other\""}) CHECK(page_answer(asked_for("/icon.svg", {{"if-none-match", tags}})).status == 200);
  CHECK(page_answer(asked_for("/", {{"if-none-match", "*"}})).status == 200);
}

TEST_CASE("console: a file that an older page asks for is not answered with the page", "[console]") {
  const auto response = page_answer(asked_for("/assets/gone-12345678.js"));
  CHECK(response.status == 404);
  CHECK(response.content_type == "application/problem+json");
  CHECK(header_of(response, "Cache-Control") == "no-store");
}

TEST_CASE("console: the API keeps its paths and its methods", "[console]") {
  for (const char* path : {"/v1", "/v1/", "/v1/nosuch"}) CHECK_FALSE(is_for_console(asked_for(path)));
  for (const char* path : {"/", "/fleet", "/v1x", "/v2"}) CHECK(is_for_console(asked_for(path)));
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"}) CHECK_FALSE(is_for_console(asked_for("/", {}, method)));
}

TEST_CASE("console: the files of this build unpack to what they say, and the page names only those", "[console]") {
  std::set<std::string> paths;
  std::string page;
  for (const ConsoleFile& file : console_files()) {
    INFO(file.path);
    CHECK(paths.emplace(file.path).second);
    const auto response = console_response(console_files(), asked_for(std::string(file.path)), "n");
    CHECK(response.status == 200);
    CHECK_FALSE(response.body.empty());
    if (file.path == "/") page = response.body;
    else CHECK(response.body.size() == file.plain_bytes);
  }
  CHECK(page.find(kConsoleNonceMark) == std::string::npos);
  const std::regex name("(?:src|href)=\"([^\"]*)\"");
  for (std::sregex_iterator at(page.begin(), page.end(), name), end; at != end; ++at) CHECK(paths.contains((*at)[1]));
}

TEST_CASE("console: the hub answers with the page outside of /v1", "[console]") {
  ApiStand stand;
  const auto first = stand.call("GET", "/fleet?state=dark", "", "");
  CHECK(first.status == 200);
  CHECK(first.headers.at("content-type") == "text/html; charset=utf-8");
  const auto second = stand.call("GET", "/fleet", "", "");
  CHECK(first.headers.at("content-security-policy") != second.headers.at("content-security-policy"));
  CHECK(stand.call("POST", "/", "{}", "").status == 404);
  CHECK(stand.call("GET", "/assets/nosuch.js", "", "").status == 404);
}
