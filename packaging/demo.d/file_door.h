// Reads a CSV file, or one that zstd has packed, in pieces, so that its size does not matter. I/O; any thread.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "common/base/error.h"
#include "packaging/demo.d/retail_table.h"

namespace tillsync::demo {

/// Calls on_piece for the content in order; whether it is packed is seen from its first bytes, not from its name.
/// kNotFound, kIo, kCorrupt (bad or cut-off zstd data), or the error of on_piece.
Result<void> read_pieces(const std::filesystem::path& path, const std::function<Result<void>(std::string_view)>& on_piece);

/// The whole file as a table. kInvalid names path, line and column.
Result<RetailTable> read_retail_file(const std::filesystem::path& path);

}  // namespace tillsync::demo
