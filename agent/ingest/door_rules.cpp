#include "agent/ingest/door_rules.h"

#include <algorithm>
#include <expected>

#include "agent/ingest/answer.h"
#include "common/crypto/crypto.h"

namespace tillsync::agent {
namespace {

constexpr std::size_t kSha256HexSize = 64;
constexpr std::string_view kBearer = "bearer ";

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::string sha256_hex(std::string_view text) {
  const Sha256Digest digest = sha256({text});
  return to_hex(BytesView(digest.data(), digest.size()));
}

/// "example:7070" to "example", "[::1]:7070" to "[::1]".
std::string without_port(std::string_view host) {
  const std::size_t bracket = host.rfind(']');
  const std::size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return lower(host.substr(0, colon));
}

bool is_known_host(const DoorRules& rules, std::string_view raw) {
  const std::string host = without_port(raw);
  if (host == "localhost" || host == "127.0.0.1" || host == "[::1]") return true;
  return std::ranges::any_of(rules.hosts, [&](const std::string& known) { return without_port(known) == host; });
}

bool is_known_token(const DoorRules& rules, std::span<const TillToken> more, std::optional<std::string_view> authorization) {
  if (!authorization || lower(authorization->substr(0, kBearer.size())) != kBearer) return false;
  const std::string given = sha256_hex(authorization->substr(kBearer.size()));
  bool found = false;
  // All are compared, so that the time tells nothing.
  for (const TillToken& token : rules.tokens) found = equal_constant_time(token.sha256_hex, given) || found;
  for (const TillToken& token : more) found = equal_constant_time(token.sha256_hex, given) || found;
  return found;
}

}  // namespace

Result<TillToken> parse_till_token(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  TillToken token;
  if (colon != std::string_view::npos) token = {std::string(text.substr(0, colon)), lower(text.substr(colon + 1))};
  if (token.till.empty() || token.sha256_hex.size() != kSha256HexSize || !from_hex(token.sha256_hex))
    return fail(ErrorCode::kInvalid, "read pos.tokens", "'" + token.till + "…' is not TILL:SHA256",
                "make one with `tillsync-agent pos-token TILL`");
  return token;
}

std::string format_till_token(std::string_view till, std::string_view token) { return std::string(till) + ":" + sha256_hex(token); }

std::optional<Problem> check_caller(const DoorRules& rules, const DoorHeaders& headers, std::span<const TillToken> more) {
  if (headers.origin)
    return door_problem(403, "origin_refused", "Web pages may not use this door", "the request carries an Origin header");
  if (!headers.host || !is_known_host(rules, *headers.host))
    return door_problem(421, "unknown_host", "This door does not go by that name",
                        "Host is '" + std::string(headers.host.value_or("")) + "'; add it to pos.hosts if the tills use it");
  const bool needs_token = rules.needs_token || !rules.tokens.empty() || !more.empty();
  if (needs_token && !is_known_token(rules, more, headers.authorization))
    return door_problem(401, "no_token", "A token is needed", "send Authorization: Bearer with this till's token; a new one: tillsync-agent pos-token TILL --add");
  return std::nullopt;
}

std::expected<Syntax, Problem> check_content_type(const DoorHeaders& headers) {
  std::string type = lower(headers.content_type.value_or(""));
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  if (type == "application/json") return Syntax::kJson;
  if (type == "application/msgpack" || type == "application/vnd.msgpack" || type == "application/x-msgpack") return Syntax::kMessagePack;
  return std::unexpected(door_problem(415, "unsupported_media_type", "The body's type is not taken here",
                                      "send application/json or application/msgpack, not '" + type + "'"));
}

Result<void> check_listen(bool is_loopback, bool has_tokens, bool has_tls) {
  if (is_loopback) return {};
  if (!has_tokens)
    return fail(ErrorCode::kDenied, "open HTTP door", "without tokens the door listens on loopback only",
                "make one for each till (tillsync-agent pos-token TILL --add), or listen on 127.0.0.1");
  if (!has_tls)
    return fail(ErrorCode::kDenied, "open HTTP door", "on a network address the door needs TLS",
                "set pos.certificate and pos.key, or listen on 127.0.0.1");
  return {};
}

}  // namespace tillsync::agent
