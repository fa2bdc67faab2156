#include "packaging/demo.d/http_client.h"

#include <curl/curl.h>

namespace tillsync::demo {
namespace {

constexpr long kConnectTimeoutMs = 2'000;
constexpr long kTimeoutMs = 30'000;
constexpr std::size_t kAnswerBytesMax = 64'000'000;

std::size_t collect(char* data, std::size_t size, std::size_t count, void* into) {
  auto& body = *static_cast<std::string*>(into);
  if (body.size() + size * count > kAnswerBytesMax) return 0;
  body.append(data, size * count);
  return size * count;
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

struct HttpClient::Handle {
  CURL* curl = curl_easy_init();
  ~Handle() { curl_easy_cleanup(curl); }
};

HttpClient::HttpClient() : handle_(std::make_unique<Handle>()) { TS_CHECK(handle_->curl != nullptr); }
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

Result<HttpAnswer> HttpClient::perform(const std::string& url, const std::vector<std::string>& headers) {
  CURL* curl = handle_->curl;
  HttpAnswer answer;
  std::unique_ptr<curl_slist, FreeList> list;
  for (const auto& header : headers) {
    curl_slist* longer = curl_slist_append(list.get(), header.c_str());
    TS_CHECK(longer != nullptr);
    static_cast<void>(list.release());
    list.reset(longer);
  }
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");  // the demo talks to this machine only, whatever the environment says
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, kTimeoutMs);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list.get());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &collect);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) return fail(ErrorCode::kUnavailable, url, curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  return answer;
}

Result<HttpAnswer> HttpClient::get(const std::string& url, const std::vector<std::string>& headers) {
  curl_easy_setopt(handle_->curl, CURLOPT_HTTPGET, 1L);
  return perform(url, headers);
}

Result<HttpAnswer> HttpClient::post_json(const std::string& url, std::string_view body, const std::vector<std::string>& headers) {
  curl_easy_setopt(handle_->curl, CURLOPT_POST, 1L);
  curl_easy_setopt(handle_->curl, CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(handle_->curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  std::vector<std::string> all = headers;
  all.emplace_back("Content-Type: application/json");
  all.emplace_back("Expect:");  // no round trip to ask whether a large body is welcome
  return perform(url, all);
}

}  // namespace tillsync::demo
