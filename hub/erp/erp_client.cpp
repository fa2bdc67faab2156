#include "hub/erp/erp_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <mutex>
#include <unordered_map>

namespace tillsync::hub {
namespace {

struct MultiCloser {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct EasyCloser {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListCloser {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// One request on its way; the handle points into it, so it stays where it is.
struct Transfer {
  std::uint64_t tag = 0;
  std::unique_ptr<CURL, EasyCloser> easy;  // used again, with this transfer, once it has ended
  std::unique_ptr<curl_slist, ListCloser> headers;
  std::string url, body;
  int tries = 0;             // to write the request to a connection
  bool may_repeat = false;   // it changes nothing
  bool wants_headers = true;
  std::string answer;
  std::map<std::string, std::string, std::less<>> answer_headers;
  std::size_t answer_bytes_max = 0;
  bool answer_cut = false;
};

/// When a kept connection breaks before an answer, libcurl would send the request once more by itself, on a new one. Nobody knows whether the first one was taken: so
/// it goes no further, the failure is reported, and the outcome is looked up first.
int begin_request(void* context, char*, char*, int, int) {
  auto& transfer = *static_cast<Transfer*>(context);
  return ++transfer.tries == 1 || transfer.may_repeat ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

std::size_t take_answer(char* bytes, std::size_t size, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  const std::size_t room = transfer.answer_bytes_max - transfer.answer.size();
  transfer.answer.append(bytes, std::min(room, size * count));
  if (size * count <= room) return size * count;
  transfer.answer_cut = true;
  return 0;  // ends the transfer
}

constexpr std::size_t kHeadersMax = 200, kHeaderBytesMax = 8'000;  // of an answer; what is beyond is left out

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  if (!transfer.wants_headers) return size * count;
  const std::string_view line(bytes, size * count);
  if (line.starts_with("HTTP/")) transfer.answer_headers.clear();  // of an earlier answer (1xx)
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || line.size() > kHeaderBytesMax || transfer.answer_headers.size() >= kHeadersMax) return line.size();
  std::string name(line.substr(0, colon));
  for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  std::string_view value = line.substr(colon + 1);
  const std::size_t first = value.find_first_not_of(" \t\r\n"), last = value.find_last_not_of(" \t\r\n");
  transfer.answer_headers[name] = first == std::string_view::npos ? std::string() : std::string(value.substr(first, last - first + 1));
  return line.size();
}

/// libcurl looks for each of these with every request.
bool is_proxy_named() {
  return std::ranges::any_of(std::array{"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}, [](const char* name) { return std::getenv(name) != nullptr; });
}

/// Nothing of it can have reached the ERP: no address, a refused connection, TLS, or a connection that broke before the request's first byte.
bool is_unsent(const Transfer& transfer) {
  if (transfer.tries == 0) return true;
  long sent = 0;  // by all tries
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_REQUEST_SIZE, &sent);
  return sent == 0;
}

class CurlErpClient : public ErpClient {
 public:
  CurlErpClient(std::unique_ptr<CURLM, MultiCloser> multi, const ErpClientOptions& options)
      : multi_(std::move(multi)), options_(options) {
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(options.connections_max));
    curl_multi_setopt(multi_.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(options.connections_max));
  }

  ~CurlErpClient() override {
    for (auto& [easy, transfer] : transfers_) curl_multi_remove_handle(multi_.get(), easy);
  }

  Result<void> start(ErpCall call) override {
    TS_ASSIGN_OR_RETURN(std::unique_ptr<Transfer> transfer, take_idle());
    transfer->tag = call.tag;
    transfer->body = std::move(call.body);
    CURL* easy = transfer->easy.get();
    transfer->wants_headers = call.wants_headers;
    // A handle that has it already keeps it parsed.
    if (transfer->url.empty() || transfer->url != call.url) {
      if (!is_http(call.url) || curl_easy_setopt(easy, CURLOPT_URL, call.url.c_str()) != CURLE_OK)
        return fail(ErrorCode::kInvalid, "call " + call.url, "this is no http or https address", "correct erp.url");
      transfer->url = call.url;
    }
    for (const auto& [name, value] : call.headers) {
      // A line break would start a header of the peer's choice.
      if (value.find_first_of("\r\n") != std::string::npos) return fail(ErrorCode::kInvalid, "call " + call.url, "header " + name + " has a line break");
      append(*transfer, name + ": " + value);
    }
    append(*transfer, "Expect:");  // else bodies above 1 MB wait for a 100 that few servers send
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers.get());
    transfer->may_repeat = call.method == "GET";
    if (call.method == "POST" || call.method == "PUT" || call.method == "PATCH") {
      // Head and body leave in one piece.
      curl_easy_setopt(easy, CURLOPT_POST, 1L);
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->body.data());
      curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call.method == "POST" ? nullptr : call.method.c_str());
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer->body.size()));
    } else {
      curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
      curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call.method == "GET" ? nullptr : call.method.c_str());
    }
    if (curl_multi_add_handle(multi_.get(), easy) != CURLM_OK) {
      return fail(ErrorCode::kInternal, "call " + call.url, "libcurl did not take the request");
    }
    transfers_.emplace(easy, std::move(transfer));
    return {};
  }

  std::size_t in_flight() const override { return transfers_.size(); }

  std::vector<std::pair<std::uint64_t, ErpAnswer>> wait(Duration timeout) override {
    auto ended = move_on();
    if (!ended.empty()) return ended;
    curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(timeout.micros / 1'000), nullptr);
    return move_on();
  }

  void wakeup() override { curl_multi_wakeup(multi_.get()); }

 private:
  /// A handle keeps its options and buffers, which cost more to make than a request to a near server.
  Result<std::unique_ptr<Transfer>> take_idle() {
    if (!idle_.empty()) {
      std::unique_ptr<Transfer> transfer = std::move(idle_.back());
      idle_.pop_back();
      transfer->headers.reset();
      transfer->tries = 0;
      transfer->answer.clear();
      transfer->answer_headers.clear();
      transfer->answer_cut = false;
      return transfer;
    }
    auto transfer = std::make_unique<Transfer>();
    transfer->answer_bytes_max = options_.answer_bytes_max;
    transfer->easy.reset(curl_easy_init());
    TS_CHECK(transfer->easy != nullptr);
    CURL* easy = transfer->easy.get();
    if (curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") != CURLE_OK) return fail(ErrorCode::kInternal, "call the ERP", "libcurl knows no http");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "tillsync-hub/" TILLSYNC_VERSION);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.micros / 1'000));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.micros / 1'000));
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    if (!is_proxy_named_) curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer.get());
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer.get());
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, begin_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer.get());
    return transfer;
  }

  static bool is_http(const std::string& url) { return url.starts_with("http://") || url.starts_with("https://"); }

  static void append(Transfer& transfer, const std::string& line) {
    curl_slist* longer = curl_slist_append(transfer.headers.get(), line.c_str());
    TS_CHECK(longer != nullptr);
    (void)transfer.headers.release();
    transfer.headers.reset(longer);
  }

  std::vector<std::pair<std::uint64_t, ErpAnswer>> move_on() {
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    std::vector<std::pair<std::uint64_t, ErpAnswer>> ended;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const auto found = transfers_.find(message->easy_handle);
      TS_CHECK(found != transfers_.end());
      const CURLcode code = message->data.result;
      curl_multi_remove_handle(multi_.get(), found->first);
      ended.emplace_back(found->second->tag, answer_of(*found->second, code));
      if (idle_.size() < options_.connections_max) idle_.push_back(std::move(found->second));
      transfers_.erase(found);
    }
    return ended;
  }

  static ErpAnswer answer_of(Transfer& transfer, CURLcode code) {
    CURL* easy = transfer.easy.get();
    ErpAnswer answer;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    curl_off_t wait_s = 0;
    if (curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &wait_s) == CURLE_OK && wait_s > 0) answer.retry_after = seconds(wait_s);
    answer.body = std::move(transfer.answer);
    answer.headers = std::move(transfer.answer_headers);
    if (code == CURLE_OK || transfer.answer_cut) return answer;
    answer.failure_text = curl_easy_strerror(code);
    answer.failure = is_unsent(transfer)                ? TransportFailure::kNotSent
                     : code == CURLE_OPERATION_TIMEDOUT ? TransportFailure::kTimeout
                                                        : TransportFailure::kBroken;
    return answer;
  }

  std::unique_ptr<CURLM, MultiCloser> multi_;
  ErpClientOptions options_;
  const bool is_proxy_named_ = is_proxy_named();
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> transfers_;
  std::vector<std::unique_ptr<Transfer>> idle_;
};

}  // namespace

Result<std::unique_ptr<ErpClient>> ErpClient::make(const ErpClientOptions& options) {
  static std::once_flag started;
  std::call_once(started, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  std::unique_ptr<CURLM, MultiCloser> multi(curl_multi_init());
  if (multi == nullptr) return fail(ErrorCode::kInternal, "start the ERP client", "libcurl gave no handle");
  return std::make_unique<CurlErpClient>(std::move(multi), options);
}

}  // namespace tillsync::hub
