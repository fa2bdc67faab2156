// The self-check of stock: at start and once a day, on a connection of its own, whether sums are what their records say. What it finds
// is logged and becomes one exception; when a later check finds nothing, that settles.
#pragma once

#include <filesystem>
#include <memory>

#include "common/base/error.h"
#include "hub/writer/commands.h"

namespace tillsync::hub {

class StockWatch {
 public:
  /// The thread runs until the end of the object.
  static Result<std::unique_ptr<StockWatch>> start(const std::filesystem::path& database, WriterPort& writer);
  virtual ~StockWatch() = default;
};

/// One check; how many differences it found. Raises or settles the exception by the writer.
Result<std::size_t> check_stock(sql::Connection& reads, WriterPort& writer);

}  // namespace tillsync::hub
