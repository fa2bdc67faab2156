// The jq child's side: `tillsync-hub jq-worker`. Reads requests from standard input, answers on standard output, ends when its input ends.
#pragma once

namespace tillsync::hub {

/// Address space that a program may take beyond what the child starts with.
inline constexpr long kJqMemoryBytesMax = 256L * 1024 * 1024;

/// 0: the input ended. 1: the limits could not be set, or the input was no frame.
int run_jq_worker();

}  // namespace tillsync::hub
