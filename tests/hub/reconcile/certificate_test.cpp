#include "hub/reconcile/certificate.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/hub/reconcile/reconcile_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

std::string golden_certificate() {
  const char* folder = std::getenv("TILLSYNC_SOURCE_DIR");
  const std::filesystem::path root = folder == nullptr ? std::filesystem::current_path() : std::filesystem::path(folder);
  std::ifstream file(root / "tests/golden/reconcile/close-certificate-1/forced.json", std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  std::string content = text.str();
  if (!content.empty() && content.back() == '\n') content.pop_back();
  return content;
}

/// A day with everything in it: a till whose numbers have a gap and whose close differs, one that sent nothing, an exception, a backlog.
DayFacts golden_facts() {
  DayFacts facts;
  facts.day = {LocationId("GB"), kFirstDay};
  facts.location.emplace();
  facts.location->tills = {{TillId("GB-1"), {}, {}, {}}, {TillId("GB-2"), {}, {}, {}}};
  TillFacts& till = facts.tills[TillId("GB-1")];
  till.till = TillId("GB-1");
  Document taxed = sale_of("536365", 1'530, 1);
  auto& money = std::get<Sale>(taxed.body);
  money.totals.tax = Amount{268};
  money.totals.gross = Amount{1'798};
  money.tenders[0].amount = Amount{1'798};
  money.tax_summary.push_back({"S", Rate{175'000}, Amount{1'530}, Amount{268}, {}});
  add_document(till.day, incoming(taxed));
  add_document(till.day, incoming(return_of("536366", 30, 4)));
  till.ranges = SequenceRanges({{1, 1}, {4, 5}});
  TillClose close = close_body("101", 1, 1'768);
  close.tenders[0].counted = Amount{1'760};
  till.closes.push_back({3, DocumentNo("Z-101"), 5, {}, close});
  add_listed_tills(facts);
  facts.exceptions.push_back({"x_1", "conflict", "finance", "sale/1 536365 of till GB-1 came again with other content: \"£\"", kNow});
  facts.exception_count = 1;
  facts.postings = {1, 1, 0, 0, 0, 0};
  facts.agents.push_back({AgentId("a_one"), "PC-1", "dark", 212, 2'460, kNow - seconds(2'460)});
  return facts;
}
CertificateHead golden_head() {
  CertificateHead head;
  head.number = 12;
  head.supersedes = 7;
  head.issued_at = kNow;
  head.issued_by = "ann";
  head.is_forced = true;
  head.reason = "till 2 is broken";
  return head;
}
std::string golden_text() { return certificate_text(golden_head(), golden_facts(), judge_day(golden_facts(), {}, kNow)); }
/// The seed of RFC 8032's first example, so that everybody can make the same signature.
SignatureKeyPair golden_keys() { return signature_keys_of(*SignatureSeed::from_view(*from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))); }

}  // namespace

TEST_CASE("certificate: version 1 is byte for byte what the golden file has", "[reconcile]") {
  const std::string text = golden_text();
  const std::string made = signed_certificate(text, sign(text, golden_keys()), golden_keys().public_key);
  if (std::getenv("TILLSYNC_WRITE_GOLDEN") != nullptr) std::ofstream("/tmp/forced.json") << made << "\n";
  CHECK(made == golden_certificate());
}

TEST_CASE("certificate: postings in sums are named where there are some", "[reconcile]") {
  DayFacts facts = golden_facts();
  const auto postings_of = [&facts] { return nlohmann::json::parse(certificate_text(golden_head(), facts, judge_day(facts, {}, kNow))).at("postings"); };
  CHECK(postings_of().size() == 6);
  facts.postings.summed = 412;
  facts.postings.collected = 3;
  CHECK(postings_of().at("summed") == 412);
  CHECK(postings_of().at("collected") == 3);
}

TEST_CASE("certificate: its text is canonical", "[reconcile]") {
  const std::string text = golden_text();
  CHECK(canonical_json(nlohmann::json::parse(text)) == text);
  CHECK(canonical_json({{"b", 1}, {"a", {{"d", "\"\n£"}, {"c", nullptr}}}}) == "{\"a\":{\"c\":null,\"d\":\"\\\"\\n£\"},\"b\":1}");
  // No number with a fraction: amounts are texts.
  CHECK(text.find("0.0}") == std::string::npos);
}

TEST_CASE("certificate: what it says", "[reconcile]") {
  const nlohmann::json certificate = nlohmann::json::parse(golden_text());
  CHECK(certificate.at("contract") == "close-certificate/1");
  CHECK(certificate.at("number") == 12);
  CHECK(certificate.at("supersedes") == 7);
  CHECK(certificate.at("complete") == false);
  CHECK(certificate.at("may_close") == false);
  CHECK(certificate.at("forced") == true);
  CHECK(certificate.at("tills").at(0).at("missing") == nlohmann::json{{2, 3}});
  CHECK(certificate.at("tills").at(0).at("totals").at(1).at("gross") == "17.98");
  CHECK(certificate.at("tills").at(1).at("till") == "GB-2");
  CHECK(certificate.at("in_the_way").size() == 5);
  CHECK(certificate.at("backlog").at(0).at("documents") == 212);
}

TEST_CASE("certificate: the signature fits this text and this key only", "[reconcile]") {
  const std::string text = golden_text();
  const Signature signature = sign(text, golden_keys());
  CHECK(is_signed_by(text, signature, golden_keys().public_key));
  std::string tampered = text;
  tampered.replace(tampered.find("17.98"), 5, "17.97");
  CHECK_FALSE(is_signed_by(tampered, signature, golden_keys().public_key));
  CHECK_FALSE(is_signed_by(text, signature, generate_signature_keys().public_key));
}
