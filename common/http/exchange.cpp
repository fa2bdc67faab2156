#include "common/http/exchange.h"

#include <algorithm>
#include <charconv>

#include "common/base/net.h"
#include "common/http/target.h"

namespace tillsync::http {
namespace {

// A body that is somewhat too large is read and thrown away, so that its sender sees the 413 instead of a broken connection.
constexpr std::size_t kDrainFactor = 4;
constexpr std::chrono::seconds kBodyGrace(30);             // then a body must have arrived at this speed:
constexpr std::size_t kBodyBytesPerSecondMin = 1'000;

class ExchangeStream final : public Stream {
 public:
  explicit ExchangeStream(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  ~ExchangeStream() override { exchange_->close_stream(); }
  bool write(std::string_view bytes) override { return exchange_->write_stream(bytes); }

 private:
  std::shared_ptr<Exchange> exchange_;
};

class ExchangeResponder final : public Responder {
 public:
  explicit ExchangeResponder(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  // Harmless when an answer was given: only the first one counts.
  ~ExchangeResponder() override { exchange_->answer(problem(500, "Internal Server Error"), false); }
  void send(Response response) override { exchange_->answer(std::move(response), false); }
  std::unique_ptr<Stream> send_stream(Response head) override {
    exchange_->answer(std::move(head), true);
    return std::make_unique<ExchangeStream>(exchange_);
  }

 private:
  std::shared_ptr<Exchange> exchange_;
};

std::string peer_of(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return info == nullptr ? std::string() : os::address_text(info->client_addr);
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

}  // namespace

Response problem(int status, std::string_view title) {
  return Response{status,
                  "application/problem+json",
                  R"({"type":"about:blank","title":")" + std::string(title) + R"(","status":)" + std::to_string(status) + "}",
                  {}};
}

Exchange::Exchange(std::shared_ptr<Connections> connections, MHD_Connection* connection, std::string target,
                   const ServerOptions& options)
    : connections_(std::move(connections)),
      options_(options),
      request_bytes_max_(options.request_bytes_max),
      target_(std::move(target)),
      connection_(connection) {}

int Exchange::socket() const {
  const MHD_ConnectionInfo* info = MHD_get_connection_info(connection_, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info == nullptr ? -1 : info->connect_fd;
}

std::optional<Response> Exchange::begin(std::string_view method) {
  begun_ = true;
  begun_at_ = Clock::now();
  method_ = method == "HEAD" ? "GET" : method;
  connections_->set_busy(socket(), true);
  if (connections_->closing) refusal_ = 503;
  const auto header = [this](const char* name) { return MHD_lookup_connection_value(connection_, MHD_HEADER_KIND, name); };
  const char* length_text = header("Content-Length");
  if (length_text == nullptr) {
    if (header("Transfer-Encoding") != nullptr) request_bytes_max_ = body_limit();
    return std::nullopt;
  }
  // Two lengths for one body: a proxy may believe the other one.
  if (header("Transfer-Encoding") != nullptr) return problem(400, "Bad Request");
  std::uint64_t length = 0;
  const std::string_view text = length_text;
  if (std::from_chars(text.data(), text.data() + text.size(), length).ec != std::errc{}) return problem(400, "Bad Request");
  if (length > kSmallBodyBytes) request_bytes_max_ = body_limit();
  if (length <= request_bytes_max_) return std::nullopt;
  if (header("Expect") != nullptr || length > request_bytes_max_ * kDrainFactor) return problem(413, "Content Too Large");
  refusal_ = 413;
  return std::nullopt;
}

bool Exchange::take_body(std::string_view chunk) {
  body_bytes_seen_ += chunk.size();
  const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begun_at_);
  if (elapsed > kBodyGrace &&
      body_bytes_seen_ < static_cast<std::size_t>((elapsed - kBodyGrace).count()) * kBodyBytesPerSecondMin)
    return false;
  if (body_bytes_seen_ > request_bytes_max_) refusal_ = 413;
  if (body_bytes_seen_ > request_bytes_max_ * kDrainFactor) return false;
  if (refusal_ == 0 && !connections_->reserve_body(chunk.size())) refusal_ = 503;
  if (refusal_ != 0) {
    std::string().swap(body_);
    return true;
  }
  body_bytes_reserved_ += chunk.size();
  body_ += chunk;
  return true;
}

std::size_t Exchange::body_limit() {
  if (!options_.body_bytes_max) return options_.request_bytes_max;
  try {
    return std::min(options_.request_bytes_max, options_.body_bytes_max(build_request()));
  } catch (...) {
    return std::min(options_.request_bytes_max, kSmallBodyBytes);
  }
}

Request Exchange::build_request() {
  Request request;
  request.method = method_;
  request.body = std::move(body_);
  request.peer = peer_of(connection_);
  MHD_get_connection_values_n(
      connection_, MHD_HEADER_KIND,
      [](void* headers, MHD_ValueKind, const char* key, std::size_t key_size, const char* value, std::size_t value_size) {
        static_cast<std::vector<std::pair<std::string, std::string>>*>(headers)->emplace_back(
            lower_case({key, key_size}), value == nullptr ? std::string() : std::string(value, value_size));
        return MHD_YES;
      },
      &request.headers);
  return request;
}

std::optional<Response> Exchange::dispatch(const Handler& handler) {
  if (refusal_ != 0) return problem(refusal_, refusal_ == 413 ? "Content Too Large" : "Too Many Bytes In Flight");
  Result<Target> target = parse_target(target_);
  if (!target) return problem(400, "Bad Request");
  Request request = build_request();
  request.path = std::move(target->path);
  request.segments = std::move(target->segments);
  request.query = std::move(target->query);
  try {
    handler(std::move(request), std::make_unique<ExchangeResponder>(shared_from_this()));
  } catch (...) {
    // The responder has answered 500 while the exception passed it, or its new owner will answer.
  }
  const std::lock_guard lock(mutex_);
  if (!answered_ && connections_->stopping) {
    answered_ = true;
    response_ = problem(503, "Shutting Down");
  }
  if (answered_) return std::exchange(response_, std::nullopt);
  MHD_suspend_connection(connection_);
  suspended_ = true;
  return std::nullopt;
}

std::optional<Response> Exchange::take_answer() {
  const std::lock_guard lock(mutex_);
  return std::exchange(response_, std::nullopt);
}

bool Exchange::is_stream() const {
  const std::lock_guard lock(mutex_);
  return stream_;
}

ssize_t Exchange::read_stream(char* buffer, std::size_t size) {
  const std::lock_guard lock(mutex_);
  if (stream_overrun_) return MHD_CONTENT_READER_END_WITH_ERROR;
  if (!stream_bytes_.empty()) {
    const std::size_t count = std::min(size, stream_bytes_.size());
    stream_bytes_.copy(buffer, count);
    stream_bytes_.erase(0, count);
    return static_cast<ssize_t>(count);
  }
  if (stream_closed_ || connections_->stopping) return MHD_CONTENT_READER_END_OF_STREAM;
  MHD_suspend_connection(connection_);
  suspended_ = true;
  return 0;
}

void Exchange::end() {
  {
    const std::lock_guard lock(mutex_);
    if (begun_) connections_->set_busy(socket(), false);
    connection_ = nullptr;
    answered_ = true;
    std::string().swap(stream_bytes_);
  }
  connections_->release_body(body_bytes_reserved_);
  connections_->remove(this);
}

void Exchange::resume(std::unique_lock<std::mutex> lock) {
  if (!std::exchange(suspended_, false)) return;
  MHD_Connection* const connection = connection_;
  // A suspended connection cannot end, and only the caller that cleared the flag resumes it.
  lock.unlock();
  MHD_resume_connection(connection);
}

void Exchange::answer(Response response, bool is_stream) {
  std::unique_lock lock(mutex_);
  if (answered_) return;
  answered_ = true;
  stream_ = is_stream;
  response_ = std::move(response);
  resume(std::move(lock));
}

bool Exchange::write_stream(std::string_view bytes) {
  std::unique_lock lock(mutex_);
  if (connection_ == nullptr || !stream_ || stream_closed_ || stream_overrun_ || connections_->stopping) return false;
  const bool fits = stream_bytes_.size() + bytes.size() <= kStreamBytesMax;
  if (fits) stream_bytes_ += bytes;
  else stream_overrun_ = true;
  resume(std::move(lock));
  return fits;
}

void Exchange::close_stream() {
  std::unique_lock lock(mutex_);
  stream_closed_ = true;
  if (stream_) resume(std::move(lock));
}

void Exchange::shut_down() {
  std::unique_lock lock(mutex_);
  if (!answered_) {
    answered_ = true;
    response_ = problem(503, "Shutting Down");
  }
  resume(std::move(lock));
}

}  // namespace tillsync::http
