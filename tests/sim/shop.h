// What the tills sell, and what must come of it: a model of the books that shares no code with the product. Documents are made,
// written as the JSON that a POS sends, and their effect on stock and money is added up here by the words of the contract.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tillsync::sim {

inline constexpr int kSkus = 6;

enum class DocKind { kSale, kReturn, kReceipt, kAdjustment, kCount, kVoid };

struct DocLine {
  int sku = 0;
  std::int64_t qty = 0;
  bool operator==(const DocLine&) const = default;
};

/// One document of a till. More than one content: the till has used its number again.
struct Doc {
  int id = 0, store = 0, till = 0, number = 0;
  DocKind kind = DocKind::kSale;
  std::int64_t occurred_us = 0;          // since 1970
  int voids = -1;                        // id of the document that this one cancels
  std::string reservation_id;            // that a sale hands over
  std::vector<std::vector<DocLine>> contents;

  std::vector<bool> promised;            // by content: some machine has told the till that it has it
  std::uint64_t seq = 0;                 // as the till was told
  int machine = -1;                      // that told it
  bool at_agent = false;                 // a machine of the store still holds it
  bool may_be_missing = false;           // no disk that has it may be left
};

std::string sku_name(int sku);
std::string store_name(int store);
std::string till_name(const Doc& doc);
std::string document_no(const Doc& doc);
/// The JSON of one of its contents.
std::string text_of(const Doc& doc, std::size_t content, const std::vector<Doc>& all);

/// What the books must say.
struct Books {
  std::map<std::pair<int, int>, std::int64_t> on_hand;  // store, SKU
  std::map<int, std::int64_t> gross;                    // minor units moved, by store: sales, returns and what voids turn around
  std::map<int, std::int64_t> takings;                  // minor units that came in, by store: sales less returns less voids
};

/// One document as the hub holds it: which content, and when its agent received it.
struct Booked {
  int doc = 0;
  std::size_t content = 0;
  std::int64_t received_us = 0;
};
/// In the order of arrival at the hub. on_hand = the latest count + the movements after it; a tie is before; a time more than five
/// minutes ahead of the receipt counts as the receipt.
Books books_of(const std::vector<Booked>& booked, const std::vector<Doc>& all);

}  // namespace tillsync::sim
