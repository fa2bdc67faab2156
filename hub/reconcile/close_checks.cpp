#include "hub/reconcile/close_checks.h"

#include <algorithm>

namespace tillsync::hub {
namespace {

constexpr std::size_t kNamedInDetail = 5;  // ranges or figures that an exception's text names

std::string range_text(const NumberRange& range) {
  return range.first == range.last ? std::to_string(range.first) : std::to_string(range.first) + "-" + std::to_string(range.last);
}

std::string gap_text(const TillVerdict& verdict) {
  std::string text;
  for (std::size_t i = 0; i < std::min(verdict.missing.size(), kNamedInDetail); ++i) text += (i == 0 ? "" : ", ") + range_text(verdict.missing[i]);
  if (verdict.missing_count > 0) text = "missing " + std::to_string(verdict.missing_count) + ": " + text + (verdict.missing.size() > kNamedInDetail ? ", …" : "");
  if (verdict.doubled > 0) text += (text.empty() ? "" : "; ") + std::to_string(verdict.doubled) + " documents bear a number that another one has";
  return text;
}

std::string figure_text(std::int64_t value, const std::string& currency) { return currency.empty() ? std::to_string(value) : format_amount({value}, currency); }

std::string differences_text(const TillVerdict& verdict) {
  std::string text;
  for (std::size_t i = 0; i < std::min(verdict.differences.size(), kNamedInDetail); ++i) {
    const CloseDifference& difference = verdict.differences[i];
    text += (i == 0 ? "" : "; ") + difference.what + (difference.currency.empty() ? "" : " " + difference.currency) + ": close " +
            figure_text(difference.pos, difference.currency) + ", hub " + figure_text(difference.hub, difference.currency);
  }
  return text + (verdict.differences.size() > kNamedInDetail ? "; …" : "");
}

class Checker {
 public:
  explicit Checker(const DayPolicy& policy) : policy_(policy) {}

  void check(const TillCheck& till) {
    const TillVerdict verdict = judge_till(till.facts);
    if (till.has_new_close) result_.settled.push_back({"close.missing", till_day_subject(till.key), "the close came"});
    if (verdict.lacks_close || verdict.how == Judged::kIdle) return;
    const bool has_gap = verdict.missing_count > 0 || verdict.doubled > 0;
    say(till, has_gap, "sequence.gap", has_gap ? gap_text(verdict) : "every number is there");
    say(till, !verdict.differences.empty(), "close.differs", verdict.differences.empty() ? "close and documents agree" : differences_text(verdict));
    for (const OverShort& off : verdict.over_short) {
      if (!till.has_new_close || std::abs(off.amount) <= policy_.over_short_minor) continue;
      ExceptionRaised raised = about(till, "close.over_short");
      raised.subject += "/" + off.z_no + "/" + off.tender + "/" + off.currency;
      raised.detail = "close " + off.z_no + ": " + off.tender + (off.amount > 0 ? " over by " : " short by ") + format_amount({std::abs(off.amount)}, off.currency) +
                      " " + off.currency;
      result_.raised.push_back(std::move(raised));
    }
    result_.findings.emplace_back(till.key, std::min<std::int64_t>(verdict.missing_count, kSequenceMax) + verdict.doubled + static_cast<std::int64_t>(verdict.differences.size()));
  }

  CheckResult finish() { return std::move(result_); }

 private:
  ExceptionRaised about(const TillCheck& till, std::string_view code) const {
    ExceptionRaised raised;
    raised.code = code;
    raised.subject = till_day_subject(till.key);
    raised.cause_key = "till:" + till.key.location.value + "/" + till.key.till.value;
    raised.location = till.key.location;
    if (!till.facts.closes.empty()) raised.event_no = till.facts.closes.back().event_no;
    return raised;
  }
  void say(const TillCheck& till, bool is_found, std::string_view code, const std::string& detail) {
    if (!is_found) {
      result_.settled.push_back({std::string(code), till_day_subject(till.key), detail});
    } else if (till.has_new_close || !till.had_findings) {
      // Once: a check of a day that is known to differ would only count up.
      ExceptionRaised raised = about(till, code);
      raised.detail = detail;
      result_.raised.push_back(std::move(raised));
    }
  }

  const DayPolicy& policy_;
  CheckResult result_;
};

}  // namespace

CheckResult check_tills(const std::vector<TillCheck>& tills, const DayPolicy& policy) {
  Checker checker(policy);
  for (const TillCheck& till : tills) checker.check(till);
  return checker.finish();
}

}  // namespace tillsync::hub
