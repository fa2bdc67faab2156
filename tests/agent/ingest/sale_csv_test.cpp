#include "agent/ingest/sale_csv.h"

#include <catch2/catch.hpp>

#include "agent/ingest/ingest.h"

namespace tillsync::agent {
namespace {

const IngestContext kCsvContext{LocationId("GB"), Instant{1}, ""};
const std::string kHeader =
    "till,document_no,business_date,occurred_at,currency,prices_include_tax,line_no,kind,sku,description,qty,unit_price,amount,"
    "tax_code,tax_rate,tax_amount,tender_type\n";

std::string refusal(const std::string& text) {
  const auto documents = documents_in_csv(text);
  if (!documents) return documents.error().detail;
  const auto& tree = documents->at(0).tree;
  return tree ? "" : tree.error().detail;
}

}  // namespace

TEST_CASE("sale CSV: rows of one number become one document without a warning", "[agent][ingest]") {
  const auto documents = documents_in_csv(
      kHeader + "GB-1,536365,2010-12-01,2010-12-01T08:26:00Z,GBP,false,1,goods,85123A,HOLDER,6,2.55,15.30,S,0.175,2.68,card\n"
                "GB-1,536365,2010-12-01,2010-12-01T08:26:00Z,GBP,false,2,goods,71053,\"LANTERN, WHITE\",6,3.39,20.34,S,0.175,3.56,card\n"
                "GB-1,536366,2010-12-01,2010-12-01T08:28:00Z,GBP,true,,,22633,WARMER,1,1.00,1.00,S,0.2,0.17,\n");
  REQUIRE(documents);
  REQUIRE(documents->size() == 2);
  CHECK((*documents)[1].line == 4);
  const auto first = ingest_tree(*(*documents)[0].tree, kCsvContext);
  REQUIRE(first);
  CHECK(first->warnings.empty());
  const auto sale = std::get<Sale>(decode_document(first->payload)->body);
  CHECK(sale.lines.size() == 2);
  CHECK(sale.lines[1].description.value == "LANTERN, WHITE");
  CHECK(sale.tax_summary.size() == 1);
  CHECK(sale.tax_summary[0].base.minor == 3'564);
  CHECK(sale.totals.gross.minor == 4'188);
  CHECK(sale.tenders[0].amount.minor == 4'188);
  CHECK(sale.tenders[0].type == "card");

  const auto second = ingest_tree(*(*documents)[1].tree, kCsvContext);
  REQUIRE(second);
  CHECK(second->warnings.empty());
  const auto inclusive = std::get<Sale>(decode_document(second->payload)->body);
  CHECK(inclusive.totals.gross.minor == 100);
  CHECK(inclusive.totals.net.minor == 83);
  CHECK(inclusive.tenders[0].type == "cash");
  CHECK(inclusive.lines[0].kind == "goods");
  CHECK(inclusive.lines[0].line_no == 1);
}

TEST_CASE("sale CSV: the contract may be a return, and the currency's own decimals count", "[agent][ingest]") {
  const auto documents = documents_in_csv("contract,till,document_no,currency,sku,qty,unit_price,amount\nreturn/1,1,9,JPY,A,1,100,100\n");
  REQUIRE(documents);
  const auto row = ingest_tree(*(*documents)[0].tree, kCsvContext);
  REQUIRE(row);
  CHECK(std::get<Return>(decode_document(row->payload)->body).totals.gross.minor == 100);
}

TEST_CASE("sale CSV: what cannot be read says where", "[agent][ingest]") {
  CHECK(refusal("") == "the file has no header line");
  CHECK(refusal(kHeader) == "the table holds no document");
  CHECK(refusal("till,document_no,qty,unit_price,amount,colour\n") == "column 'colour' is not known");
  CHECK(refusal("till,till,document_no,qty,unit_price,amount\n") == "column 'till' is given twice");
  CHECK(refusal("till,document_no,qty,unit_price\n") == "column 'amount' is missing");
  CHECK(refusal("till,document_no,qty,unit_price,amount\n1,2,3,4\n").find("line 2 has 4 cells") == 0);
  CHECK(refusal("till,document_no,qty,unit_price,amount\n1,2,3,4,x\n").find("line 2, column amount") == 0);
  CHECK(refusal("till,document_no,prices_include_tax,qty,unit_price,amount\n1,2,maybe,3,4,5\n").find("line 2, column prices_include_tax") == 0);
  CHECK(refusal("till,document_no,qty,unit_price,amount\n1,2,1,1,90000000000000000\n1,2,1,1,90000000000000000\n").find("too large") != std::string::npos);
  CHECK(refusal("\"till").find("line 1") == 0);
}

TEST_CASE("sale CSV: a table is taken with its most rows and refused with one more", "[agent][ingest]") {
  const auto table = [](std::size_t rows) {  // the header counts as one
    std::string text = kHeader;
    for (std::size_t i = 1; i < rows; ++i) text += "GB-1,7,2010-12-01,2010-12-01T08:26:00Z,GBP,true,,,A,A,1,1.00,1.00,S,0.2,0.17,\n";
    return text;
  };
  CHECK(documents_in_csv(table(kCsvRowsMax)));
  const auto refused = documents_in_csv(table(kCsvRowsMax + 1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == 422);
  CHECK(refused.error().detail.find("more than 100000 rows") != std::string::npos);
}

}  // namespace tillsync::agent
