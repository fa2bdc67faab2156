#include "hub/insight/notify_client.h"

#include <curl/curl.h>

#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr std::int64_t kMicrosPerMilli = 1'000, kMicrosPerSecond = 1'000'000;

struct EasyCleaner {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct SlistCleaner {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyCleaner>;
using Slist = std::unique_ptr<curl_slist, SlistCleaner>;

Easy make_easy(Duration timeout, const char* protocols) {
  static std::once_flag started;
  std::call_once(started, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  Easy easy(curl_easy_init());
  TS_CHECK(easy != nullptr);
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, protocols);
  curl_easy_setopt(easy.get(), CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.micros / kMicrosPerMilli));
  curl_easy_setopt(easy.get(), CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout.micros / 2 / kMicrosPerMilli));
  return easy;
}

Slist append(Slist list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  TS_CHECK(longer != nullptr);
  (void)list.release();
  return Slist(longer);
}

std::size_t drop_answer(char*, std::size_t size, std::size_t count, void*) { return size * count; }

struct Letter {
  std::string text;
  std::size_t sent = 0;
};
std::size_t give_letter(char* buffer, std::size_t size, std::size_t count, void* context) {
  auto& letter = *static_cast<Letter*>(context);
  const std::size_t piece = letter.text.copy(buffer, size * count, letter.sent);
  letter.sent += piece;
  return piece;
}

}  // namespace

std::string notification_text(const std::string& body, const std::string& console_url) {
  const json notification = json::parse(body, nullptr, false);
  if (!notification.is_object()) return body;
  if (notification.value("event", "") == "test") return "This is a test: notifications arrive here.\n";
  std::string text;
  for (const json& alert : notification.value("alerts", json::array())) {
    if (!alert.is_object()) continue;
    text += alert.value("title", "") + "\n" + alert.value("detail", "") + "\nsince " + alert.value("since", "") + "\n";
    if (!console_url.empty()) text += console_url + alert.value("href", "") + "\n";
    text += "\n";
  }
  return text;
}

Result<void> NotifyClient::post(const QueuedNotification& notification, Instant now) const {
  const Easy easy = make_easy(timeout_, "http,https");
  const std::int64_t at = now.micros / kMicrosPerSecond;
  Slist headers;
  headers = append(std::move(headers), "Content-Type: application/json");
  headers = append(std::move(headers), "X-Tillsync-Timestamp: " + std::to_string(at));
  headers = append(std::move(headers), "X-Tillsync-Signature: " + webhook_signature(notification.target.secret, at, notification.body));
  headers = append(std::move(headers), "Expect:");
  curl_easy_setopt(easy.get(), CURLOPT_URL, notification.target.destination.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_USERAGENT, "tillsync-hub/" TILLSYNC_VERSION);
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(notification.body.size()));
  curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, notification.body.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, drop_answer);
  if (const CURLcode code = curl_easy_perform(easy.get()); code != CURLE_OK) return fail(ErrorCode::kUnavailable, "call webhook", curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status >= 300 && status < 400) return fail(ErrorCode::kUnavailable, "call webhook", "it answered " + std::to_string(status) + "; redirections are not followed", "name the address that it leads to");
  if (status < 200 || status >= 300) return fail(ErrorCode::kUnavailable, "call webhook", "it answered " + std::to_string(status));
  return {};
}

Result<void> NotifyClient::mail(const QueuedNotification& notification, Instant now) const {
  if (mail_.url.empty() || mail_.from.empty()) return fail(ErrorCode::kUnavailable, "send letter", "no mail server is set", "set notify.smtp_url and notify.smtp_from in hub.toml");
  const Easy easy = make_easy(timeout_, "smtp,smtps");
  Letter letter{mail_text(mail_.from, notification.target.destination, notification.subject, notification_text(notification.body, mail_.console_url),
                          "n" + std::to_string(notification.notification_no) + "." + std::to_string(notification.created_at.micros), now)};
  const Slist recipients = append(nullptr, "<" + notification.target.destination + ">");
  curl_easy_setopt(easy.get(), CURLOPT_URL, mail_.url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_USE_SSL, static_cast<long>(mail_.user.empty() ? CURLUSESSL_TRY : CURLUSESSL_ALL));  // a password goes over TLS only
  if (!mail_.user.empty()) {
    curl_easy_setopt(easy.get(), CURLOPT_USERNAME, mail_.user.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_PASSWORD, mail_.password.c_str());
  }
  curl_easy_setopt(easy.get(), CURLOPT_MAIL_FROM, ("<" + mail_.from + ">").c_str());
  curl_easy_setopt(easy.get(), CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(easy.get(), CURLOPT_READFUNCTION, give_letter);
  curl_easy_setopt(easy.get(), CURLOPT_READDATA, &letter);
  curl_easy_setopt(easy.get(), CURLOPT_UPLOAD, 1L);
  if (const CURLcode code = curl_easy_perform(easy.get()); code != CURLE_OK) return fail(ErrorCode::kUnavailable, "send letter", curl_easy_strerror(code));
  return {};
}

Result<void> NotifyClient::send(const QueuedNotification& notification, Instant now) const {
  return notification.target.kind == "email" ? mail(notification, now) : post(notification, now);
}

}  // namespace tillsync::hub
