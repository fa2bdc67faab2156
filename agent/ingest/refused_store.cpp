#include "agent/ingest/refused_store.h"

#include <algorithm>
#include <fstream>
#include <vector>

#include "common/base/os.h"
#include "common/contract/codec.h"
#include "common/crypto/crypto.h"
#include "common/log/log.h"

namespace tillsync::agent {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNameBytes = 12;  // of the content's hash

struct Kept {
  fs::path content;
  fs::file_time_type written;
  std::int64_t bytes;
};

/// The contents in the folder, oldest first.
std::vector<Kept> list(const fs::path& folder) {
  std::vector<Kept> kept;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() != ".bin") continue;
    std::error_code gone;
    const auto written = it->last_write_time(gone);
    const auto bytes = it->file_size(gone);
    if (!gone) kept.push_back({it->path(), written, static_cast<std::int64_t>(bytes)});
  }
  std::ranges::sort(kept, {}, &Kept::written);
  return kept;
}

fs::path problem_path(const fs::path& content) { return fs::path(content).replace_extension(".problem.json"); }

}  // namespace

Result<std::unique_ptr<RefusedStore>> RefusedStore::open(const fs::path& folder) {
  TS_RETURN_IF_ERROR(os::make_private_folder(folder));
  std::unique_ptr<RefusedStore> store(new RefusedStore(folder));
  for (const Kept& kept : list(folder)) {
    ++store->files_;
    store->bytes_ += kept.bytes;
  }
  store->make_room();
  return store;
}

void RefusedStore::keep(BytesView bytes, const Problem& problem) {
  ++count_;
  log::info("request refused", {{"code", problem.code}, {"pointer", problem.pointer}, {"detail", problem.detail}});
  const Sha256Digest digest = sha256({bytes});
  // Masked before it is cut, so that no half of a card number is left at the end.
  Bytes content = mask_card_numbers(Bytes(bytes));
  if (content.size() > kRefusedContentBytesMax) content.resize(kRefusedContentBytesMax);

  const std::lock_guard lock(mutex_);
  const fs::path path = folder_ / (to_hex(BytesView(digest.data(), kNameBytes)) + ".bin");
  std::error_code error;
  const bool is_new = !fs::exists(path, error);
  std::ofstream(problem_path(path), std::ios::binary | std::ios::trunc) << to_problem_json(problem) << "\n";
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file) {
    // A full disk must not hold half of what was refused.
    fs::remove(path, error);
    fs::remove(problem_path(path), error);
    return;
  }
  if (!is_new) return;
  ++files_;
  bytes_ += static_cast<std::int64_t>(content.size());
  make_room();
}

void RefusedStore::make_room() {
  if (files_ <= kRefusedFilesMax && bytes_ <= kRefusedBytesMax) return;
  // One sweep frees a tenth, so that a flood does not list the folder for each refusal.
  for (const Kept& oldest : list(folder_)) {
    if (files_ <= kRefusedFilesMax * 9 / 10 && bytes_ <= kRefusedBytesMax * 9 / 10) return;
    std::error_code error;
    fs::remove(oldest.content, error);
    fs::remove(problem_path(oldest.content), error);
    --files_;
    bytes_ -= oldest.bytes;
  }
}

}  // namespace tillsync::agent
