#include "hub/api/console_handlers.h"

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <ranges>

#include "common/contract/problem.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kForEver = "public, max-age=31536000, immutable";  // a hashed name never gets another content
constexpr std::string_view kAskAgain = "no-cache";
constexpr int kGzipWindow = 15 + 16;  // zlib's own sign for "expect a gzip header"

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Empty when the bytes are no gzip of that size, which the build rules out.
std::string unpacked(const ConsoleFile& file) {
  std::string plain(file.plain_bytes, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) return {};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(file.bytes.data()));  // zlib reads it and has no const
  stream.avail_in = static_cast<uInt>(file.bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<uInt>(plain.size());
  const int end = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  return end == Z_STREAM_END && stream.avail_out == 0 ? plain : std::string();
}

std::string with_nonce(std::string_view page, std::string_view nonce) {
  std::string filled;
  while (true) {
    const std::size_t at = page.find(kConsoleNonceMark);
    filled += page.substr(0, at);
    if (at == std::string_view::npos) return filled;
    filled += nonce;
    page.remove_prefix(at + kConsoleNonceMark.size());
  }
}

/// Scripts and styles of this hub only, nothing inline but with this answer's nonce, no frame around the page, no other address.
/// Pictures as data: are the QR codes of enrolment.
std::string policy(std::string_view nonce) {
  return "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + std::string(nonce) +
         "'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

const ConsoleFile* find_file(std::span<const ConsoleFile> files, std::string_view path) {
  const auto found = std::ranges::find(files, path, &ConsoleFile::path);
  return found == files.end() ? nullptr : &*found;
}

bool names_tag(std::string_view if_none_match, std::string_view etag) {
  for (const auto part : std::views::split(if_none_match, ',')) {
    std::string_view tag = trimmed(std::string_view(part.begin(), part.end()));
    if (tag == "*") return true;
    if (tag.starts_with("W/")) tag.remove_prefix(2);  // the same content, packed or not, has one tag
    if (tag == etag) return true;
  }
  return false;
}

}  // namespace

bool is_for_console(const http::Request& request) {
  return request.method == "GET" && request.path != "/v1" && !request.path.starts_with("/v1/");
}

bool accepts_gzip(std::string_view accept_encoding) {
  bool any = false;
  for (const auto part : std::views::split(accept_encoding, ',')) {
    const std::string_view coding = trimmed(std::string_view(part.begin(), part.end()));
    const std::size_t semicolon = coding.find(';');
    const std::string_view name = trimmed(coding.substr(0, semicolon));
    std::string_view weight = semicolon == std::string_view::npos ? std::string_view() : trimmed(coding.substr(semicolon + 1));
    const bool refused = weight.starts_with("q=0") && weight.find_first_not_of("q=0.") == std::string_view::npos;
    if (name == "gzip" || name == "x-gzip") return !refused;
    if (name == "*") any = !refused;
  }
  return any;
}

http::Response console_response(std::span<const ConsoleFile> files, const http::Request& request, std::string_view nonce) {
  const ConsoleFile* file = find_file(files, request.path);
  if (file == nullptr && request.path.starts_with("/assets/")) {
    const Problem problem{404, "no_such_path", "Not found", "there is nothing at " + request.path, ""};
    return {404, "application/problem+json", to_problem_json(problem), {{"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"}}};
  }
  if (file == nullptr) file = find_file(files, "/");
  http::Response response{200, std::string(file->content_type), "", {{"X-Content-Type-Options", "nosniff"}, {"Referrer-Policy", "no-referrer"},
                                                                       {"Cross-Origin-Opener-Policy", "same-origin"}, {"Cross-Origin-Resource-Policy", "same-origin"}}};
  if (file->path == "/") {
    // Never from a cache: its nonce is good once, and a newer hub names newer files.
    response.body = with_nonce(file->bytes, nonce);
    response.headers.emplace_back("Cache-Control", "no-store");
    response.headers.emplace_back("Content-Security-Policy", policy(nonce));
    response.headers.emplace_back("X-Frame-Options", "DENY");
    response.headers.emplace_back("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    return response;
  }
  response.headers.emplace_back("Cache-Control", file->is_hashed ? kForEver : kAskAgain);
  response.headers.emplace_back("ETag", file->etag);
  response.headers.emplace_back("Vary", "Accept-Encoding");
  // A picture that is opened by itself must run nothing either.
  response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  if (const auto known = request.header("if-none-match"); known && names_tag(*known, file->etag)) {
    response.status = 304;
    return response;
  }
  if (file->is_packed && accepts_gzip(request.header("accept-encoding").value_or(""))) {
    response.body = file->bytes;
    response.headers.emplace_back("Content-Encoding", "gzip");
  } else {
    response.body = file->is_packed ? unpacked(*file) : std::string(file->bytes);
  }
  return response;
}

}  // namespace tillsync::hub
