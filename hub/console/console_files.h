// The files of the web page, embedded at build time by tools/embed.mjs (or by CMake, of a hub that is built without the page).
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace tillsync::hub {

struct ConsoleFile {
  std::string_view path;          // "/assets/index-B5eKn6JI.js"; "/" is the page itself
  std::string_view content_type;
  std::string_view etag;          // with its quotes
  bool is_hashed;                 // the name tells the content: it may be kept for ever
  bool is_packed;                 // bytes are gzip
  std::size_t plain_bytes;        // unpacked
  std::string_view bytes;
};

/// Where the page wants the nonce of its answer.
inline constexpr std::string_view kConsoleNonceMark = "__CSP_NONCE__";

/// All files; the page itself is always among them.
std::span<const ConsoleFile> console_files();

}  // namespace tillsync::hub
