#include "hub/reservations/reservation_loader.h"

#include <algorithm>
#include <set>

#include "hub/masterdata/masterdata_store.h"
#include "hub/reservations/reservation_rows.h"

namespace tillsync::hub {
namespace {

using sql::Row;

constexpr std::string_view kSelectDueReservations =
    "SELECT reservation_id FROM reservation WHERE expires_at IS NOT NULL AND expires_at <= $1 ORDER BY expires_at LIMIT $2";
constexpr std::string_view kSelectDueLeases =
    "SELECT lease_id FROM lease WHERE state = 'open' AND expires_at <= $1 ORDER BY expires_at LIMIT $2";
constexpr std::string_view kSelectHolders =
    "SELECT DISTINCT r.reservation_id FROM reservation_part p JOIN reservation r ON r.reservation_no = p.part_no / $2"
    " WHERE p.position_no = $1 AND p.open_milli <> 0";
constexpr std::string_view kSelectLeasesAt = "SELECT lease_id FROM lease WHERE position_no = $1 AND state IN ('open', 'ending', 'frozen')";
constexpr std::string_view kSelectLeasesOf = "SELECT lease_id FROM lease WHERE agent_id = $1 AND state IN ('open', 'ending', 'frozen')";
constexpr std::string_view kSelectClass =
    "SELECT DISTINCT p.sku FROM product p JOIN stock_balance b ON b.location = $2 AND b.sku = p.sku AND b.state = 'sellable' AND b.owner = ''"
    " WHERE p.stock_class = $1 AND p.stock_class <> '' ORDER BY p.sku";
constexpr std::string_view kSelectPolicyLeases =
    "SELECT lease_id FROM lease WHERE agent_id = $1 AND state IN ('open', 'ending', 'frozen') AND is_by_policy = 1 ORDER BY lease_no";
constexpr std::string_view kSelectAwaited =
    "SELECT event_no, location, sku, qty_milli FROM reservation_awaited WHERE reservation_id = $1 ORDER BY event_no";
constexpr std::string_view kSelectEpoch = "SELECT epoch FROM agent_epoch WHERE agent_id = $1 ORDER BY epoch_no DESC LIMIT 1";
constexpr std::string_view kSelectDifferences =
    "SELECT s.location, s.sku,"
    " (SELECT coalesce(sum(p.qty_milli), 0) FROM reservation_part p WHERE p.position_no = s.position_no) +"
    " (SELECT coalesce(sum(e.change_milli), 0) FROM reservation_entry e JOIN reservation_part p ON p.part_no = e.part_no WHERE p.position_no = s.position_no)"
    " AS reserved,"
    " (SELECT coalesce(sum(t.change_milli), 0) FROM lease_step t JOIN lease l ON l.lease_no = t.lease_no WHERE l.position_no = s.position_no) AS leased,"
    " s.reserved_milli, s.leased_milli"
    " FROM stock_position s WHERE s.reserved_milli <> reserved OR s.leased_milli <> leased";

}  // namespace

Result<Position*> ReservationLoader::position(const PositionKey& key) {
  const auto [entry, is_new] = rows_.positions.try_emplace(key);
  Position& position = entry->second;
  if (is_new) {
    position.key = key;
    if (auto read = read_position(connection_, position); !read) {
      rows_.positions.erase(key);
      return std::unexpected(std::move(read).error());
    }
    position.safety_milli = safety_of(safety_, key);
  }
  return &position;
}

Result<Reservation*> ReservationLoader::reservation(const std::string& id) {
  if (const auto kept = rows_.reservations.find(id); kept != rows_.reservations.end()) return &kept->second;
  TS_ASSIGN_OR_RETURN(auto read, read_reservation(connection_, id, [this](const PositionKey& key) { return position(key); }));
  if (!read) return nullptr;
  return &rows_.reservations.emplace(id, std::move(*read)).first->second;
}

Result<Lease*> ReservationLoader::lease(const std::string& id) {
  if (const auto kept = rows_.leases.find(id); kept != rows_.leases.end()) return &kept->second;
  TS_ASSIGN_OR_RETURN(auto read, read_lease(connection_, id, [this](const PositionKey& key) { return position(key); }));
  if (!read) return nullptr;
  return &rows_.leases.emplace(id, std::move(*read)).first->second;
}

Result<std::vector<std::string>> ReservationLoader::ids(std::string_view statement, std::initializer_list<sql::Param> params) {
  std::vector<std::string> found;
  TS_RETURN_IF_ERROR(connection_.query(statement, params, [&found](const Row& row) { found.emplace_back(row.text(0)); }));
  return found;
}

Result<const ProductFacts*> ReservationLoader::product(const Sku& sku) {
  const auto known = known_.products.find(sku.value);
  if (known != known_.products.end()) return &known->second;
  TS_ASSIGN_OR_RETURN(ProductFacts facts, read_product_facts(connection_, sku));
  return &known_.products.emplace(sku.value, std::move(facts)).first->second;
}

/// The policy's list, then all others that sell online, by name; where none says that it does, every open one.
Result<const std::vector<LocationId>*> ReservationLoader::sources() {
  if (known_.sources) return &*known_.sources;
  TS_ASSIGN_OR_RETURN(const std::vector<Location> locations, MasterdataReader(connection_).locations());
  const auto is_open = [](const Location& location) { return location.status.empty() || location.status == "open"; };
  const bool has_online = std::ranges::any_of(locations, [&](const Location& location) { return is_open(location) && location.sells_online; });
  std::set<std::string> names;
  for (const Location& location : locations) {
    if (is_open(location) && (location.sells_online || !has_online)) names.insert(location.id.value);
  }
  std::vector<LocationId> sources;
  for (const LocationId& location : policy_.nearest) {
    if (names.erase(location.value) > 0) sources.push_back(location);
  }
  for (const std::string& name : names) sources.emplace_back(name);
  known_.sources = std::move(sources);
  return &*known_.sources;
}

// ---- what documents name

Result<void> ReservationLoader::load_documents(const MicroBatch& batch) {
  for (const IncomingDocument& incoming : batch.documents) {
    if (incoming.verdict != Verdict::kNew || !incoming.effective || !incoming.document) continue;
    const Body& body = incoming.document->body;
    if (const std::string* named = named_reservation(*incoming.document)) {
      TS_RETURN_IF_ERROR(reservation(*named));
    } else if (const auto* promise = std::get_if<Promise>(&body)) {
      TS_RETURN_IF_ERROR(load_promise(incoming, *promise));
    } else if (const auto* close = std::get_if<LeaseClose>(&body)) {
      TS_RETURN_IF_ERROR(lease(close->lease_id));
    }
  }
  for (const CursorMoved& cursor : batch.cursors) {
    const auto known = rows_.epochs.find(cursor.agent_id.value);
    if (known == rows_.epochs.end()) continue;
    if (!rows_.are_epochs_doubtful && known->second == cursor.epoch) continue;
    // Another epoch is not always a newer one: of two machines with one key, the older's documents may come last. Intake has written them.
    rows_.epochs.erase(known);
    TS_RETURN_IF_ERROR(load_epoch(cursor.agent_id));
    TS_RETURN_IF_ERROR(load_leases_of(cursor.agent_id));
  }
  return {};
}

Result<void> ReservationLoader::load_promise(const IncomingDocument& incoming, const Promise& promise) {
  const std::string id = promise.promise_id.empty() ? event_id_text(incoming.event_id) : promise.promise_id;
  TS_RETURN_IF_ERROR(reservation(id));
  for (const PromiseLine& line : promise.lines) {
    TS_ASSIGN_OR_RETURN(const Lease* named, lease(line.lease_id));
    if (named == nullptr || named->position->key.sku != line.sku) TS_RETURN_IF_ERROR(position({incoming.location, line.sku}));
  }
  return connection_.query(kSelectAwaited, {std::string_view(id)}, [&](const Row& row) {
    rows_.awaited.push_back({row.integer(0), id, {LocationId(std::string(row.text(1))), Sku(std::string(row.text(2)))}, row.integer(3)});
  });
}

Result<void> ReservationLoader::load_leases_of(const AgentId& agent_id) {
  TS_ASSIGN_OR_RETURN(const auto lease_ids, ids(kSelectLeasesOf, {agent_id.view()}));
  for (const std::string& id : lease_ids) TS_RETURN_IF_ERROR(lease(id));
  return {};
}

// ---- what requests ask for

Result<void> ReservationLoader::load_requests(const MicroBatch& batch) {
  rows_.demands.resize(batch.requests.size());
  rows_.lease_positions.resize(batch.requests.size());
  for (std::size_t i = 0; i < batch.requests.size(); ++i) {
    const StockRequest& asked = batch.requests[i];
    if (const auto* reserve = std::get_if<ReserveStock>(&asked.demand)) {
      TS_ASSIGN_OR_RETURN(const Reservation* known, reservation(reservation_id_of(asked.scope, reserve->request.idempotency_key)));
      if (known == nullptr) TS_RETURN_IF_ERROR(load_demands(asked, reserve->request, rows_.demands[i]));
    } else if (const auto* step = std::get_if<StepReservation>(&asked.demand)) {
      TS_RETURN_IF_ERROR(reservation(step->reservation_id));
    } else if (const auto* grant = std::get_if<GrantLease>(&asked.demand)) {
      TS_RETURN_IF_ERROR(lease(lease_id_of(asked.scope, grant->idempotency_key)));
      TS_ASSIGN_OR_RETURN(rows_.lease_positions[i], position({grant->location, grant->sku}));
      TS_RETURN_IF_ERROR(load_epoch(grant->agent_id));
    } else if (const auto* change = std::get_if<StepLease>(&asked.demand)) {
      TS_RETURN_IF_ERROR(lease(change->lease_id));
    } else if (std::holds_alternative<CorrectPositions>(asked.demand)) {
      TS_RETURN_IF_ERROR(load_differences());
    }
  }
  return {};
}

Result<void> ReservationLoader::load_epoch(const AgentId& agent_id) {
  if (rows_.epochs.contains(agent_id.value)) return {};
  EpochId epoch;
  TS_RETURN_IF_ERROR(connection_.query(kSelectEpoch, {agent_id.view()}, [&epoch](const Row& row) {
    if (const auto read = EpochId::from_view(row.blob(0))) epoch = *read;
  }));
  rows_.epochs.emplace(agent_id.value, epoch);
  return {};
}

Result<void> ReservationLoader::load_wishes(const LeaseHolder& holder) {
  std::map<std::string, const LeaseRule*> wanted;  // by SKU; the first rule that names its class
  for (const LeaseRule& rule : policy_.leases) {
    TS_ASSIGN_OR_RETURN(const auto skus, ids(kSelectClass, {std::string_view(rule.stock_class), holder.location.view()}));
    for (const std::string& sku : skus) wanted.emplace(sku, &rule);
  }
  std::map<std::string, Lease*> held;
  TS_ASSIGN_OR_RETURN(const auto lease_ids, ids(kSelectPolicyLeases, {holder.agent_id.view()}));
  for (const std::string& id : lease_ids) {
    TS_ASSIGN_OR_RETURN(Lease * found, lease(id));
    if (found == nullptr) continue;
    held[found->position->key.sku.value] = found;
    wanted.emplace(found->position->key.sku.value, nullptr);
  }
  if (wanted.empty()) return {};
  TS_RETURN_IF_ERROR(load_epoch(holder.agent_id));
  for (const auto& [sku, rule] : wanted) {
    const auto known = held.find(sku);
    Lease* open = known == held.end() ? nullptr : known->second;
    TS_ASSIGN_OR_RETURN(Position * at, position({holder.location, Sku(sku)}));
    if (auto wish = plan_lease(holder, rule, *at, open, rows_.hold_now)) rows_.wishes.push_back(*wish);
  }
  return {};
}

Result<void> ReservationLoader::load_demands(const StockRequest& asked, const ReservationRequest& request, std::vector<LineDemand>& demands) {
  demands.reserve(request.lines.size());
  for (const ReservationLine& line : request.lines) {
    TS_ASSIGN_OR_RETURN(const ProductFacts* facts, product(line.sku));
    LineDemand& demand = demands.emplace_back();
    demand.line_no = line.line_no;
    demand.sku = line.sku;
    demand.qty_milli = line.qty.milli;
    demand.needs_stock = facts->needs_stock;
    if (!demand.needs_stock) continue;
    demand.is_bundle = !facts->parts.empty();
    demand.needs = facts->parts;
    if (!demand.is_bundle) demand.needs.push_back({line.sku, 1'000});
    TS_ASSIGN_OR_RETURN(const std::vector<LocationId> locations, locations_of(asked, request, line));
    for (const LocationId& location : locations) {
      Source& source = demand.sources.emplace_back();
      source.location = location;
      for (const PartNeed& need : demand.needs) {
        TS_ASSIGN_OR_RETURN(Position* of_part, position({location, need.sku}));
        source.positions.push_back(of_part);
      }
    }
  }
  return {};
}

Result<std::vector<LocationId>> ReservationLoader::locations_of(const StockRequest& asked, const ReservationRequest& request, const ReservationLine& line) {
  if (line.locations.empty()) {
    if (!asked.location.empty()) return std::vector{asked.location};
    TS_ASSIGN_OR_RETURN(const std::vector<LocationId>* all, sources());
    return *all;
  }
  std::vector<LocationId> locations;
  for (const LocationId& location : line.locations) {
    if (!location.empty() && std::ranges::find(locations, location) == locations.end()) locations.push_back(location);
  }
  if (request.sourcing != "nearest") return locations;
  const auto rank = [this](const LocationId& location) { return std::ranges::find(policy_.nearest, location) - policy_.nearest.begin(); };
  std::ranges::stable_sort(locations, {}, rank);
  return locations;
}

// ---- time

Result<void> ReservationLoader::load_due() {
  TS_ASSIGN_OR_RETURN(rows_.due_reservations, ids(kSelectDueReservations, {rows_.hold_now.micros, static_cast<std::int64_t>(kDueMax)}));
  for (const std::string& id : rows_.due_reservations) TS_RETURN_IF_ERROR(reservation(id));
  TS_ASSIGN_OR_RETURN(rows_.due_leases, ids(kSelectDueLeases, {rows_.hold_now.micros, static_cast<std::int64_t>(kDueMax)}));
  for (const std::string& id : rows_.due_leases) TS_RETURN_IF_ERROR(lease(id));
  return {};
}

// ---- shortages

Result<void> ReservationLoader::load_suspects(const MicroBatch& batch) {
  std::set<PositionKey> suspects;
  for (const StockChanged& change : batch.stock_changes) {
    if (!is_promisable(change)) continue;
    const auto known = rows_.positions.find(PositionKey{change.location, change.sku});
    if (known == rows_.positions.end()) continue;
    if (known->second.is_oversold || known->second.shortage_milli() > 0) suspects.insert(known->first);
  }
  for (const IncomingDocument& incoming : batch.documents) {
    if (incoming.verdict != Verdict::kNew || !incoming.effective || !incoming.document) continue;
    const auto* promise = std::get_if<Promise>(&incoming.document->body);
    if (promise == nullptr) continue;
    for (const PromiseLine& line : promise->lines) {
      const auto named = rows_.leases.find(line.lease_id);
      const bool is_leased = named != rows_.leases.end() && named->second.position->key.sku == line.sku;
      suspects.insert(is_leased ? named->second.position->key : PositionKey{incoming.location, line.sku});
    }
  }
  for (const PositionKey& key : suspects) TS_RETURN_IF_ERROR(load_candidates(rows_.positions.at(key)));
  return {};
}

Result<void> ReservationLoader::load_candidates(Position& position) {
  rows_.candidates.try_emplace(&position);
  if (position.position_no != 0) {
    TS_ASSIGN_OR_RETURN(const auto holders, ids(kSelectHolders, {position.position_no, kPartsPerReservation}));
    for (const std::string& id : holders) {
      TS_ASSIGN_OR_RETURN(Reservation * holder, reservation(id));
      if (holder != nullptr) TS_RETURN_IF_ERROR(load_candidate(position, *holder));
    }
    TS_ASSIGN_OR_RETURN(const auto lease_ids, ids(kSelectLeasesAt, {position.position_no}));
    for (const std::string& id : lease_ids) {
      TS_ASSIGN_OR_RETURN(Lease * at, lease(id));
      if (at != nullptr) rows_.leases_at[&position].push_back(at);
    }
  }
  return {};
}

Result<void> ReservationLoader::load_candidate(Position& position, Reservation& holder) {
  for (std::size_t index = 0; index < holder.parts.size(); ++index) {
    const ReservationPart& part = holder.parts[index];
    if (part.position != &position || part.open_milli == 0) continue;
    RulingCandidate candidate;
    candidate.reservation = &holder;
    candidate.part = index;
    const auto line = std::ranges::find(holder.request.lines, part.line_no, &ReservationLine::line_no);
    // The customer of a promise, or of a request of the store itself, comes to this place.
    const bool may_move = holder.promised_by.empty() && line != holder.request.lines.end() && line->sku == position.key.sku;
    candidate.can_move = may_move;
    if (may_move) {
      std::vector<LocationId> elsewhere = line->locations;
      if (elsewhere.empty() && !holder.scope.starts_with("agent:")) {
        TS_ASSIGN_OR_RETURN(const std::vector<LocationId>* all, sources());
        elsewhere = *all;
      }
      for (const LocationId& location : elsewhere) {
        if (location == position.key.location || location.empty()) continue;
        TS_ASSIGN_OR_RETURN(Position* other, this->position({location, position.key.sku}));
        candidate.alternatives.push_back(other);
      }
    }
    rows_.candidates[&position].push_back(std::move(candidate));
  }
  return {};
}

// ---- self-check

Result<void> ReservationLoader::load_differences() {
  std::optional<Error> failed;
  rows_.differences.clear();
  TS_RETURN_IF_ERROR(connection_.query(kSelectDifferences, {}, [&](const Row& row) {
    auto found = position({LocationId(std::string(row.text(0))), Sku(std::string(row.text(1)))});
    if (!found) {
      failed = found.error();
      return;
    }
    const std::int64_t reserved = row.integer(2), leased = row.integer(3);
    rows_.differences.push_back({*found, row.integer(4), reserved, row.integer(5), leased, minus(reserved, (*found)->reserved_milli), minus(leased, (*found)->leased_milli)});
  }));
  if (failed) return std::unexpected(*std::move(failed));
  return {};
}

}  // namespace tillsync::hub
