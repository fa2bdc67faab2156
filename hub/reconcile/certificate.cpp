#include "hub/reconcile/certificate.h"

#include <nlohmann/json.hpp>

namespace tillsync::hub {
namespace {

using nlohmann::json;

json amount_json(std::int64_t minor, const std::string& currency) { return currency.empty() ? json(minor) : json(format_amount({minor}, currency)); }

json totals_json(const TillDayChange& day) {
  std::map<std::pair<std::string, std::string>, const DayFigures*> sorted;
  for (const DayTotal& total : day.totals) sorted[{total.type, total.currency}] = &total.figures;
  json totals = json::array();
  for (const auto& [key, figures] : sorted) {
    const auto& [type, currency] = key;
    json total = {{"type", type}, {"currency", currency}, {"documents", figures->documents}};
    if (!currency.empty()) {
      total["net"] = amount_json(figures->net, currency);
      total["tax"] = amount_json(figures->tax, currency);
      total["gross"] = amount_json(figures->gross, currency);
      total["rounding"] = amount_json(figures->rounding, currency);
      total["discounts"] = amount_json(figures->discounts, currency);
      total["units"] = format_quantity({figures->units});
    }
    totals.push_back(std::move(total));
  }
  return totals;
}

json parts_json(const TillDayChange& day, std::string_view what, const char* label) {
  std::map<std::pair<std::string, std::string>, std::int64_t> sorted;
  for (const DayPart& part : day.parts) {
    if (part.what == what) sorted[{part.label, part.currency}] += part.amount;
  }
  json parts = json::array();
  for (const auto& [key, amount] : sorted) parts.push_back({{label, key.first}, {"currency", key.second}, {"amount", amount_json(amount, key.second)}});
  return parts;
}

json closes_json(const std::vector<CloseRecord>& closes) {
  const std::vector<DocumentNo> by = superseded_by(closes);
  json list = json::array();
  for (std::size_t i = 0; i < closes.size(); ++i) {
    list.push_back({{"z_no", closes[i].body.z_no}, {"document_no", closes[i].document_no.value}, {"revision", closes[i].body.revision}, {"superseded_by", nullptr}});
    if (!by[i].empty()) list.back()["superseded_by"] = by[i].value;
  }
  return list;
}

json till_json(const TillFacts& facts, const TillVerdict& verdict) {
  json missing = json::array();
  for (const NumberRange& range : verdict.missing) missing.push_back({range.first, range.last});
  json differences = json::array();
  for (const CloseDifference& difference : verdict.differences)
    differences.push_back({{"what", difference.what},
                           {"currency", difference.currency},
                           {"pos", amount_json(difference.pos, difference.currency)},
                           {"hub", amount_json(difference.hub, difference.currency)}});
  json over_short = json::array();
  for (const OverShort& off : verdict.over_short)
    over_short.push_back({{"z_no", off.z_no}, {"tender", off.tender}, {"currency", off.currency}, {"amount", amount_json(off.amount, off.currency)}});
  return {{"till", verdict.till.value},
          {"listed", verdict.is_listed},
          {"judged", to_string(verdict.how)},
          {"complete", verdict.is_complete},
          {"documents", facts.day.documents},
          {"closes", closes_json(facts.closes)},
          {"missing", std::move(missing)},
          {"missing_count", verdict.missing_count},
          {"doubled", verdict.doubled},
          {"differences", std::move(differences)},
          {"over_short", std::move(over_short)},
          {"totals", totals_json(facts.day)},
          {"taxes", parts_json(facts.day, kTaxPart, "code")},
          {"tenders", parts_json(facts.day, kTenderPart, "type")}};
}

json blockers_json(const std::vector<Blocker>& blockers) {
  json list = json::array();
  for (const Blocker& blocker : blockers) list.push_back({{"code", blocker.code}, {"till", blocker.till.value}, {"detail", blocker.detail}});
  return list;
}

json exceptions_json(const DayFacts& facts) {
  json list = json::array();
  for (const BlockingException& one : facts.exceptions)
    list.push_back({{"exception_id", one.exception_id}, {"code", one.code}, {"owner", one.owner}, {"detail", one.detail}, {"raised_at", format_instant(one.raised_at)}});
  return {{"count", facts.exception_count}, {"first", std::move(list)}};
}

json backlog_json(const std::vector<AgentBacklog>& agents) {
  json list = json::array();
  for (const AgentBacklog& agent : agents) {
    list.push_back({{"agent_id", agent.agent_id.value}, {"name", agent.name}, {"state", agent.state}, {"documents", agent.documents},
                    {"oldest_unsent_s", agent.oldest_unsent_s}, {"last_heard", nullptr}});
    if (agent.last_heard) list.back()["last_heard"] = format_instant(*agent.last_heard);
  }
  return list;
}

}  // namespace

json day_json(const DayFacts& facts, const DayVerdict& verdict) {
  json tills = json::array();
  static const TillFacts none;
  for (const TillVerdict& till : verdict.tills) {
    const auto of_till = facts.tills.find(till.till);
    tills.push_back(till_json(of_till == facts.tills.end() ? none : of_till->second, till));
  }
  json postings{{"posted", facts.postings.posted},   {"open", facts.postings.open}, {"unknown", facts.postings.unknown},
                {"refused", facts.postings.refused}, {"held", facts.postings.held}, {"skipped", facts.postings.skipped}};
  // Only where postings are summed, so that all others' certificates are as they were.
  if (facts.postings.collected != 0) postings["collected"] = facts.postings.collected;
  if (facts.postings.summed != 0) postings["summed"] = facts.postings.summed;
  return {{"location", facts.day.location.value},
          {"business_date", format_date(facts.day.business_date)},
          {"complete", verdict.is_complete},
          {"may_close", verdict.may_close},
          {"in_the_way", blockers_json(verdict.blockers)},
          {"tills", std::move(tills)},
          {"exceptions", exceptions_json(facts)},
          {"backlog", backlog_json(facts.agents)},
          {"postings", std::move(postings)}};
}

std::string canonical_json(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

std::string certificate_text(const CertificateHead& head, const DayFacts& facts, const DayVerdict& verdict) {
  json certificate = day_json(facts, verdict);
  certificate["contract"] = kCertificateContract;
  certificate["number"] = head.number;
  certificate["supersedes"] = nullptr;
  if (head.supersedes) certificate["supersedes"] = *head.supersedes;
  certificate["issued_at"] = format_instant(head.issued_at);
  certificate["issued_by"] = head.issued_by;
  certificate["forced"] = head.is_forced;
  certificate["reason"] = head.reason;
  return canonical_json(certificate);
}

std::string signed_certificate(std::string_view text, const Signature& signature, const SignaturePublicKey& public_key) {
  return R"({"algorithm":"ed25519","certificate":)" + std::string(text) + R"(,"public_key":")" + public_key.hex() + R"(","signature":")" + signature.hex() + R"("})";
}

}  // namespace tillsync::hub
