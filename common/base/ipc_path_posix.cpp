#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/base/ipc_path.h"

namespace tillsync::os {
namespace {

bool someone_listens(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return false;
  const bool connected = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EAGAIN;
  ::close(socket);
  return connected;
}

}  // namespace

Result<void> clear_ipc_path(const std::string& path) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return {};
  const std::string operation = "listen on ipc://" + path;
  if (!S_ISSOCK(info.st_mode)) return fail(ErrorCode::kInvalid, operation, "another file is there", "choose another path");
  if (someone_listens(path)) return fail(ErrorCode::kUnavailable, operation, "another program listens there", "stop it first");
  if (::unlink(path.c_str()) != 0) return fail(ErrorCode::kDenied, operation, std::strerror(errno), "remove the old socket file");
  return {};
}

Result<void> restrict_ipc_path(const std::string& path) {
  if (::chmod(path.c_str(), 0660) != 0) return fail(ErrorCode::kIo, "set mode of " + path, std::strerror(errno));
  return {};
}

}  // namespace tillsync::os
