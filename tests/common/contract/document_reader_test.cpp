#include <catch2/catch.hpp>

#include "common/base/limits.h"
#include "common/contract/text.h"
#include "tests/common/contract/samples.h"

using namespace tillsync;
using samples::refusal;

TEST_CASE("reader: a sale becomes typed fields", "[contract][reader]") {
  const Document document = samples::document(samples::sale());
  const Header& header = document.header;
  CHECK(header.contract == "sale/1");
  CHECK(header.till == TillId("GB-1"));
  CHECK(header.document_no == DocumentNo("536365"));
  CHECK(header.business_date == *parse_date("2010-12-01"));
  CHECK(header.occurred_at == *parse_instant("2010-12-01T08:26:00Z"));
  CHECK(header.mode == "live");
  CHECK_FALSE(header.sequence.has_value());
  const auto& sale = std::get<Sale>(document.body);
  CHECK(sale.currency.code == "GBP");
  CHECK_FALSE(sale.prices_include_tax);
  REQUIRE(sale.lines.size() == 1);
  CHECK(sale.lines[0].sku == Sku("85123A"));
  CHECK(sale.lines[0].qty.milli == 6'000);
  CHECK(sale.lines[0].unit_price.micro == 2'550'000);
  CHECK(sale.lines[0].amount.minor == 1'530);
  CHECK(sale.tax_summary.at(0).rate.micro == 175'000);
  CHECK(sale.totals.gross.minor == 1'798);
}

TEST_CASE("reader: every contract name makes its own body", "[contract][reader]") {
  CHECK(std::holds_alternative<Return>(samples::document(samples::header("return/1")).body));
  CHECK(std::holds_alternative<StockMovement>(samples::document(samples::header("stock-movement/1")).body));
  CHECK(std::holds_alternative<TillClose>(samples::document(samples::header("till-close/1")).body));
  CHECK(std::holds_alternative<TillEvent>(samples::document(samples::header("till-event/1")).body));
  CHECK(std::holds_alternative<Void>(samples::document(samples::header("void/1")).body));
}

TEST_CASE("reader: without till, document number or contract there is no identity", "[contract][reader]") {
  for (const char* name : {"till", "document_no", "contract"}) {
    INFO(name);
    for (const bool is_absent : {true, false}) {
      auto json = samples::sale();
      if (is_absent)
        json.erase(name);
      else
        json[name] = "";
      CHECK(refusal(json).code == "no_identity");
      CHECK(refusal(json).pointer == "/" + std::string(name));
      CHECK(refusal(json).status == 422);
    }
    auto json = samples::sale();
    json[name] = nullptr;
    CHECK(refusal(json).code == "no_identity");
  }
}

TEST_CASE("reader: contracts and versions that are not known are refused", "[contract][reader]") {
  for (const char* contract : {"sale/2", "sale", "sale/1.1", "sale/01", "SALE/1", "customer/1", "nonsense/1"}) {
    auto json = samples::sale();
    json["contract"] = contract;
    INFO(contract);
    CHECK(refusal(json).code == "unknown_contract");
    CHECK(refusal(json).pointer == "/contract");
  }
}

TEST_CASE("reader: a value of the wrong type is refused with its pointer", "[contract][reader]") {
  const auto pointer = [](const char* path, const nlohmann::json& value) {
    auto json = samples::sale();
    json[nlohmann::json::json_pointer(path)] = value;
    const Problem problem = refusal(json);
    CHECK(problem.code == "wrong_type");
    return problem.pointer == path;
  };
  CHECK(pointer("/document_no", 536365));
  CHECK(pointer("/till", true));
  CHECK(pointer("/contract", nlohmann::json::array()));
  CHECK(pointer("/lines", nlohmann::json::object()));
  CHECK(pointer("/lines/0", "x"));
  CHECK(pointer("/lines/0/qty", true));
  CHECK(pointer("/lines/0/qty", "six"));
  CHECK(pointer("/lines/0/qty", ""));
  CHECK(pointer("/lines/0/sku", 12));
  CHECK(pointer("/lines/0/tax_codes", "S"));
  CHECK(pointer("/lines/0/tax_codes/0", 1));
  CHECK(pointer("/lines/0/description", 1));
  CHECK(pointer("/prices_include_tax", "false"));
  CHECK(pointer("/business_date", "2011-02-29"));
  CHECK(pointer("/business_date", 20101201));
  CHECK(pointer("/occurred_at", "2010-12-01T08:26:00"));
  CHECK(pointer("/occurred_at", 1291191960));
  CHECK(pointer("/totals", nlohmann::json::array()));
  CHECK(pointer("/sequence", "x"));
  CHECK(pointer("/fiscal", "x"));
}

TEST_CASE("reader: a document is an object", "[contract][reader]") {
  for (const char* body : {"[]", "1", "\"sale\"", "null", "true"})
    CHECK(samples::read_json(body).error().code == "wrong_type");
}

TEST_CASE("reader: the pointer of a list's document starts with its base", "[contract][reader]") {
  auto json = samples::sale();
  json["lines"][0]["qty"] = true;
  const auto tree = parse_tree(json.dump(), Syntax::kJson);
  CHECK(parse_document(*tree, "/3").error().pointer == "/3/lines/0/qty");
  CHECK(parse_document(Value{}, "/3").error().pointer == "/3");
}

TEST_CASE("reader: numbers that cannot be held exactly are out of range", "[contract][reader]") {
  const auto refused = [](const char* path, const nlohmann::json& value) {
    auto json = samples::sale();
    json[nlohmann::json::json_pointer(path)] = value;
    const Problem problem = refusal(json);
    CHECK(problem.pointer == path);
    return problem.code == "number_out_of_range";
  };
  CHECK(refused("/lines/0/amount", "15.305"));
  CHECK(refused("/lines/0/qty", "0.0001"));
  CHECK(refused("/lines/0/unit_price", "0.0000001"));
  CHECK(refused("/lines/0/qty", "9223372036854775.808"));
  CHECK(refused("/lines/0/qty", "1e300"));
  CHECK(refused("/lines/0/line_no", "1.5"));
  CHECK(refused("/sequence", "9223372036854775808"));
  auto json = samples::sale();
  json["lines"][0]["qty"] = "9223372036854775.807";
  CHECK(std::get<Sale>(samples::document(json).body).lines[0].qty.milli == INT64_MAX);
}

TEST_CASE("reader: amounts have the decimals of their currency, wherever the field stands", "[contract][reader]") {
  auto json = samples::sale();
  json["currency"] = "JPY";
  CHECK(refusal(json).code == "number_out_of_range");
  for (auto& [path, value] : std::map<std::string, std::string>{{"/lines/0/amount", "1530.0"},
                                                                {"/tax_summary/0/base", "1530"},
                                                                {"/tax_summary/0/amount", "268"},
                                                                {"/tenders/0/amount", "1798"},
                                                                {"/totals/net", "1530"},
                                                                {"/totals/tax", "268"},
                                                                {"/totals/gross", "1798"}})
    json[nlohmann::json::json_pointer(path)] = value;
  // The text has the lines before the currency; the field list decides the order of reading.
  CHECK(std::get<Sale>(samples::document(json).body).lines[0].amount.minor == 1'530);

  json["tenders"][0]["currency"] = "KWD";
  json["tenders"][0]["foreign_amount"] = "1.234";
  CHECK(std::get<Sale>(samples::document(json).body).tenders[0].foreign_amount.minor == 1'234);
  json["tenders"][0].erase("currency");
  CHECK(refusal(json).pointer == "/tenders/0/foreign_amount");
}

TEST_CASE("reader: a close's totals and tenders have currencies of their own", "[contract][reader]") {
  auto json = samples::header("till-close/1");
  json["currency"] = "GBP";
  json["opening_float"] = "100.25";
  json["totals"] = {{{"currency", "JPY"}, {"net", "300"}, {"gross", "324"}},
                    {{"currency", "KWD"}, {"net", "0.001"}, {"gross", "0.001"}}};
  json["tenders"] = {{{"type", "cash"}, {"currency", "JPY"}, {"expected", "324"}, {"counted", "0"}},
                     {{"type", "cash"}, {"expected", "1.25"}}};
  const auto close = std::get<TillClose>(samples::document(json).body);
  CHECK(close.totals[0].net.minor == 300);
  CHECK(close.totals[1].net.minor == 1);
  CHECK(close.opening_float.minor == 10'025);
  CHECK(close.tenders[0].counted == Amount{0});
  CHECK_FALSE(close.tenders[1].counted.has_value());
  CHECK(close.tenders[1].expected.minor == 125);  // the close's own currency
}

TEST_CASE("reader: null and empty text mean not given", "[contract][reader]") {
  auto json = samples::sale();
  const ContentHash hash = content_hash(samples::document(json));
  json["customer"] = nullptr;
  json["shift"] = "";
  json["mode"] = "";
  json["fiscal"] = nullptr;
  json["sequence"] = nullptr;
  json["lines"][0]["lots"] = nullptr;
  json["lines"][0]["pack_qty"] = nullptr;
  const Document document = samples::document(json);
  CHECK(document.header.mode == "live");
  CHECK(content_hash(document) == hash);
  CHECK(document.header.extras.empty());
}

TEST_CASE("reader: identifiers have up to 64 code points of NFC", "[contract][reader]") {
  auto json = samples::sale();
  std::string letters;
  for (std::size_t i = 0; i < kIdentifierCodePointsMax; ++i) letters += "e\u0301";  // decomposed é
  json["document_no"] = letters;
  const Document document = samples::document(json);
  CHECK(document.header.document_no.value.size() == 2 * kIdentifierCodePointsMax);
  CHECK(document.header.document_no.value.starts_with("\u00e9"));

  json["document_no"] = letters + "x";
  CHECK(refusal(json).code == "text_too_long");
  json["document_no"] = std::string(kIdentifierCodePointsMax + 1, 'x');
  CHECK(refusal(json).code == "text_too_long");
  json["document_no"] = "a\tb";
  CHECK(refusal(json).code == "bad_text");
  CHECK(refusal(json).pointer == "/document_no");
}

TEST_CASE("reader: free text has up to 4,000 code points and may hold line breaks", "[contract][reader]") {
  auto json = samples::sale();
  std::string text = "a\nb\t";
  while (count_code_points(text) < kFreeTextCodePointsMax) text += "\u2615";
  json["lines"][0]["description"] = text;
  CHECK(std::get<Sale>(samples::document(json).body).lines[0].description.value == text);
  json["lines"][0]["description"] = text + "x";
  CHECK(refusal(json).code == "text_too_long");
}

TEST_CASE("reader: 5,000 lines are read, one more is refused, in known and unknown lists", "[contract][reader]") {
  auto json = samples::header("stock-movement/1");
  json["lines"] = nlohmann::json::array();
  for (std::size_t i = 0; i < kDocumentLinesMax; ++i) json["lines"].push_back({{"sku", "A"}, {"qty", 1}});
  CHECK(std::get<StockMovement>(samples::document(json).body).lines.size() == kDocumentLinesMax);
  json["lines"].push_back({{"sku", "A"}, {"qty", 1}});
  CHECK(refusal(json).code == "too_many_lines");
  CHECK(refusal(json).pointer == "/lines");

  auto other = samples::sale();
  other["unknown"]["list"] = nlohmann::json::array();
  for (std::size_t i = 0; i <= kDocumentLinesMax; ++i) other["unknown"]["list"].push_back(1);
  CHECK(refusal(other).code == "too_many_lines");
  CHECK(refusal(other).pointer == "/unknown/list");
}

TEST_CASE("reader: unknown fields are kept where they stand", "[contract][reader]") {
  auto json = samples::sale();
  json["zebra"] = {{"deep", "6.000"}};
  json["lines"][0]["colour"] = "white";
  json["totals"]["points"] = 17;
  for (int i = 0; i < 100; ++i) json["many" + std::to_string(i)] = i;
  const Document document = samples::document(json);
  const auto& sale = std::get<Sale>(document.body);
  CHECK(document.header.extras.size() == 101);
  CHECK(sale.lines[0].extras == Extras{{"colour", Value{std::string("white")}}});
  CHECK(sale.totals.extras == Extras{{"points", Value{NumberText{"17"}}}});
  CHECK(nlohmann::json::parse(document_to_json(document))["zebra"]["deep"] == "6.000");
}

TEST_CASE("reader: no unmasked card number leaves it, not even in a refusal", "[contract][reader]") {
  const std::string pan = "4111111111111111";
  auto json = samples::sale();
  json["lines"][0]["description"] = "card 4111-1111-1111-1111";
  json["lines"][0]["reason"] = {{"code", "x"}, {"text", pan}};
  json["tenders"][0]["instrument_ref"] = pan;
  json["tenders"][0]["card"] = {{"last4", pan}, {"auth_code", pan}, {"pan", pan}, {"merchant", "4111111111111111"}};
  json["tenders"][0]["number"] = 4111111111111111;
  json["note"] = {{"texts", {pan, "x"}}};
  const Document document = samples::document(json);
  const auto& tender = std::get<Sale>(document.body).tenders[0];
  CHECK(tender.instrument_ref == "************1111");
  CHECK(tender.card->last4 == "************1111");
  CHECK(tender.card->merchant == pan);  // the acquirer's number, as long as a card's
  auto written = document_to_json(document);
  written.erase(written.find("\"merchant\""), 40);
  CHECK(written.find("11111111") == std::string::npos);
  CHECK(written.find("****-****-****-1111") != std::string::npos);

  auto wrong = samples::sale();
  wrong["business_date"] = pan;
  CHECK(refusal(wrong).detail.find("11111111") == std::string::npos);
}

TEST_CASE("reader: SKUs, GTINs and document numbers are never masked", "[contract][reader]") {
  auto json = samples::sale();
  json["document_no"] = "4111111111111111";
  json["lines"][0]["gtin"] = "4111111111111111";
  json["lines"][0]["ean"] = "4222222222222";  // 13 digits in an unknown field: rather a barcode
  const Document document = samples::document(json);
  CHECK(document.header.document_no.value == "4111111111111111");
  CHECK(std::get<Sale>(document.body).lines[0].gtin == "4111111111111111");
  CHECK(document_to_json(document).find("4222222222222") != std::string::npos);
}
