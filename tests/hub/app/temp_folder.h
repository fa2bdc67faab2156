// A folder that is gone at the end of its scope.
#pragma once

#include <filesystem>

#include "common/crypto/crypto.h"

namespace tillsync::hub::test {

struct TempFolder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / random_secret("tillsync-app-");
  TempFolder() { std::filesystem::create_directories(path); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

}  // namespace tillsync::hub::test
