// Keeps the bytes that a door refused, so that a technician can see what the POS really sent: one pair of files per content in
// the data folder's `refused/`, the oldest make room for the newest. Card numbers are masked before they reach the disk.
// Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>

#include "common/base/bytes.h"
#include "common/base/error.h"
#include "common/contract/problem.h"

namespace tillsync::agent {

inline constexpr std::size_t kRefusedFilesMax = 1'000;           // contents kept
inline constexpr std::int64_t kRefusedBytesMax = 64'000'000;     // of them together
inline constexpr std::size_t kRefusedContentBytesMax = 1'000'000; // of one; the rest is cut off

class RefusedStore {
 public:
  static Result<std::unique_ptr<RefusedStore>> open(const std::filesystem::path& folder);

  /// Counts, and keeps the bytes where the disk allows it: a refusal never fails because of this. The same bytes again are the
  /// same files.
  void keep(BytesView bytes, const Problem& problem);
  /// Only counts: the bytes are somewhere else (a spool file in rejected/), or were never held.
  void count() { ++count_; }

  /// Since the start.
  std::uint64_t count_since_start() const { return count_; }

 private:
  explicit RefusedStore(std::filesystem::path folder) : folder_(std::move(folder)) {}
  void make_room();

  const std::filesystem::path folder_;
  std::atomic<std::uint64_t> count_ = 0;
  std::mutex mutex_;
  std::size_t files_ = 0;    // pairs
  std::int64_t bytes_ = 0;
};

}  // namespace tillsync::agent
