// Tells a loop that a file was renamed or written into a folder (inotify). One thread.
#pragma once

#include <filesystem>
#include <memory>

#include "common/base/error.h"

namespace tillsync::os {

class FolderWatch {
 public:
  static Result<std::unique_ptr<FolderWatch>> open(const std::filesystem::path& folder);
  virtual ~FolderWatch() = default;
  /// Readable when something happened since the last clear().
  virtual int descriptor() const = 0;
  virtual void clear() = 0;
};

}  // namespace tillsync::os
