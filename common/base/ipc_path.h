// What ZeroMQ leaves undone about the file of an ipc endpoint (ipc_path_posix.cpp). Any thread. For common/transport.
#pragma once

#include <string>

#include "common/base/error.h"

namespace tillsync::os {

/// Before a bind: removes a socket file that nobody listens on. kUnavailable when someone does; kInvalid when the path is taken by
/// another kind of file, which ZeroMQ would delete.
Result<void> clear_ipc_path(const std::string& path);
/// After a bind: owner and group may connect (0660), nobody else.
Result<void> restrict_ipc_path(const std::string& path);

}  // namespace tillsync::os
