#include "hub/postings/correction.h"

#include <catch2/catch.hpp>

#include "common/contract/codec.h"
#include "hub/postings/journal.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

std::expected<Correction, Problem> correction_of(std::string_view json, std::string_view currency = "GBP") {
  const auto tree = parse_tree(json, Syntax::kJson);
  REQUIRE(tree);
  return parse_correction(*tree, currency, "/correction");
}
/// The pointer of the refusal; "taken" when there is none.
std::string refusal(std::string_view json) {
  const auto parsed = correction_of(json);
  return parsed ? "taken" : parsed.error().pointer;
}

JournalLine side(std::string account, std::int64_t debit, std::int64_t credit, std::string tax_code = {}) {
  JournalLine line;
  line.account = std::move(account);
  line.debit.minor = debit;
  line.credit.minor = credit;
  line.tax_code = std::move(tax_code);
  return line;
}

Posting card_sale() {
  Posting posting;
  posting.posting_id = "p_1";
  posting.kind = "sale";
  posting.currency = Currency{"GBP"};
  posting.gross.minor = 1798;
  posting.journal = {side("1010", 1798, 0), side("4000", 0, 1530), side("2200", 0, 268, "S")};
  return posting;
}

/// "account debit credit tax_code" of each line.
std::vector<std::string> lines_of(const Posting& posting) {
  std::vector<std::string> texts;
  for (const JournalLine& line : posting.journal)
    texts.push_back(line.account + " " + std::to_string(line.debit.minor) + " " + std::to_string(line.credit.minor) + " " + line.tax_code);
  return texts;
}
using Lines = std::vector<std::string>;

std::string many_names(std::size_t count) {
  std::string json = R"({"accounts":{)";
  for (std::size_t i = 0; i < count; ++i) json += (i > 0 ? "," : "") + ("\"" + std::to_string(i) + "\":\"x\"");
  return json + "}}";
}
std::string many_lines(std::size_t count) {
  std::string json = R"({"added_lines":[)";
  for (std::size_t i = 0; i < count; ++i) json += std::string(i > 0 ? "," : "") + R"({"account":"1","debit":"1.00"})";
  return json + "]}";
}

CorrectionStatus decided(std::optional<PostingStatus> status, std::string_view json, const Posting& posting = card_sale(), std::size_t earlier = 0,
                         std::string_view reason = "why") {
  const auto correction = correction_of(json, posting.currency.code);
  REQUIRE(correction);
  return decide_correction(status, posting, earlier, *correction, reason).status;
}

}  // namespace

TEST_CASE("correction: every form is read, and written as it reads", "[postings]") {
  for (const std::string json : {R"({"posting_date":"2010-02-01"})", R"({"accounts":{"4000":"4010"}})", R"({"tax_codes":{"S":"S20"}})",
                                 R"({"posting_date":"2010-02-01","accounts":{"4000":"4010","5":"6"},"tax_codes":{"S":"S20"}})",
                                 R"({"journal":[{"account":"1000","debit":"17.98"},{"account":"4000","credit":"17.98"}]})",
                                 R"({"added_lines":[{"account":"6900","credit":"0.01","tax_code":"S","text":"rounding"}]})"}) {
    INFO(json);
    const auto correction = correction_of(json);
    REQUIRE(correction);
    const std::string written = correction_to_json(*correction, "GBP");
    const auto again = correction_of(written);
    REQUIRE(again);
    CHECK(correction_to_json(*again, "GBP") == written);
  }
}

TEST_CASE("correction: amounts have the decimals of the posting's currency", "[postings]") {
  const auto yen = correction_of(R"({"added_lines":[{"account":"1","debit":"180"}]})", "JPY");
  REQUIRE(yen);
  CHECK(yen->added_lines[0].debit.minor == 180);
  CHECK_FALSE(correction_of(R"({"added_lines":[{"account":"1","debit":"1.80"}]})", "JPY"));
  CHECK_FALSE(correction_of(R"({"added_lines":[{"account":"1","debit":"1.805"}]})", "GBP"));
}

