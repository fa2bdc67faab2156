#include "common/contract/check_parts.h"

namespace tillsync {

Sum Sum::impossible() {
  Sum sum;
  sum.total_ = std::nullopt;
  return sum;
}

void Sum::subtract(std::int64_t value) {
  std::int64_t result = 0;
  if (!total_ || __builtin_sub_overflow(*total_, value, &result))
    total_ = std::nullopt;
  else
    total_ = result;
}

std::optional<std::int64_t> Sum::minus(const Sum& other) const {
  if (!other.total_) return std::nullopt;
  Sum difference = *this;
  difference.subtract(*other.total_);
  return difference.total_;
}

bool Sum::is_within(std::int64_t value, std::int64_t tolerance) const {
  Sum other;
  other.add(value);
  const auto difference = minus(other);
  return difference && *difference >= -tolerance && *difference <= tolerance;
}

std::string Sum::text(int digits) const {
  return total_ ? format_decimal(*total_, digits, digits) : "more than 64 bits hold";
}

void check_sum(Warnings& warnings, const Path& path, Amount given, const Sum& sum, std::string_view of, int digits,
               std::int64_t tolerance) {
  if (sum.is_within(given.minor, tolerance)) return;
  warnings.add("sum_mismatch", path,
               format_decimal(given.minor, digits, digits) + ", but " + std::string(of) + " is " + sum.text(digits));
}

}  // namespace tillsync
