// Who may use the HTTP door and in which form, before a byte of the body is read. Any web page that a browser in the store opens can post
// to 127.0.0.1, so an Origin and a foreign Host are refused. Pure. Any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/contract/codec.h"
#include "common/contract/problem.h"

namespace tillsync::agent {

/// One till's token, kept as its SHA-256 only.
struct TillToken {
  std::string till;
  std::string sha256_hex;  // 64 characters, lower case
};
/// "GB-1:9f86d0…" as in agent.toml; kInvalid else.
Result<TillToken> parse_till_token(std::string_view text);
/// The text for agent.toml.
std::string format_till_token(std::string_view till, std::string_view token);

struct DoorRules {
  std::vector<TillToken> tokens;   // none: whoever reaches the door may use it (loopback only)
  std::vector<std::string> hosts;  // names by which the tills know this door, beside the loopback ones and its address
  bool needs_token = false;        // also where there is none at the moment, because the last one was taken back
};

/// The headers that the rules look at; nullopt where absent.
struct DoorHeaders {
  std::optional<std::string_view> host, origin, authorization, content_type;
};

/// nullopt: come in. 403 origin, 421 host, 401 token.
/// more: tokens beside those of the rules.
std::optional<Problem> check_caller(const DoorRules& rules, const DoorHeaders& headers, std::span<const TillToken> more = {});
/// The syntax of a body; 415 for anything but application/json and application/msgpack (parameters are ignored).
std::expected<Syntax, Problem> check_content_type(const DoorHeaders& headers);

/// Whether a door may be opened: without a token on loopback only, on another address with TLS only. kDenied says what to do.
Result<void> check_listen(bool is_loopback, bool has_tokens, bool has_tls);

}  // namespace tillsync::agent
