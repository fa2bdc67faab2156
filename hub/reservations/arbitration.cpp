#include "hub/reservations/arbitration.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <optional>

#include "hub/masterdata/product_facts.h"

namespace tillsync::hub {
namespace {

__extension__ using Int128 = __int128;


/// a × b ÷ c without leaving 64 bits on the way; stays at the bounds.
std::int64_t scaled(std::int64_t a, std::int64_t b, std::int64_t c, bool round_up) {
  const Int128 product = static_cast<Int128>(a) * b;
  const Int128 result = (product + (round_up ? c - 1 : 0)) / c;
  return static_cast<std::int64_t>(std::clamp<Int128>(result, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()));
}

/// Works one allotment out; what it takes stands in Position::tentative_milli until it goes.
class Allotter {
 public:
  Allotter(const std::vector<LineDemand>& lines, const AllotmentRules& rules) : lines_(lines), rules_(rules) {}
  Allotter(const Allotter&) = delete;
  Allotter& operator=(const Allotter&) = delete;
  ~Allotter() { undo(0); }

  Allotment run() {
    std::vector<bool> is_done(lines_.size(), false);
    if (rules_.sourcing == Sourcing::kFewestParcels) take_few_parcels(is_done);
    for (std::size_t line = 0; line < lines_.size(); ++line) {
      if (lines_[line].needs_stock && !is_done[line]) take_line(line);
    }
    return finish();
  }

 private:
  struct Taken {
    Position* position;
    std::int64_t milli;
  };

  void take(std::size_t line, std::size_t source, std::int64_t qty_milli) {
    const LineDemand& demand = lines_[line];
    for (std::size_t part = 0; part < demand.needs.size(); ++part) {
      Position* position = demand.sources[source].positions[part];
      const std::int64_t milli = part_quantity(qty_milli, demand.needs[part]);
      position->tentative_milli += milli;
      taken_.push_back({position, milli});
    }
    allotment_.allocations.push_back({line, source, qty_milli});
  }

  void undo(std::size_t mark) {
    for (; taken_.size() > mark; taken_.pop_back()) taken_.back().position->tentative_milli -= taken_.back().milli;
  }