TEST_CASE("correction: what is not of the closed form is refused, with its place", "[postings]") {
  CHECK(refusal("[]") == "/correction");
  CHECK(refusal("{}") == "/correction");
  CHECK(refusal(R"({"accounts":null})") == "/correction");
  CHECK(refusal(R"({"accounts":{}})") == "/correction");
  CHECK(refusal(R"({"items":{"85123A":"X"}})") == "/correction/items");
  CHECK(refusal(R"({"posting_date":"2010-02-30"})") == "/correction/posting_date");
  CHECK(refusal(R"({"posting_date":20100201})") == "/correction/posting_date");
  CHECK(refusal(R"({"accounts":{"4000":4010}})") == "/correction/accounts/4000");
  CHECK(refusal(R"({"accounts":{"4000":""}})") == "/correction/accounts/4000");
  CHECK(refusal(R"({"accounts":{"":"4010"}})") == "/correction/accounts/");
  CHECK(refusal(R"({"tax_codes":"S"})") == "/correction/tax_codes");
  CHECK(refusal(R"({"tax_codes":{"S":")" + std::string(65, 'x') + R"("}})") == "/correction/tax_codes/S");
  CHECK(refusal(R"({"tax_codes":{"S":")" + std::string(64, 'x') + R"("}})") == "taken");
}

TEST_CASE("correction: a line has an account and one amount above zero", "[postings]") {
  CHECK(refusal(R"({"added_lines":[{"account":"1"}]})") == "/correction/added_lines/0");
  CHECK(refusal(R"({"added_lines":[{"debit":"1.00"}]})") == "/correction/added_lines/0/account");
  CHECK(refusal(R"({"added_lines":[{"account":"1","debit":"1.00","credit":"1.00"}]})") == "/correction/added_lines/0");
  CHECK(refusal(R"({"added_lines":[{"account":"1","debit":"-1.00"}]})") == "/correction/added_lines/0");
  CHECK(refusal(R"({"added_lines":[{"account":"1","debit":"0.01"}]})") == "taken");
  CHECK(refusal(R"({"added_lines":[{"account":"1","debit":"1.00","cost_centre":"7"}]})") == "/correction/added_lines/0/cost_centre");
  CHECK(refusal(R"({"added_lines":[{"account":"1","debit":"99999999999999999999"}]})") == "/correction/added_lines/0/debit");
}

TEST_CASE("correction: a journal stands alone and has two lines at least", "[postings]") {
  const std::string two = R"({"account":"1","debit":"1.00"},{"account":"2","credit":"1.00"})";
  CHECK(refusal(R"({"journal":[]})") == "/correction/journal");
  CHECK(refusal(R"({"journal":[{"account":"1","debit":"1.00"}]})") == "/correction/journal");
  CHECK(refusal(R"({"journal":[)" + two + R"(],"accounts":{"1":"2"}})") == "/correction/journal");
  CHECK(refusal(R"({"journal":[)" + two + R"(],"added_lines":[)" + two + "]}") == "/correction/journal");
  CHECK(refusal(R"({"journal":[)" + two + R"(],"posting_date":"2010-02-01"})") == "taken");
}

TEST_CASE("correction: names and lines up to their limits, and none beyond", "[postings]") {
  CHECK(refusal(many_names(kCorrectionNamesMax)) == "taken");
  CHECK(refusal(many_names(kCorrectionNamesMax + 1)) == "/correction/accounts");
  CHECK(refusal(many_lines(kCorrectionLinesMax)) == "taken");
  CHECK(refusal(many_lines(kCorrectionLinesMax + 1)) == "/correction/added_lines");
}

TEST_CASE("correction: laid over the posting in order, names all at once", "[postings]") {
  const Posting posting = card_sale();
  const std::vector<Correction> swapped{*correction_of(R"({"accounts":{"1010":"4000","4000":"1010"},"tax_codes":{"S":"S20"}})")};
  CHECK(lines_of(corrected(posting, swapped)) == Lines{"4000 1798 0 ", "1010 0 1530 ", "2200 0 268 S20"});
  const std::vector<Correction> twice{*correction_of(R"({"accounts":{"4000":"4010"}})"), *correction_of(R"({"accounts":{"4010":"4020"},"posting_date":"2010-02-01"})")};
  const Posting effective = corrected(posting, twice);
  CHECK(effective.journal[1].account == "4020");
  CHECK(effective.posting_date == *parse_date("2010-02-01"));
  CHECK(effective.gross.minor == posting.gross.minor);
  const std::vector<Correction> replaced{*correction_of(R"({"journal":[{"account":"1","debit":"1.00"},{"account":"2","credit":"0.90"}]})"),
                                         *correction_of(R"({"added_lines":[{"account":"3","credit":"0.10"}]})")};
  CHECK(lines_of(corrected(posting, replaced)) == Lines{"1 100 0 ", "2 0 90 ", "3 0 10 "});
  CHECK(lines_of(corrected(posting, {})) == lines_of(posting));
}

