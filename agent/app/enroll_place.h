// Where a PC of a disk image stands, by its host name. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/error.h"

namespace tillsync::agent {

struct PcPlace {
  std::string location, till;  // "" = the host name does not say
};

inline constexpr std::size_t kHostStarsMax = 2;

/// "keep" | "upper" | "lower": what becomes of the letters that are taken out of a host name.
enum class HostCase : std::uint8_t { kKeep, kUpper, kLower };
Result<HostCase> parse_host_case(std::string_view text);

/// pattern: a host name with {location} and {till} where these stand, each at most once and one of them at least; * stands for anything,
/// kHostStarsMax times at most. {location} and {till} take at least one character, and the first of them as much as it can: by
/// "pos-{location}-{till}", "POS-uk-leeds-2" is till 2 of uk-leeds. The case of other letters does not matter; what stands behind the
/// first dot of `host` is left out. kInvalid: no such pattern, or the host name is not of its form; both with what to do.
Result<PcPlace> place_in_host_name(std::string_view pattern, std::string_view host, HostCase letters);

}  // namespace tillsync::agent