  std::vector<std::size_t> order_of(const LineDemand& demand) const {
    std::vector<std::size_t> order(demand.sources.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (rules_.sourcing == Sourcing::kMostStock) {
      std::vector<std::int64_t> units(order.size());
      for (std::size_t i = 0; i < order.size(); ++i) units[i] = units_at(demand, demand.sources[i]);
      std::stable_sort(order.begin(), order.end(), [&units](std::size_t a, std::size_t b) { return units[a] > units[b]; });
    }
    return order;
  }

  void take_line(std::size_t line) {
    const LineDemand& demand = lines_[line];
    const std::vector<std::size_t> order = order_of(demand);
    for (const std::size_t source : order) {
      if (units_at(demand, demand.sources[source]) >= demand.qty_milli) return take(line, source, demand.qty_milli);
    }
    std::int64_t rest = demand.qty_milli;
    if (rules_.may_split) {
      for (const std::size_t source : order) {
        const std::int64_t units = std::min(rest, units_at(demand, demand.sources[source]));
        if (units <= 0) continue;
        take(line, source, units);
        rest -= units;
        if (rest == 0) return;
      }
    } else {
      std::optional<std::size_t> best;
      for (const std::size_t source : order) {
        if (!best || units_at(demand, demand.sources[source]) > units_at(demand, demand.sources[*best])) best = source;
      }
      const std::int64_t units = best ? std::max<std::int64_t>(0, units_at(demand, demand.sources[*best])) : 0;
      if (units > 0) take(line, *best, units);
      rest -= units;
    }
    allotment_.shortages.push_back({line, demand.qty_milli - rest});
  }

  /// Locations by the order in which lines name them.
  std::vector<std::string> locations() const {
    std::vector<std::string> names;
    std::map<std::string, std::size_t, std::less<>> seen;
    for (const LineDemand& line : lines_) {
      for (const Source& source : line.sources) {
        if (seen.emplace(source.location.value, names.size()).second) names.push_back(source.location.value);
      }
    }
    return names;
  }

  static std::optional<std::size_t> source_at(const LineDemand& line, const std::string& location) {
    for (std::size_t source = 0; source < line.sources.size(); ++source) {
      if (line.sources[source].location.value == location) return source;
    }
    return std::nullopt;
  }

  /// Takes from the chosen locations, in their order, every line that one of them covers; says how many.
  std::size_t take_from(const std::vector<std::string>& chosen, std::vector<bool>& is_done) {
    std::size_t covered = 0;
    for (std::size_t line = 0; line < lines_.size(); ++line) {
      if (is_done[line] || !lines_[line].needs_stock) continue;
      for (const std::string& location : chosen) {
        const auto source = source_at(lines_[line], location);
        if (!source || units_at(lines_[line], lines_[line].sources[*source]) < lines_[line].qty_milli) continue;
        take(line, *source, lines_[line].qty_milli);
        is_done[line] = true;
        ++covered;
        break;
      }
    }
    return covered;
  }

  std::size_t covered_by(const std::vector<std::string>& chosen, const std::vector<bool>& is_done) {
    const std::size_t mark = taken_.size(), allocations = allotment_.allocations.size();
    std::vector<bool> tried = is_done;
    const std::size_t covered = take_from(chosen, tried);
    undo(mark);
    allotment_.allocations.resize(allocations);
    return covered;
  }

  std::optional<std::vector<std::string>> exact_choice(const std::vector<std::string>& names, std::size_t wanted, const std::vector<bool>& is_done) {
    const std::size_t count = names.size();
    for (std::size_t a = 0; a < count; ++a) {
      if (covered_by({names[a]}, is_done) == wanted) return std::vector{names[a]};
    }
    if (count > kExactSourcesMax) return std::nullopt;
    for (std::size_t a = 0; a < count; ++a) {
      for (std::size_t b = a + 1; b < count; ++b) {
        if (covered_by({names[a], names[b]}, is_done) == wanted) return std::vector{names[a], names[b]};
      }
    }
    for (std::size_t a = 0; a < count; ++a) {
      for (std::size_t b = a + 1; b < count; ++b) {
        for (std::size_t c = b + 1; c < count; ++c) {
          if (covered_by({names[a], names[b], names[c]}, is_done) == wanted) return std::vector{names[a], names[b], names[c]};
        }
      }
    }
    return std::nullopt;
  }

  void take_few_parcels(std::vector<bool>& is_done) {
    std::vector<std::string> names = locations();
    const auto wanted = static_cast<std::size_t>(std::ranges::count_if(lines_, [](const LineDemand& line) { return line.needs_stock; }));
    if (const auto choice = exact_choice(names, wanted, is_done)) {
      take_from(*choice, is_done);
      return;
    }
    while (!names.empty()) {
      std::size_t best = 0, best_covered = 0;
      for (std::size_t i = 0; i < names.size(); ++i) {
        const std::size_t covered = covered_by({names[i]}, is_done);
        if (covered <= best_covered) continue;
        best = i;
        best_covered = covered;
      }
      if (best_covered == 0) return;
      take_from({names[best]}, is_done);
      names.erase(names.begin() + static_cast<std::ptrdiff_t>(best));
    }
  }

  Allotment finish() {
    const bool needs_none = std::ranges::none_of(lines_, &LineDemand::needs_stock);
    const bool has_some = needs_none || !allotment_.allocations.empty();
    allotment_.is_granted = allotment_.shortages.empty() || (rules_.may_be_partial && has_some);
    if (!allotment_.is_granted) allotment_.allocations.clear();
    return std::move(allotment_);
  }

  const std::vector<LineDemand>& lines_;
  AllotmentRules rules_;
  Allotment allotment_;
  std::vector<Taken> taken_;
};

}  // namespace

std::int64_t units_at(const LineDemand& line, const Source& source) {
  std::int64_t units = std::numeric_limits<std::int64_t>::max();
  for (std::size_t part = 0; part < line.needs.size(); ++part) {
    const std::int64_t available = source.positions[part]->available_milli();
    if (available <= 0) return 0;
    units = std::min(units, scaled(available, kUnitMilli, line.needs[part].per_unit_milli, false));
  }
  return line.is_bundle ? units / kUnitMilli * kUnitMilli : units;
}

Allotment allot(const std::vector<LineDemand>& lines, const AllotmentRules& rules) { return Allotter(lines, rules).run(); }

}  // namespace tillsync::hub
