#include "tests/sim/tills.h"

#include "tests/sim/chain_world.h"

namespace tillsync::sim {
namespace {

constexpr Duration kPatience = seconds(10);  // of a till that has no answer
constexpr std::int64_t kVoidOneIn = 25, kAgainOneIn = 30;

}  // namespace

Tills::Tills(ChainWorld& world, std::uint64_t seed) : world_(world), random_(seed) {}

void Tills::open() {
  for (auto& agent : world_.agents()) {
    for (int number = 1; number <= world_.plan().tills; ++number) open_at(*agent, number);
  }
}

void Tills::open_at(SimAgent& agent, int number) {
  tills_.push_back({agent.store, number, &agent, world_.plan().documents, 1, std::nullopt, 0});
  next(tills_.size() - 1);
}

bool Tills::are_done() const {
  for (const Till& till : tills_)
    if (till.asking && till.agent->sells) return false;
  return true;
}

void Tills::next(std::size_t index) {
  const Duration pace{2 * world_.plan().trade.micros / (world_.plan().documents + 1)};
  world_.later(milliseconds(1) + random_.up_to(pace), [this, index] {
    Till& till = tills_[index];
    if (world_.is_closing_time() || till.documents_left == 0 || !till.agent->sells) return;
    --till.documents_left;
    till.asking = make(till);
    ask(index);
  });
}

std::pair<int, std::size_t> Tills::make(Till& till) {
  std::vector<Doc>& docs = world_.docs();
  const auto upto = [this](std::int64_t limit) { return static_cast<std::int64_t>(random_.next() % static_cast<std::uint64_t>(limit + 1)); };
  std::vector<int> mine, cancellable;
  for (const Doc& doc : docs) {
    if (doc.store != till.store || doc.till != till.number) continue;
    const bool is_ticket = doc.kind == DocKind::kSale || doc.kind == DocKind::kReturn;
    if (is_ticket && doc.contents.size() == 1) mine.push_back(doc.id);
    if (is_ticket) cancellable.push_back(doc.id);
  }
  if (!mine.empty() && upto(kAgainOneIn - 1) == 0) {
    // The till has forgotten where its numbers stood.
    Doc& doc = docs[static_cast<std::size_t>(mine[static_cast<std::size_t>(upto(static_cast<std::int64_t>(mine.size()) - 1))])];
    doc.contents.push_back({{static_cast<int>(upto(kSkus - 1)), 100 + upto(50)}});
    doc.promised.push_back(false);
    return {doc.id, 1};
  }
  Doc doc;
  doc.id = static_cast<int>(docs.size());
  doc.store = till.store;
  doc.till = till.number;
  doc.number = till.next_no++;
  doc.occurred_us = world_.wall().micros + doc.id;  // no two alike
  const std::int64_t dice = upto(99);
  doc.kind = dice < 65 ? DocKind::kSale : dice < 75 ? DocKind::kReturn : dice < 85 ? DocKind::kReceipt : dice < 93 ? DocKind::kAdjustment : DocKind::kCount;
  if (!cancellable.empty() && upto(kVoidOneIn - 1) == 0) {
    doc.kind = DocKind::kVoid;
    doc.voids = cancellable[static_cast<std::size_t>(upto(static_cast<std::int64_t>(cancellable.size()) - 1))];
  }
  std::vector<DocLine> lines;
  const std::int64_t first = upto(kSkus - 1);
  const std::int64_t count = 1 + upto(2);
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t qty = 1 + upto(4);
    if (doc.kind == DocKind::kAdjustment) qty = upto(1) == 0 ? qty : -qty;
    if (doc.kind == DocKind::kReceipt || doc.kind == DocKind::kCount) qty = upto(60);
    if (doc.kind == DocKind::kReceipt) ++qty;
    lines.push_back({static_cast<int>((first + i) % kSkus), qty});
  }
  if (doc.kind == DocKind::kSale) {
    // Somebody comes for what is held for them, and takes all of it.
    if (const auto hold = world_.shoppers().take_one_to_fetch(till.store)) {
      doc.reservation_id = world_.shoppers().hold(*hold).reservation_id;
      lines = world_.shoppers().hold(*hold).lines;
    }
  }
  doc.contents.push_back(doc.kind == DocKind::kVoid ? std::vector<DocLine>{} : lines);
  doc.promised.push_back(false);
  docs.push_back(doc);
  return {doc.id, 0};
}

void Tills::ask(std::size_t index) {
  Till& till = tills_[index];
  if (!till.asking) return;
  const std::uint64_t question = ++till.question;
  const auto [id, content] = *till.asking;
  world_.later(kPatience + random_.up_to(kPatience), [this, index, question] {
    if (tills_[index].question == question && tills_[index].agent->sells) ask(index);
  });
  const std::string text = text_of(world_.docs()[static_cast<std::size_t>(id)], content, world_.docs());
  till.agent->take(text, [this, index, question](int code, std::uint64_t seq) {
    if (code == 0 || tills_[index].question != question) return;
    answered(index, code, seq);
  });
}

void Tills::answered(std::size_t index, int code, std::uint64_t seq) {
  Till& till = tills_[index];
  if (code != 200 && code != 201 && code != 409) return;  // it asks again in a while
  const auto [id, content] = *till.asking;
  Doc& doc = world_.docs()[static_cast<std::size_t>(id)];
  doc.promised[content] = true;
  doc.at_agent = true;
  doc.machine = till.agent->number;
  if (content == 0 && seq > 0) doc.seq = seq;
  world_.taken_since_backup_[till.agent->number].push_back(id);
  till.asking.reset();
  ++till.question;
  next(index);
}

}  // namespace tillsync::sim
