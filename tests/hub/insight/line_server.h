// A server of a few lines for tests: each connection is given to `converse`, which reads and writes text; what it takes is kept
// before it answers, so that a client that has its answer finds all it sent in heard().
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

namespace tillsync::test {

class LineServer {
 public:
  class Line {
   public:
    Line(LineServer& server, int socket) : server_(server), socket_(socket) {}
    /// What comes up to and with `end`; less when the peer is gone.
    std::string take_until(const std::string& end) {
      char c = 0;
      std::string text;
      while (!text.ends_with(end) && ::recv(socket_, &c, 1, 0) == 1) text += c;
      server_.keep(text);
      return text;
    }
    std::string take(std::size_t count) {
      char c = 0;
      std::string text;
      while (text.size() < count && ::recv(socket_, &c, 1, 0) == 1) text += c;
      server_.keep(text);
      return text;
    }
    void send(const std::string& text) { (void)::send(socket_, text.data(), text.size(), MSG_NOSIGNAL); }

   private:
    LineServer& server_;
    int socket_;
  };
  explicit LineServer(std::function<void(Line&)> converse) : converse_(std::move(converse)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0)
      throw std::runtime_error("no socket");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~LineServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    ::shutdown(current_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  LineServer(const LineServer&) = delete;
  LineServer& operator=(const LineServer&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  int conversations() const { return conversations_; }
  std::string heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

 private:
  void keep(const std::string& text) {
    const std::lock_guard lock(mutex_);
    heard_ += text;
  }
  void serve() {
    while (!stopping_) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      if (connection < 0) return;
      current_ = connection;
      ++conversations_;
      Line line(*this, connection);
      converse_(line);
      current_ = -1;
      ::close(connection);
    }
  }
  std::function<void(Line&)> converse_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::string heard_;
  std::atomic<int> conversations_ = 0, current_ = -1;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

/// One HTTP request, answered with `answer`.
inline void converse_http(LineServer::Line& line, const std::string& answer) {
  std::string request = line.take_until("\r\n\r\n");
  if (const std::size_t at = request.find("Content-Length: "); at != std::string::npos) request += line.take(std::stoul(request.substr(at + 16)));
  line.send(answer);
}
/// One letter by SMTP; each command is answered, RCPT with `to_recipient`.
inline void converse_smtp(LineServer::Line& line, const std::string& to_recipient = "250 ok\r\n") {
  line.send("220 test\r\n");
  for (;;) {
    const std::string command = line.take_until("\r\n");
    if (command.empty() || command.starts_with("QUIT")) break;
    if (command.starts_with("RCPT")) line.send(to_recipient);
    else if (command.starts_with("DATA")) {
      line.send("354 go on\r\n");
      line.take_until("\r\n.\r\n");
      line.send("250 taken\r\n");
    } else line.send("250 ok\r\n");
  }
  line.send("221 bye\r\n");
}

}  // namespace tillsync::test
