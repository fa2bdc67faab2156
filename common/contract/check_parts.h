// The checks of one kind of document each; check.cpp calls them. Pure. Source of the rules: CONTRACT.md; the table of
// codes stands in README.md beside this file.
#pragma once

#include "common/contract/check_walk.h"

namespace tillsync {

/// sale/1 and return/1. is_return: quantities and amounts mean goods and money coming back, so none may be negative.
void check_sale(Warnings& warnings, const Sale& sale, bool is_return, const Path& root);
void check_movement(Warnings& warnings, const StockMovement& movement, const Path& root);
void check_close(Warnings& warnings, const TillClose& close, const Path& root);
void check_event(Warnings& warnings, const TillEvent& event, const Path& root);
void check_void(Warnings& warnings, const Void& void_document, const Path& root);
void check_promise(Warnings& warnings, const Promise& promise, const Path& root);
void check_lease_close(Warnings& warnings, const LeaseClose& close, const Path& root);

/// A sum that may leave 64 bits; once it has, it stays "not a number" and equals nothing.
class Sum {
 public:
  static Sum impossible();
  void add(std::int64_t value) { total_ = total_ ? checked_add(*total_, value) : std::nullopt; }
  void subtract(std::int64_t value);
  /// nullopt when either has left 64 bits, or the difference does.
  std::optional<std::int64_t> minus(const Sum& other) const;
  bool is_within(std::int64_t value, std::int64_t tolerance) const;
  std::string text(int digits) const;

 private:
  std::optional<std::int64_t> total_ = 0;
};

/// "sum_mismatch" at `path` when the figure that was given is not the sum of what stands elsewhere.
void check_sum(Warnings& warnings, const Path& path, Amount given, const Sum& sum, std::string_view of, int digits,
               std::int64_t tolerance = 0);

}  // namespace tillsync
