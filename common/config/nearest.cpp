#include <algorithm>
#include <limits>
#include <numeric>

#include "common/config/config.h"

namespace tillsync::config {
namespace {

/// Levenshtein: the fewest characters to put in, take out or exchange.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t exchanged = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({row[j + 1] + 1, row[j] + 1, exchanged}));
    }
  }
  return row.back();
}

}  // namespace

std::string nearest(std::string_view key, const std::vector<Key>& keys) {
  std::string best;
  std::size_t best_distance = std::numeric_limits<std::size_t>::max();
  for (const Key& known : keys) {
    const std::size_t distance = edit_distance(key, known.path);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = known.path;
  }
  return best;
}

}  // namespace tillsync::config
