// One till's books: numbers its documents without a gap and adds them up for the close of the day. Pure.
// Source: CONTRACT "till-close/1", "Certificate of completeness".
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "common/contract/document.h"

namespace tillsync::demo {

class TillBook {
 public:
  TillBook(LocationId location, TillId till) : location_(std::move(location)), till_(std::move(till)) {}

  /// Gives the document its `sequence` and adds it to the open period.
  void enter(Document& document);
  /// The close of the open period: counts and sums of its documents, every tender counted as expected. It takes a sequence
  /// number too; first_sequence and last_sequence span the period's documents and are left out when it had none.
  Document close(Date business_date, Instant at);

 private:
  struct Period {
    CloseCounts counts;
    std::int64_t documents = 0;
    std::int64_t first_sequence = 0, last_sequence = 0;
    DocumentNo first_document_no, last_document_no;
    Instant opened_at;
    std::map<std::string, Totals> totals;                                                  // by currency
    std::map<std::tuple<std::string, std::string, std::int64_t>, CloseTax> taxes;           // by currency, code, rate
    std::map<std::pair<std::string, std::string>, std::int64_t> tenders;                    // by type, currency
    std::map<std::string, std::int64_t> discounts;
  };

  void add_ticket(const Sale& ticket, int sign);

  LocationId location_;
  TillId till_;
  std::int64_t next_sequence_ = 1;
  std::int64_t next_z_ = 1;
  Period period_;
};

}  // namespace tillsync::demo
