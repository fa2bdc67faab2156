#include "agent/ingest/till_tokens_store.h"

#include <algorithm>
#include <sstream>

#include "common/base/os.h"
#include "common/log/log.h"

namespace tillsync::agent {
namespace {

constexpr std::size_t kTillTokensFileBytesMax = 1'000'000;

Result<void> write_till_tokens(const std::filesystem::path& file, const std::vector<TillToken>& tokens) {
  std::string text;
  for (const TillToken& token : tokens) text += token.till + ":" + token.sha256_hex + "\n";
  return os::write_file_durably(file, text, true);
}

}  // namespace

Result<std::vector<TillToken>> read_till_tokens(const std::filesystem::path& file) {
  std::vector<TillToken> tokens;
  const auto text = os::read_file(file, kTillTokensFileBytesMax);
  if (!text && text.error().code == ErrorCode::kNotFound) return tokens;
  if (!text) return std::unexpected(text.error());
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    auto token = parse_till_token(line);
    if (!token) return fail(ErrorCode::kInvalid, "read " + file.string(), token.error().detail, token.error().hint);
    tokens.push_back(std::move(*token));
  }
  return tokens;
}

Result<void> add_till_token(const std::filesystem::path& file, std::string_view till, std::string_view token) {
  const std::string operation = "add a token to " + file.string();
  if (till.empty() || till.starts_with('#') || till.find_first_of("\r\n") != std::string_view::npos)
    return fail(ErrorCode::kInvalid, operation, "'" + std::string(till) + "' is no till", "name it as the location does at the hub, e.g. GB-1");
  TS_ASSIGN_OR_RETURN(auto tokens, read_till_tokens(file));
  if (tokens.size() >= kTillTokensMax)
    return fail(ErrorCode::kLimitExceeded, operation, "there are " + std::to_string(kTillTokensMax) + " already", "take back those that no till uses: tillsync-agent pos-token TILL --revoke");
  TS_ASSIGN_OR_RETURN(TillToken made, parse_till_token(format_till_token(till, token)));
  tokens.push_back(std::move(made));
  return write_till_tokens(file, tokens);
}

Result<std::size_t> revoke_till_tokens(const std::filesystem::path& file, std::string_view till) {
  TS_ASSIGN_OR_RETURN(auto tokens, read_till_tokens(file));
  const std::size_t revoked = std::erase_if(tokens, [till](const TillToken& token) { return token.till == till; });
  if (revoked > 0) TS_RETURN_IF_ERROR(write_till_tokens(file, tokens));
  return revoked;
}

std::shared_ptr<const std::vector<TillToken>> TillTokensStore::current() {
  const std::lock_guard lock(mutex_);
  std::error_code error;
  const auto written = file_.empty() ? std::filesystem::file_time_type{} : std::filesystem::last_write_time(file_, error);
  const auto bytes = file_.empty() || error ? 0 : std::filesystem::file_size(file_, error);
  const auto stamp = error ? std::filesystem::file_time_type{} : written;
  if (stamp == written_ && bytes == bytes_) return tokens_;
  auto tokens = read_till_tokens(file_);
  if (!tokens) log::write(log::Level::kError, "the tills' tokens cannot be read: none of the file is good", tokens.error());
  tokens_ = std::make_shared<const std::vector<TillToken>>(tokens ? std::move(*tokens) : std::vector<TillToken>{});
  written_ = stamp;
  bytes_ = bytes;
  return tokens_;
}

}  // namespace tillsync::agent
