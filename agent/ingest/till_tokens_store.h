// The tills' tokens in a file: one line TILL:SHA256 for each token. It is looked at for every request, so that a token that was taken back is
// good for nothing from the next request on, without a restart. Any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "agent/ingest/door_rules.h"

namespace tillsync::agent {

inline constexpr std::size_t kTillTokensMax = 1'000;  // of one door

class TillTokensStore {
 public:
  /// file: "" or missing = none.
  explicit TillTokensStore(std::filesystem::path file) : file_(std::move(file)) {}
  /// What the file holds now. One that cannot be read, or has a line that is no token, lets nobody in: better a till that asks why than one that
  /// should have gone.
  std::shared_ptr<const std::vector<TillToken>> current();

 private:
  const std::filesystem::path file_;
  std::mutex mutex_;  // of the rest
  std::filesystem::file_time_type written_{};
  std::uintmax_t bytes_ = 0;
  std::shared_ptr<const std::vector<TillToken>> tokens_ = std::make_shared<const std::vector<TillToken>>();
};

/// None where there is no such file. kInvalid names the line.
Result<std::vector<TillToken>> read_till_tokens(const std::filesystem::path& file);
/// A till may have several, so that a new one can be brought to it before the old one goes. kLimitExceeded: there are kTillTokensMax.
Result<void> add_till_token(const std::filesystem::path& file, std::string_view till, std::string_view token);
/// Takes all of a till's tokens back; how many there were.
Result<std::size_t> revoke_till_tokens(const std::filesystem::path& file, std::string_view till);

}  // namespace tillsync::agent
