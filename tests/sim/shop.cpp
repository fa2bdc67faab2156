#include "tests/sim/shop.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace tillsync::sim {
namespace {

constexpr std::int64_t kAheadMaxUs = 5LL * 60 * 1'000'000;
constexpr std::int64_t kTaxDivisor = 5;  // 20 %

std::int64_t price_minor(int sku) { return 50LL * (sku + 1); }

std::string money(std::int64_t minor) {
  char text[48];
  std::snprintf(text, sizeof text, "%s%lld.%02lld", minor < 0 ? "-" : "", static_cast<long long>(std::abs(minor) / 100),
                static_cast<long long>(std::abs(minor) % 100));
  return text;
}

std::string date_of(std::int64_t micros) {
  const std::time_t seconds = micros / 1'000'000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
  return text;
}

std::string instant_of(std::int64_t micros) {
  const std::time_t seconds = micros / 1'000'000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32], all[64];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(all, sizeof all, "%s.%06lldZ", text, static_cast<long long>(micros % 1'000'000));
  return all;
}

std::string header(const Doc& doc, const std::string& contract) {
  return R"({"contract":")" + contract + R"(","till":")" + till_name(doc) + R"(","document_no":")" + document_no(doc) + R"(","business_date":")" +
         date_of(doc.occurred_us) + R"(","occurred_at":")" + instant_of(doc.occurred_us) + '"';
}

std::int64_t net_of(const std::vector<DocLine>& lines) {
  std::int64_t net = 0;
  for (const DocLine& line : lines) net += line.qty * price_minor(line.sku);
  return net;
}

std::string ticket(const Doc& doc, const std::vector<DocLine>& lines, const std::string& contract) {
  std::string text = header(doc, contract) + R"(,"currency":"GBP","prices_include_tax":false)";
  if (!doc.reservation_id.empty()) text += R"(,"reservation_id":")" + doc.reservation_id + '"';
  text += R"(,"lines":[)";
  int line_no = 0;
  for (const DocLine& line : lines) {
    text += (line_no > 0 ? "," : "") + std::string(R"({"line_no":)") + std::to_string(line_no + 1) + R"(,"kind":"goods","sku":")" + sku_name(line.sku) +
            R"(","qty":")" + std::to_string(line.qty) + R"(","unit_price":")" + money(price_minor(line.sku)) + R"(","amount":")" +
            money(line.qty * price_minor(line.sku)) + R"(","tax_codes":["S"])" + (contract == "return/1" ? R"(,"state":"sellable")" : "") + "}";
    ++line_no;
  }
  const std::int64_t net = net_of(lines), tax = net / kTaxDivisor;
  return text + R"(],"tax_summary":[{"code":"S","rate":"0.2","base":")" + money(net) + R"(","amount":")" + money(tax) +
         R"("}],"tenders":[{"tender_no":1,"type":"cash","amount":")" + money(net + tax) + R"("}],"totals":{"net":")" + money(net) + R"(","tax":")" +
         money(tax) + R"(","gross":")" + money(net + tax) + R"(","rounding":"0.00"}})";
}

std::string movement(const Doc& doc, const std::vector<DocLine>& lines, const std::string& type) {
  std::string text = header(doc, "stock-movement/1") + R"(,"type":")" + type + R"(","reference":"R-)" + std::to_string(doc.id) + '"';
  if (type == "count") text += R"(,"count_id":"C-)" + std::to_string(doc.id) + R"(","scope":"partial","final":true)";
  text += R"(,"lines":[)";
  for (std::size_t i = 0; i < lines.size(); ++i)
    text += (i > 0 ? "," : "") + std::string(R"({"sku":")") + sku_name(lines[i].sku) + R"(","qty":")" + std::to_string(lines[i].qty) + R"("})";
  return text + "]}";
}

/// How a line moves stock: +1, -1.
std::int64_t sign_of(DocKind kind) { return kind == DocKind::kSale ? -1 : 1; }

}  // namespace

