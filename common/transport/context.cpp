#include "common/transport/context.h"

#include <vector>

#include "common/transport/socket.h"

namespace tillsync::transport {
namespace {

constexpr const char* kZapEndpoint = "inproc://zeromq.zap.01";
constexpr std::size_t kZapRequestParts = 7;  // version, request id, domain, address, routing id, mechanism, credentials
constexpr std::size_t kKeyBytes = 32;

std::vector<zmq::message_t> receive_parts(zmq::socket_t& socket) {
  std::vector<zmq::message_t> parts;
  do {
    parts.emplace_back();
    while (!socket.recv(parts.back())) continue;
  } while (parts.back().more());
  return parts;
}

std::string as_z85(const zmq::message_t& key) {
  char text[41] = {};
  zmq_z85_encode(text, key.data<std::uint8_t>(), key.size());
  return text;
}

}  // namespace

Context::Context() : context_(1) {
  // Sockets are closed with linger 0; the context's end must not wait for anybody.
  context_.set(zmq::ctxopt::blocky, 0);
}

Context::~Context() {
  context_.shutdown();
  if (thread_.joinable()) thread_.join();
}

std::string Context::unique_name(const std::string& prefix) { return prefix + std::to_string(++names_); }

std::string Context::add_domain(Admit admit, std::shared_ptr<Counters> counters) {
  const std::lock_guard lock(mutex_);
  const std::string domain = unique_name("tillsync-");
  domains_.emplace(domain, Domain{std::move(admit), std::move(counters)});
  if (!thread_.joinable()) {
    zmq::socket_t socket(context_, zmq::socket_type::rep);
    socket.set(zmq::sockopt::linger, 0);
    socket.bind(kZapEndpoint);
    thread_ = std::thread([this, moved = std::move(socket)]() mutable { serve(std::move(moved)); });
  }
  return domain;
}

void Context::remove_domain(const std::string& domain) {
  const std::lock_guard lock(mutex_);
  domains_.erase(domain);
}

/// Returns the user id (the key in Z85), or "" to deny.
std::string Context::ask(const std::string& domain, const std::string& mechanism, const zmq::message_t& credentials) {
  const std::lock_guard lock(mutex_);
  const auto found = domains_.find(domain);
  if (found == domains_.end()) return {};
  std::string key;
  if (mechanism == "CURVE" && credentials.size() == kKeyBytes) key = as_z85(credentials);
  bool admitted = false;
  try {
    admitted = !key.empty() && found->second.admit(key);
  } catch (...) {
    // Whoever cannot be asked about is denied; the peer tries again by itself.
  }
  if (admitted) return key;
  ++found->second.counters->denied;
  return {};
}

void Context::serve(zmq::socket_t socket) {
  try {
    while (true) {
      const std::vector<zmq::message_t> request = receive_parts(socket);
      std::string user_id;
      if (request.size() == kZapRequestParts && request[0].to_string_view() == "1.0")
        user_id = ask(request[2].to_string(), request[5].to_string(), request[6]);
      const std::string request_id = request.size() > 1 ? request[1].to_string() : std::string();
      socket.send(zmq::str_buffer("1.0"), zmq::send_flags::sndmore);
      socket.send(zmq::buffer(request_id), zmq::send_flags::sndmore);
      socket.send(zmq::buffer(std::string_view(user_id.empty() ? "400" : "200")), zmq::send_flags::sndmore);
      socket.send(zmq::buffer(std::string_view(user_id.empty() ? "denied" : "")), zmq::send_flags::sndmore);
      socket.send(zmq::buffer(user_id), zmq::send_flags::sndmore);
      socket.send(zmq::message_t(), zmq::send_flags::none);
    }
  } catch (const zmq::error_t&) {
    // ETERM: the context ends.
  }
}

std::shared_ptr<Context> make_context() { return std::make_shared<Context>(); }

}  // namespace tillsync::transport
