#include "hub/ctl/api_client.h"

#include <curl/curl.h>

#include <memory>

#include "common/crypto/crypto.h"

namespace tillsync::hub {
namespace {

constexpr long kConnectTimeoutS = 5;
constexpr long kTotalTimeoutS = 60;

std::size_t take(char* data, std::size_t size, std::size_t count, void* target) {
  static_cast<std::string*>(target)->append(data, size * count);
  return size * count;
}

struct Following {
  CURL* handle;
  const std::function<bool(std::string_view)>& take;
  std::string refusal;
  bool has_ended = false;
};
std::size_t take_part(char* data, std::size_t size, std::size_t count, void* target) {
  auto& following = *static_cast<Following*>(target);
  long status = 0;
  curl_easy_getinfo(following.handle, CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) following.refusal.append(data, size * count);
  else if (!following.take({data, size * count})) {
    following.has_ended = true;
    return 0;  // ends the transfer
  }
  return size * count;
}

struct HeaderList {
  curl_slist* list = nullptr;
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_slist_free_all(list); }
  void add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
};

}  // namespace

std::string url_encode(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool unreserved = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '-' ||
                            byte == '.' || byte == '_' || byte == '~';
    if (unreserved) {
      encoded += c;
    } else {
      encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return encoded;
}

Result<ApiAnswer> ApiClient::call(const std::string& method, const std::string& path, const std::string& body,
                                  const std::vector<std::string>& more_headers) const {
  const std::string url = hub_url_ + path;
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(), &curl_easy_cleanup);
  TS_CHECK(handle != nullptr);
  ApiAnswer answer;
  HeaderList headers;
  if (!token_.empty()) headers.add("Authorization: Bearer " + token_);
  headers.add("Expect:");
  if (method == "POST") headers.add("Idempotency-Key: " + random_secret("ctl_"));
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  if (method != "GET") {
    headers.add("Content-Type: application/json");
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  }
  for (const std::string& header : more_headers) headers.add(header);
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.list);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &take);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &answer.body);
  curl_easy_setopt(handle.get(), CURLOPT_CONNECTTIMEOUT, kConnectTimeoutS);
  curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT, kTotalTimeoutS);
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
  if (const CURLcode code = curl_easy_perform(handle.get()); code != CURLE_OK)
    return fail(ErrorCode::kUnavailable, method + " " + url, curl_easy_strerror(code),
                "is the hub running, and is --hub (or TILLSYNC_HUB_URL) its address?");
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  return answer;
}

Result<ApiAnswer> ApiClient::follow(const std::string& path, const std::function<bool(std::string_view bytes)>& take) const {
  const std::string url = hub_url_ + path;
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(), &curl_easy_cleanup);
  TS_CHECK(handle != nullptr);
  HeaderList headers;
  if (!token_.empty()) headers.add("Authorization: Bearer " + token_);
  Following following{handle.get(), take, {}, false};
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.list);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &take_part);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &following);
  curl_easy_setopt(handle.get(), CURLOPT_CONNECTTIMEOUT, kConnectTimeoutS);
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
  if (const CURLcode code = curl_easy_perform(handle.get()); code != CURLE_OK && !following.has_ended)
    return fail(ErrorCode::kUnavailable, "GET " + url, curl_easy_strerror(code), "is the hub running, and is --hub (or TILLSYNC_HUB_URL) its address?");
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  return ApiAnswer{static_cast<int>(status), std::move(following.refusal)};
}

}  // namespace tillsync::hub