std::string sku_name(int sku) { return "SKU-" + std::to_string(sku); }
std::string store_name(int store) { return "S" + std::to_string(store); }
std::string till_name(const Doc& doc) { return store_name(doc.store) + "-T" + std::to_string(doc.till); }
std::string document_no(const Doc& doc) { return std::to_string(100'000 + doc.number); }

std::string text_of(const Doc& doc, std::size_t content, const std::vector<Doc>& all) {
  const auto& lines = doc.contents[content];
  switch (doc.kind) {
    case DocKind::kSale: return ticket(doc, lines, "sale/1");
    case DocKind::kReturn: return ticket(doc, lines, "return/1");
    case DocKind::kReceipt: return movement(doc, lines, "receipt");
    case DocKind::kAdjustment: return movement(doc, lines, "adjustment");
    case DocKind::kCount: return movement(doc, lines, "count");
    case DocKind::kVoid: {
      const Doc& original = all[static_cast<std::size_t>(doc.voids)];
      return header(doc, "void/1") + R"(,"voids":{"till":")" + till_name(original) + R"(","contract":")" +
             (original.kind == DocKind::kSale ? "sale" : "return") + R"(","document_no":")" + document_no(original) + R"("}})";
    }
  }
  return {};
}

Books books_of(const std::vector<Booked>& booked, const std::vector<Doc>& all) {
  struct Move {
    std::int64_t at, qty;
  };
  std::map<std::pair<int, int>, std::vector<Move>> moves, counts;
  std::map<int, std::size_t> content_of;  // of what is booked
  Books books;
  for (const Booked& one : booked) content_of[one.doc] = one.content;
  std::map<int, bool> cancelled;
  for (const Booked& one : booked) {
    const Doc& doc = all[static_cast<std::size_t>(one.doc)];
    const std::int64_t at = doc.occurred_us > one.received_us + kAheadMaxUs ? one.received_us : doc.occurred_us;
    const auto& lines = doc.contents[one.content];
    const auto move = [&](const Doc& of, const std::vector<DocLine>& what, std::int64_t times) {
      for (const DocLine& line : what) moves[{of.store, line.sku}].push_back({at, times * sign_of(of.kind) * line.qty});
      const std::int64_t net = net_of(what);
      if (of.kind != DocKind::kSale && of.kind != DocKind::kReturn) return;
      books.gross[of.store] += net + net / kTaxDivisor;
      books.takings[of.store] += (of.kind == DocKind::kSale ? times : -times) * (net + net / kTaxDivisor);
    };
    if (doc.kind == DocKind::kCount) {
      for (const DocLine& line : lines) counts[{doc.store, line.sku}].push_back({at, line.qty});
    } else if (doc.kind == DocKind::kVoid) {
      const auto original = content_of.find(doc.voids);
      if (original == content_of.end() || cancelled[doc.voids]) continue;  // it never came, or was cancelled before
      cancelled[doc.voids] = true;
      const Doc& of = all[static_cast<std::size_t>(doc.voids)];
      move(of, of.contents[original->second], -1);
    } else {
      move(doc, lines, 1);
    }
  }
  for (const auto& [key, of_key] : moves) {
    std::int64_t on_hand = 0;
    const auto counted = counts.find(key);
    std::optional<Move> latest;
    if (counted != counts.end()) latest = *std::ranges::max_element(counted->second, {}, &Move::at);
    if (latest) on_hand = latest->qty;
    for (const Move& one : of_key)
      if (!latest || one.at > latest->at) on_hand += one.qty;
    books.on_hand[key] = on_hand;
  }
  for (const auto& [key, of_key] : counts)
    if (!moves.contains(key)) books.on_hand[key] = std::ranges::max_element(of_key, {}, &Move::at)->qty;
  return books;
}

}  // namespace tillsync::sim
