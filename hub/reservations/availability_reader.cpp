#include "hub/reservations/availability_reader.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "hub/masterdata/product_facts.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;


std::string quantity(std::int64_t milli) { return format_quantity(Quantity{milli}); }

}  // namespace

std::int64_t confident_milli(std::int64_t available_milli, std::int64_t sold_per_day_milli, Duration silence) {
  if (available_milli <= 0) return 0;
  if (sold_per_day_milli <= 0 || silence.micros <= 0) return available_milli;
  const long double expected = static_cast<long double>(sold_per_day_milli) * static_cast<long double>(silence.micros) / kDayMicros;
  if (expected >= static_cast<long double>(available_milli)) return 0;
  const std::int64_t left = available_milli - static_cast<std::int64_t>(expected);
  const bool is_whole = available_milli % kUnitMilli == 0;
  return is_whole ? left / kUnitMilli * kUnitMilli : left;
}

Result<PositionFigures> AvailabilityReader::figures(const PositionKey& key) {
  if (const auto held = book_.find(key)) return *held;
  const std::uint64_t generation = book_.generation();
  TS_ASSIGN_OR_RETURN(const PositionFigures read, ReservationReader(connection_).figures(key));
  book_.offer(key, read, generation);
  return read;
}

Result<std::string> AvailabilityReader::answer(const AvailabilityQuery& query, const LastHeard& heard, Duration dark_after, Instant now) {
  if (query.skus.empty() || query.skus.size() > kAvailabilitySkusMax)
    return fail(ErrorCode::kInvalid, "read availability", "name 1 to " + std::to_string(kAvailabilitySkusMax) + " SKUs: ?sku=A&sku=B");
  if (query.locations.size() > kAvailabilityLocationsMax)
    return fail(ErrorCode::kInvalid, "read availability", "name at most " + std::to_string(kAvailabilityLocationsMax) + " locations");
  ReservationReader reader(connection_);
  json items = json::array();
  for (const Sku& sku : query.skus) {
    TS_ASSIGN_OR_RETURN(BundleParts made, reader.parts_of(sku));
    json item = {{"sku", sku.value}, {"needs_stock", made.needs_stock}, {"available", nullptr}, {"confident", nullptr}, {"locations", json::array()}};
    if (!made.needs_stock) {
      items.push_back(std::move(item));
      continue;
    }
    const bool is_bundle = !made.parts.empty();
    if (!is_bundle) made.parts.emplace_back(sku, kUnitMilli);
    std::vector<LocationId> locations = query.locations;
    if (locations.empty()) {
      TS_ASSIGN_OR_RETURN(locations, reader.locations_with(made.parts[0].first));
    }
    if (locations.size() > kAvailabilityLocationsMax) locations.resize(kAvailabilityLocationsMax);
    std::int64_t available_in_all = 0, confident_in_all = 0;
    for (const LocationId& location : locations) {
      const std::optional<Instant> last = heard(location);
      const Duration silence = last ? std::max(now - *last, Duration{0}) : Duration{0};
      const bool is_dark = silence > dark_after;
      std::int64_t available = std::numeric_limits<std::int64_t>::max(), confident = available;
      PositionFigures shown;
      for (const auto& [part, per_unit] : made.parts) {
        TS_ASSIGN_OR_RETURN(const PositionFigures of_part, figures({location, part}));
        std::int64_t rate = 0;
        if (is_dark) {
          TS_ASSIGN_OR_RETURN(rate, reader.sold_per_day_milli({location, part}, *last));
        }
        const std::int64_t there = available_milli(of_part);
        const std::int64_t likely = confident_milli(there, rate, silence);
        const auto units = [&, per = per_unit](std::int64_t milli) { return is_bundle ? std::max<std::int64_t>(0, milli) / per * kUnitMilli : milli; };
        available = std::min(available, units(there));
        confident = std::min(confident, units(likely));
        shown = of_part;
      }
      const bool is_fresh = !query.max_age_s || silence <= seconds(*query.max_age_s);
      json at = {{"location", location.value}, {"available", quantity(available)},
                 {"confident", quantity(confident)}, {"on_hand", nullptr},
                 {"reserved", nullptr}, {"leased", nullptr},
                 {"safety_stock", nullptr}, {"as_of", nullptr},
                 {"age_s", nullptr}, {"is_dark", is_dark},
                 {"is_fresh", is_fresh}};
      if (!is_bundle) {
        at["on_hand"] = quantity(shown.on_hand_milli);
        at["reserved"] = quantity(shown.reserved_milli);
        at["leased"] = quantity(shown.leased_milli);
        at["safety_stock"] = quantity(shown.safety_milli);
      }
      if (last) {
        at["as_of"] = format_instant(*last);
        at["age_s"] = silence.micros / 1'000'000;
      }
      if (is_fresh) {
        available_in_all = minus(available_in_all, -std::max<std::int64_t>(0, available));
        confident_in_all = minus(confident_in_all, -std::max<std::int64_t>(0, confident));
      }
      item["locations"].push_back(std::move(at));
    }
    item["available"] = quantity(available_in_all);
    item["confident"] = quantity(confident_in_all);
    items.push_back(std::move(item));
  }
  return json{{"as_of", format_instant(now)}, {"items", std::move(items)}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace tillsync::hub