TEST_CASE("correction: a refused and a held posting can be corrected, others say why not", "[postings]") {
  const char* account = R"({"accounts":{"4000":"4010"}})";
  CHECK(decided(PostingStatus::kRefused, account) == CorrectionStatus::kDone);
  CHECK(decided(PostingStatus::kHeld, account) == CorrectionStatus::kDone);
  CHECK(decided(std::nullopt, account) == CorrectionStatus::kNotFound);
  CHECK(decided(PostingStatus::kPosted, account) == CorrectionStatus::kPosted);
  CHECK(decided(PostingStatus::kSending, account) == CorrectionStatus::kSending);
  CHECK(decided(PostingStatus::kUnknown, account) == CorrectionStatus::kOutcomeUnknown);
  CHECK(decided(PostingStatus::kQueued, account) == CorrectionStatus::kWaiting);
  CHECK(decided(PostingStatus::kRetrying, account) == CorrectionStatus::kWaiting);
  CHECK(decided(PostingStatus::kSkipped, account) == CorrectionStatus::kSkipped);
  CHECK(explanation(CorrectionStatus::kPosted).find("void") != std::string_view::npos);
  CHECK(explanation(CorrectionStatus::kPosted).find("replay") != std::string_view::npos);
  for (int status = 1; status <= static_cast<int>(CorrectionStatus::kTooMany); ++status)
    CHECK_FALSE(explanation(static_cast<CorrectionStatus>(status)).empty());
}

TEST_CASE("correction: a skipped posting that does not balance can be corrected, since nothing else leads on", "[postings]") {
  Posting broken = card_sale();
  broken.journal[0].debit.minor = 1797;
  CHECK(decided(PostingStatus::kSkipped, R"({"added_lines":[{"account":"1010","debit":"0.01"}]})", broken) == CorrectionStatus::kDone);
}

TEST_CASE("correction: the effective posting must balance", "[postings]") {
  Posting broken = card_sale();
  broken.journal[0].debit.minor = 1797;
  CHECK(decided(PostingStatus::kHeld, R"({"accounts":{"4000":"4010"}})", broken) == CorrectionStatus::kUnbalanced);
  CHECK(decided(PostingStatus::kHeld, R"({"added_lines":[{"account":"6900","debit":"0.01"}]})", broken) == CorrectionStatus::kDone);
  CHECK(decided(PostingStatus::kRefused, R"({"added_lines":[{"account":"6900","debit":"0.01"}]})") == CorrectionStatus::kUnbalanced);
  // In 128 bits: each side is beyond 64.
  Posting huge = card_sale();
  const std::string most = "92233720368547758.07";
  const std::string debit = R"({"account":"1","debit":")" + most + R"("})", credit = R"({"account":"2","credit":")" + most + R"("})";
  CHECK(decided(PostingStatus::kRefused, R"({"journal":[)" + debit + "," + debit + "," + credit + "," + credit + "]}", huge) == CorrectionStatus::kDone);
  CHECK(decided(PostingStatus::kRefused, R"({"journal":[)" + debit + "," + debit + "," + credit + "]}", huge) == CorrectionStatus::kUnbalanced);
}

TEST_CASE("correction: one that changes nothing, has no reason or is one too many is refused", "[postings]") {
  CHECK(decided(PostingStatus::kRefused, R"({"accounts":{"9999":"4010"}})") == CorrectionStatus::kNothingChanged);
  CHECK(decided(PostingStatus::kRefused, R"({"accounts":{"4000":"4010"}})", card_sale(), 0, "") == CorrectionStatus::kReasonMissing);
  CHECK(decided(PostingStatus::kRefused, R"({"accounts":{"4000":"4010"}})", card_sale(), kCorrectionsPerPostingMax - 1) == CorrectionStatus::kDone);
  CHECK(decided(PostingStatus::kRefused, R"({"accounts":{"4000":"4010"}})", card_sale(), kCorrectionsPerPostingMax) == CorrectionStatus::kTooMany);
}

TEST_CASE("correction: a posting of stock alone takes a date and no lines", "[postings]") {
  Posting stock;
  stock.kind = "stock";
  CHECK(decided(PostingStatus::kRefused, R"({"posting_date":"2010-02-01"})", stock) == CorrectionStatus::kDone);
  CHECK(decided(PostingStatus::kRefused, R"({"added_lines":[{"account":"1","debit":"1.00"}]})", stock) == CorrectionStatus::kNoJournal);
}
