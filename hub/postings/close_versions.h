// The closes of a till's business date as versions of each other: which one takes the place of which, and what is posted when another
// one comes. Whatever the order of arrival, what is posted adds up to the differences of those that count, each under the key of its own
// close. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/contract/document.h"

namespace tillsync::hub {

struct CloseVersion {
  std::int64_t event_no = 0;
  DocumentNo document_no;
  std::string z_no, supersedes;
  std::int64_t revision = 0;
  bool is_waiting = false;  // revises one that has not come: nothing of it is posted
};
CloseVersion version_of(std::int64_t event_no, const Header& header, const TillClose& close);

/// It names the other by document number or Z number, or is the higher revision (then the later event) of one Z number. Two that name each
/// other do not.
bool replaces(const CloseVersion& one, const CloseVersion& other);

/// A close takes effect: its own difference if it counts, less those that counted until now and that it replaces.
struct CloseStep {
  std::size_t version = 0;            // indexes
  std::vector<std::size_t> replaced;
  bool counts = true;                 // false: a newer one came before it
};
/// versions: all that are known of the till's date, the newest arrival last, which is looked at; those that waited for it follow. A revised
/// close that replaces none that is known waits: the one before it may stand at the ERP from elsewhere.
std::vector<CloseStep> take_in(std::span<CloseVersion> versions);

/// A close whose tenders differ by what the step is to post; beyond 64 bits it stays at their end.
TillClose difference_of(const TillClose& close, bool counts, std::span<const TillClose* const> replaced);

}  // namespace tillsync::hub
