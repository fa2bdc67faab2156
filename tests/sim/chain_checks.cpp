// The promises: what must hold after a step, and when everything has come to rest.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "hub/exceptions/exception_reader.h"
#include "hub/fleet/agent.h"
#include "hub/fleet/command_store.h"
#include "hub/fleet/fleet_store.h"
#include "hub/intake/event_reader.h"
#include "hub/ledger/stock_reader.h"
#include "hub/masterdata/masterdata_store.h"
#include "hub/outbound/outbound_store.h"
#include "hub/postings/posting_map.h"
#include "hub/postings/posting_reader.h"
#include "hub/postings/summed_store.h"
#include "tests/sim/chain_world.h"

namespace tillsync::sim {
namespace {

using nlohmann::json;

std::int64_t whole(const json& decimal) { return std::stoll(decimal.get<std::string>()); }

/// "1.5" → 150; two decimals at the most.
std::int64_t minor_of(const json& decimal) {
  const std::string text = decimal.get<std::string>();
  const auto point = text.find('.');
  const std::int64_t sign = text.starts_with('-') ? -1 : 1;
  std::int64_t minor = std::abs(std::stoll(text.substr(0, point))) * 100;
  if (point != std::string::npos) minor += std::stoll((text.substr(point + 1) + "00").substr(0, 2));
  return sign * minor;
}

Identity identity_of(const Doc& doc) {
  const char* contract = doc.kind == DocKind::kSale ? "sale" : doc.kind == DocKind::kReturn ? "return" : doc.kind == DocKind::kVoid ? "void" : "stock-movement";
  return {LocationId(store_name(doc.store)), TillId(till_name(doc)), Series(""), contract, DocumentNo(document_no(doc))};
}

/// Which of the document's contents this is; nullopt: none of them.
std::optional<std::size_t> content_in(const json& found, const Doc& doc) {
  if (doc.kind == DocKind::kVoid) return 0;
  std::vector<DocLine> lines;
  for (const json& line : found.value("lines", json::array()))
    lines.push_back({static_cast<int>(std::stoi(line.at("sku").get<std::string>().substr(4))), whole(line.at("qty"))});
  for (std::size_t i = 0; i < doc.contents.size(); ++i)
    if (doc.contents[i] == lines) return i;
  return std::nullopt;
}

std::string name_of(const Doc& doc) { return till_name(doc) + " " + document_no(doc); }

template <class T>
T sure(Result<T> result, const ChainWorld& world) {
  if (!result) world.fail("database", to_string(result.error()));
  return *std::move(result);
}

}  // namespace

bool ChainWorld::hub_has(const Doc& doc) {
  return sure(hub::EventReader(hub_.reads()).event_no_of(identity_of(doc)), *this).has_value();
}

void ChainWorld::check_agent(SimAgent& agent) {
  const auto read = agent::OutboxReader(*agent.reader_).state();
  if (!read) return;  // a disk with faults
  const agent::OutboxState& state = *read;
  SeenCursor& seen = agent_cursors_[&agent];
  if (seen.incarnation == state.incarnation && seen.epoch == state.epoch && state.acked_seq < seen.seq)
    fail("agent's cursor goes back", "store PC " + std::to_string(agent.number) + " from " + std::to_string(seen.seq) + " to " + std::to_string(state.acked_seq));
  if (seen.epoch != state.epoch && seen.epoch != EpochId{}) ++statistics_.rebases;
  seen = {state.incarnation, state.epoch, state.acked_seq};
  if (!hub_.is_running() || hub_restored_ || state.acked_seq + 1 <= state.first_seq) return;
  const auto position = hub::EventReader(hub_.reads()).epoch_position(hub::agent_id_of(agent.key), state.epoch);
  if (!position) return;
  if (!*position || (*position)->seq < state.acked_seq)
    fail("acknowledged before committed", "store PC " + std::to_string(agent.number) + " was told " + std::to_string(state.acked_seq) + ", the hub has " +
                                              (*position ? std::to_string((*position)->seq) : "nothing"));
  if ((*position)->seq == state.acked_seq && (*position)->chain != state.acked_chain)
    fail("histories differ", "store PC " + std::to_string(agent.number) + " and the hub have other chains at " + std::to_string(state.acked_seq));
}

void ChainWorld::check_hub() {
  check_reservations(false);
  if (!hub_.unsummed_day.empty()) fail("closing sums the day", hub_.unsummed_day + " was closed, and postings of it are collected still");
  if (!hub_restored_ && erp_.creates_again > 0) fail("ERP twice", "a posting was created that the ERP had already");
  const auto& agent = agents_[random() % agents_.size()];
  const auto seen = agent_cursors_.find(agent.get());
  if (seen == agent_cursors_.end()) return;
  const auto position = hub::EventReader(hub_.reads()).epoch_position(hub::agent_id_of(agent->key), seen->second.epoch);
  if (!position || !*position) return;
  std::uint64_t& before = hub_cursors_[{agent->key, seen->second.epoch}];
  if ((*position)->seq < before)
    fail("hub's cursor goes back", agent->key + " from " + std::to_string(before) + " to " + std::to_string((*position)->seq));
  before = (*position)->seq;
}

bool ChainWorld::is_at_rest(Failure* why) {
  // what: the same for whatever store and number, so that a shorter plan can be told from another failure.
  const auto no = [&](const char* what, const std::string& reason) {
    *why = {std::string("liveness: ") + what, reason, now_};
    return false;
  };
  if (!hub_.is_running()) return no("hub", "it does not run");
  if (!tills_.are_done()) return no("tills", "a till has no answer");
  for (const auto& agent : agents_) {
    if (agent->retired_) continue;
    const std::string name = "store PC " + std::to_string(agent->number);
    if (!agent->is_running()) return no("store PC", name + " does not run");
    if (agent->driver_->is_paused()) return no("pause", name + " is paused: " + agent->driver_->pause_text());
    if (!agent->driver_->is_ready()) return no("link", name + " is not linked");
    const auto state = agent->state_on_disk();
    if (state.acked_seq != state.last_seq)
      return no("outbox", name + " has " + std::to_string(state.last_seq) + " documents, " + std::to_string(state.acked_seq) + " are confirmed");
  }
  for (const auto& agent : agents_) {
    if (agent->retired_) continue;
    const AgentId id = hub::agent_id_of(agent->key);
    const auto known = sure(hub::FleetStore(hub_.reads()).find(id), *this);
    const std::string name = "store PC " + std::to_string(agent->number);
    if (!known || known->agent.public_key != agent->driver_->keys().public_key) return no("keys", name + " speaks with another key than the hub has of it");
    if (!known->agent.next_key.empty()) return no("keys", name + " has a next key that it does not use");
    for (const auto& command : sure(hub::CommandStore(hub_.reads()).open(id, wall()), *this)) return no("commands", name + " has not answered " + command.name);
  }
  const auto open = sure(hub::PostingReader(hub_.reads()).oldest_open(), *this);
  if (open) return no("postings", "they wait for the ERP");
  if (!sure(hub::collected_groups(hub_.reads()), *this).empty()) return no("sums", "postings wait to be summed");
  for (const auto& agent : agents_) {
    if (agent->retired_) continue;
    for (int sku = 0; sku < kSkus; ++sku) {
      const auto product = sure(hub::MasterdataReader(hub_.reads()).product(Sku(sku_name(sku))), *this);
      const auto there = agent->product(sku_name(sku));
      if (!there || there->find(product->description.value) == Bytes::npos)
        return no("inbox", "store PC " + std::to_string(agent->number) + " has not got " + product->description.value + ", its inbox ends at " +
                               std::to_string(sure(agent::InboxReader(*agent->reader_).last_no(), *this)) + ", the hub's at " +
                               std::to_string(sure(hub::OutboundStore(hub_.reads()).last_no(), *this)));
    }
  }
  return true;
}

void ChainWorld::check_at_rest() {
  note("at rest");
  for (const auto& agent : agents_)
    if (!agent->retired_) check_agent(*agent);
  const std::vector<Booked> booked = booked_at_hub();
  check_postings();
  check_stock_and_money(booked);
  check_exceptions();
  check_reservations(true);
  check_holds_at_rest();
  if (const auto healthy = hub_.reads().verify(); !healthy) fail("database", to_string(healthy.error()));
}

/// Every document that a till was promised is at the hub, once and as it was sent; nothing else is.
std::vector<Booked> ChainWorld::booked_at_hub() {
  hub::EventReader reader(hub_.reads());
  std::map<std::pair<std::string, std::string>, int> doc_of;
  for (const Doc& doc : docs_) doc_of[{till_name(doc), document_no(doc)}] = doc.id;
  std::vector<Booked> booked;
  std::set<int> found;
  hub::EventFilter filter;
  filter.limit = hub::kEventPageMax;
  while (true) {
    const hub::EventPage page = sure(reader.list(filter), *this);
    for (const hub::EventSummary& event : page.events) {
      if (event.till.value == "agent") continue;  // promises and closes: reservation_checks.cpp
      const auto known = doc_of.find({event.till.value, event.document_no.value});
      if (known == doc_of.end()) fail("only what was sold", "the hub has " + event.till.value + " " + event.document_no.value);
      const Doc& doc = docs_[static_cast<std::size_t>(known->second)];
      if (!found.insert(doc.id).second) fail("exactly once at the hub", name_of(doc) + " is there twice");
      const auto detail = sure(reader.find(event.event_id), *this);
      const auto content = content_in(json::parse(detail->document_json), doc);
      if (!content) fail("as it was sent", name_of(doc) + " is " + detail->document_json);
      booked.push_back({doc.id, *content, event.agent_received_at.value_or(Instant{}).micros});
      const auto conflicts = sure(reader.conflicts(event.event_id), *this);
      if (conflicts.size() > doc.contents.size() - 1) fail("conflicts are reported", name_of(doc) + " has more of them than contents");
      std::size_t promised = 0;
      for (const bool one : doc.promised) promised += one ? 1 : 0;
      const bool may_lack = doc.may_be_missing || agent_restored_ || cloned_ || is_damaged();
      if (!may_lack && promised > conflicts.size() + 1) fail("conflicts are reported", name_of(doc) + " lacks its second content");
    }
    if (!page.next) break;
    filter.after = page.next;
  }
  for (const Doc& doc : docs_) {
    // A second content may be there although the first is lost.
    statistics_.conflicts += sure(reader.conflicts(event_id_of(identity_of(doc))), *this).size();
    if (found.contains(doc.id) || doc.may_be_missing || std::ranges::none_of(doc.promised, std::identity{})) continue;
    if (is_damaged() && doc.machine >= 0 && doc.seq < agents_[static_cast<std::size_t>(doc.machine)]->state_on_disk().oldest_held_seq) continue;
    fail("nothing is lost", name_of(doc) + " was promised by store PC " + std::to_string(doc.machine) + " (seq " + std::to_string(doc.seq) +
                                ") and is not at the hub");
  }
  return booked;
}

void ChainWorld::check_stock_and_money(const std::vector<Booked>& booked) {
  const Books books = books_of(booked, docs_);
  hub::StockReader reader(hub_.reads());
  std::map<std::pair<int, int>, std::int64_t> on_hand;
  hub::StockFilter filter;
  filter.limit = hub::kStockPageMax;
  while (true) {
    const hub::StockPage page = sure(reader.list(filter), *this);
    for (const hub::StockRecord& record : page.stock)
      on_hand[{std::stoi(record.location.value.substr(1)), std::stoi(record.sku.value.substr(4))}] += record.on_hand.milli / 1'000;
    if (!page.next) break;
    filter.after = page.next;
  }
  for (const auto& [key, expected] : books.on_hand)
    if (on_hand[key] != expected)
      fail("stock", store_name(key.first) + " " + sku_name(key.second) + ": the hub has " + std::to_string(on_hand[key]) + ", it must be " + std::to_string(expected));
  for (const auto& [key, there] : on_hand)
    if (there != 0 && !books.on_hand.contains(key)) fail("stock", store_name(key.first) + " " + sku_name(key.second) + " is at the hub and nowhere else");
  const auto differences = sure(reader.verify(), *this);
  if (!differences.empty()) fail("stock", "a balance is not the sum of its entries");

  if (is_settled_by_hand()) return;
  std::map<std::pair<int, int>, std::int64_t> at_erp;
  std::map<int, std::int64_t> gross, takings;
  for (const auto& [key, posting] : erp_.booked) {
    const json body = json::parse(posting.body);
    const int store = std::stoi(body.at("location").get<std::string>().substr(1));
    std::int64_t debit = 0, credit = 0;
    for (const json& line : body.value("journal", json::array())) {
      if (line.contains("debit")) debit += minor_of(line.at("debit"));
      if (line.contains("credit")) credit += minor_of(line.at("credit"));
      if (!line.contains("tender")) continue;
      if (line.contains("debit")) takings[store] += minor_of(line.at("debit"));
      if (line.contains("credit")) takings[store] -= minor_of(line.at("credit"));
    }
    if (debit != credit) fail("money", "the ERP has an unbalanced posting " + key);
    gross[store] += debit;
    for (const json& line : body.value("stock", json::array()))
      at_erp[{store, std::stoi(line.at("sku").get<std::string>().substr(4))}] += whole(line.at("qty"));
  }
  for (const auto& [key, expected] : books.on_hand)
    if (at_erp[key] != expected)
      fail("stock at the ERP", store_name(key.first) + " " + sku_name(key.second) + ": it has " + std::to_string(at_erp[key]) + ", it must be " + std::to_string(expected));
  for (const auto& [store, expected] : books.takings)
    if (takings[store] != expected)
      fail("money", store_name(store) + ": the ERP took " + std::to_string(takings[store]) + ", it must be " + std::to_string(expected));
  if (plan_.sum_after.micros > 0) return;  // a sum shows what is left of debit and credit
  for (const auto& [store, expected] : books.gross)
    if (gross[store] != expected)
      fail("money", store_name(store) + ": the ERP moved " + std::to_string(gross[store]) + ", it must be " + std::to_string(expected));
}

/// Every document's posting is at the ERP once, and what depends on another behind it.
void ChainWorld::check_postings() {
  hub::EventReader events(hub_.reads());
  hub::PostingReader postings(hub_.reads());
  std::size_t count = 0;
  hub::PostingFilter filter;
  filter.limit = hub::kPostingPageMax;
  std::map<std::string, std::vector<std::pair<std::int64_t, std::uint64_t>>> by_key;
  // Which posting of the ERP names a document; a sum names many.
  std::map<std::string, std::string> named_by;
  for (const auto& [key, posting] : erp_.booked)
    for (const json& document : json::parse(posting.body).value("documents", json::array()))
      if (!named_by.try_emplace(document.get<std::string>(), key).second && !is_settled_by_hand())
        fail("exactly once at the ERP", "document " + document.get<std::string>() + " stands in two postings");
  while (true) {
    const hub::PostingPage page = sure(postings.list(filter), *this);
    for (const hub::PostingRecord& posting : page.postings) {
      const auto there = erp_.booked.find(posting.idempotency_key);
      if (posting.status == hub::PostingStatus::kSkipped && is_settled_by_hand()) continue;
      if (posting.status != hub::PostingStatus::kPosted) fail("everything at the ERP", posting.posting_id + " is " + std::string(to_string(posting.status)));
      const auto event_id = hub::event_id_of_posting(posting.posting_id);
      const bool is_named = is_settled_by_hand() || (event_id && named_by.contains(event_id_text(*event_id)));
      if (there == erp_.booked.end() && plan_.sum_after.micros > 0 && is_named) continue;  // part of a sum
      if (there == erp_.booked.end()) fail("everything at the ERP", posting.posting_id + " is called posted and is not there");
      ++count;
      by_key[posting.ordering_key].emplace_back(posting.posting_no, there->second.order);
    }
    if (!page.next) break;
    filter.after = page.next;
  }
  if (is_settled_by_hand()) return;
  if (count != erp_.booked.size())
    fail("exactly once at the ERP", "it has " + std::to_string(erp_.booked.size()) + " postings, the hub " + std::to_string(count));
  if (!erp_.other_bodies.empty()) fail("exactly once at the ERP", "one key came with two bodies: " + erp_.other_bodies[0]);
  if (hub_restored_) return;
  for (auto& [key, order] : by_key) {
    std::ranges::sort(order);
    if (!std::ranges::is_sorted(order, {}, [](const auto& one) { return one.second; })) fail("order at the ERP", key + " was not posted in the order of its documents");
  }
}

void ChainWorld::check_exceptions() {
  std::set<std::string> allowed = {"negative_stock", "conflict", "void_original_missing", "void_repeated", "count_superseded", "count_order_uncertain", "posting.outcome_unknown"};
  if (clock_jumped_) allowed.insert({"till_clock_ahead", "count_ahead_of_clock", "clock_skew"});
  if (std::ranges::any_of(plan_.actions, [](const Action& action) { return action.kind == ActionKind::kCloseDay; })) allowed.insert("day.reopened");
  if (erp_refused_ || is_settled_by_hand()) allowed.insert({"posting.refused", "posting.unknown_item"});
  if (cloned_) allowed.insert("identity_conflict");
  if (plan_.holds > 0 || plan_.leases > 0) allowed.insert({"reservation_broken", "oversold"});
  // A store or the hub that has lost its memory: what it had leased or promised waits for a person.
  if (hub_restored_ || agent_restored_ || cloned_)
    allowed.insert({"lease_frozen", "lease_mismatch", "lease_unknown", "promise_beyond_lease", "promise_id_taken", "reservation_unknown"});
  if (hub_restored_ || agent_restored_ || cloned_) allowed.insert("gap");
  std::uint64_t conflicts = 0;
  hub::ExceptionFilter filter;
  filter.limit = hub::kExceptionPageMax;
  while (true) {
    const hub::ExceptionPage page = sure(hub::ExceptionReader(hub_.reads()).list(filter), *this);
    for (const hub::ExceptionRecord& record : page.exceptions) {
      if (!allowed.contains(record.code)) fail("only what happened is reported", record.code + ": " + record.detail);
      if (record.code == "conflict") ++conflicts;
      if (record.code == "identity_conflict") ++statistics_.identity_conflicts;
    }
    if (!page.next) break;
    filter.after = page.next;
  }
  // A store that was restored may close a lease a second time, with other figures.
  const bool may_have_more = (plan_.holds > 0 || plan_.leases > 0) && (hub_restored_ || agent_restored_ || cloned_);
  if (may_have_more ? conflicts < statistics_.conflicts : conflicts != statistics_.conflicts)
    fail("conflicts are reported", std::to_string(statistics_.conflicts) + " second contents, " + std::to_string(conflicts) + " exceptions");
}

}  // namespace tillsync::sim
