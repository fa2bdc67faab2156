#include "hub/postings/close_versions.h"

#include <algorithm>
#include <tuple>

#include "common/base/decimal.h"

namespace tillsync::hub {
namespace {

bool names(const CloseVersion& one, const CloseVersion& other) {
  return !one.supersedes.empty() && (other.document_no.value == one.supersedes || other.z_no == one.supersedes);
}

bool is_revised(const CloseVersion& version) { return version.revision > 0 || !version.supersedes.empty(); }

bool counts_among(std::span<const CloseVersion> versions, std::size_t index) {
  for (std::size_t i = 0; i < versions.size(); ++i)
    if (i != index && !versions[i].is_waiting && replaces(versions[i], versions[index])) return false;
  return true;
}

/// The earliest version that need not wait any longer; versions.size() when there is none.
std::size_t next_ready(std::span<const CloseVersion> versions) {
  std::size_t next = versions.size();
  for (std::size_t i = 0; i < versions.size(); ++i) {
    if (!versions[i].is_waiting) continue;
    const auto is_base = [&](const CloseVersion& other) { return !other.is_waiting && replaces(versions[i], other); };
    if (is_revised(versions[i]) && std::ranges::none_of(versions, is_base)) continue;
    const auto order = [&](std::size_t index) { return std::tuple(versions[index].revision, versions[index].event_no); };
    if (next == versions.size() || order(i) < order(next)) next = i;
  }
  return next;
}

std::int64_t saturated(std::int64_t a, std::int64_t b) { return checked_add(a, b).value_or(a < 0 ? -INT64_MAX : INT64_MAX); }

void add_difference(TillClose& into, const CloseTender& tender, std::int64_t minor) {
  for (CloseTender& known : into.tenders) {
    if (known.type != tender.type || known.currency != tender.currency) continue;
    known.over_short.minor = saturated(known.over_short.minor, minor);
    return;
  }
  CloseTender& added = into.tenders.emplace_back();
  added.type = tender.type;
  added.currency = tender.currency;
  added.over_short.minor = minor;
}

}  // namespace

CloseVersion version_of(std::int64_t event_no, const Header& header, const TillClose& close) {
  return {event_no, header.document_no, close.z_no, close.supersedes, close.revision, false};
}

bool replaces(const CloseVersion& one, const CloseVersion& other) {
  if (names(other, one)) return false;
  if (names(one, other)) return true;
  if (one.z_no.empty() || one.z_no != other.z_no) return false;
  return std::pair(one.revision, one.event_no) > std::pair(other.revision, other.event_no);
}

std::vector<CloseStep> take_in(std::span<CloseVersion> versions) {
  std::vector<CloseStep> steps;
  if (versions.empty()) return steps;
  versions.back().is_waiting = true;
  for (std::size_t ready = next_ready(versions); ready < versions.size(); ready = next_ready(versions)) {
    CloseStep& step = steps.emplace_back();
    step.version = ready;
    for (std::size_t i = 0; i < versions.size(); ++i)
      if (!versions[i].is_waiting && replaces(versions[ready], versions[i]) && counts_among(versions, i)) step.replaced.push_back(i);
    versions[ready].is_waiting = false;
    step.counts = counts_among(versions, ready);
  }
  return steps;
}

TillClose difference_of(const TillClose& close, bool counts, std::span<const TillClose* const> replaced) {
  if (counts && replaced.empty()) return close;
  TillClose difference = close;
  difference.tenders.clear();
  for (const CloseTender& tender : close.tenders)
    if (counts) add_difference(difference, tender, tender.over_short.minor);
  for (const TillClose* old : replaced)
    for (const CloseTender& tender : old->tenders) add_difference(difference, tender, tender.over_short.minor == INT64_MIN ? INT64_MAX : -tender.over_short.minor);
  return difference;
}

}  // namespace tillsync::hub
