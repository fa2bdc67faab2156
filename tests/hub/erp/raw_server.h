// A server of a few bytes' making, for answers that no real one gives: what arrives is counted, what goes out is scripted.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

namespace tillsync::test {

/// Calls `answer` with the number of each whole request (from 1); its bytes go back, and the connection stays open unless they
/// are empty.
class RawServer {
 public:
  explicit RawServer(std::function<std::string(int)> answer) : answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
      throw std::runtime_error("no socket");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~RawServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    ::shutdown(current_, SHUT_RDWR);
    thread_.join();
    if (listener_ >= 0) ::close(listener_);
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/postings"; }
  int requests() const { return requests_; }
  /// From now on new connections are refused; the open one goes on. Call from `answer` only: its thread is the one that accepts.
  void refuse_connections() {
    ::close(listener_);
    listener_ = -1;
  }

 private:
  void serve() {
    while (!stopping_) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      if (connection < 0) return;
      current_ = connection;
      converse(connection);
      current_ = -1;
      ::close(connection);
    }
  }

  void converse(int connection) {
    std::string pending;
    char buffer[65'536];
    for (;;) {
      const ssize_t got = ::recv(connection, buffer, sizeof buffer, 0);
      if (got <= 0) return;
      pending.append(buffer, static_cast<std::size_t>(got));
      const std::size_t head = pending.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const std::size_t length_at = pending.find("Content-Length: ");
      const std::size_t body = length_at < head ? std::stoul(pending.substr(length_at + 16)) : 0;
      if (pending.size() < head + 4 + body) continue;
      pending.erase(0, head + 4 + body);
      const std::string bytes = answer_(++requests_);
      if (bytes.empty()) return;
      if (::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) return;
    }
  }

  std::function<std::string(int)> answer_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> requests_ = 0, current_ = -1;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace tillsync::test
