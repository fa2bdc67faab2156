// The HTTP door (README.md "HTTP"). A request is read and checked on the server's thread; documents are handed to the writer,
// which answers after COMMIT; a long poll of the inbox is suspended and costs no thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "agent/ingest/data_reader.h"
#include "agent/ingest/door_rules.h"
#include "agent/ingest/ingest_loop.h"
#include "agent/ingest/reservation_door.h"
#include "agent/ingest/till_tokens_store.h"
#include "common/http/server.h"

namespace tillsync::agent {

inline constexpr std::int64_t kInboxWaitSecondsMax = 30;
inline constexpr std::size_t kInboxItemsPerAnswerMax = 100;
inline constexpr std::size_t kConsumerNameBytesMax = 64;

struct HttpDoorOptions {
  std::string listen = "127.0.0.1:7070";
  DoorRules rules;
  std::string tls_certificate_pem, tls_key_pem;
  std::filesystem::path tokens_file;  // beside the tokens of the rules; "" = none
};

class HttpDoor {
 public:
  /// loop, data and reservations outlive the door; status_json as in IngestListeners.
  static Result<std::unique_ptr<HttpDoor>> open(HttpDoorOptions options, IngestLoop& loop, DataReader& data, ReservationDoor& reservations,
                                                std::function<std::string()> status_json);
  ~HttpDoor();

  std::uint16_t port() const { return server_->port(); }
  /// Called by the loop when items came in: answers the tills that wait for them. Any thread.
  void inbox_advanced();
  /// No new connections; documents that come on open ones are answered with 503 by the loop once that stops.
  void stop_accepting() { server_->stop_accepting(); }

 private:
  struct Waiter;
  class DocumentsRequest;

  HttpDoor(HttpDoorOptions options, IngestLoop& loop, DataReader& data, ReservationDoor& reservations, std::function<std::string()> status_json);
  void handle(http::Request request, std::unique_ptr<http::Responder> responder);
  void post_documents(http::Request request, std::unique_ptr<http::Responder> responder);
  void ask_reservations(const http::Request& request, std::unique_ptr<http::Responder> responder);
  void get_inbox(const http::Request& request, std::unique_ptr<http::Responder> responder);
  void ack_inbox(const http::Request& request, std::unique_ptr<http::Responder> responder);
  http::Response get_product(const std::string& sku_or_gtin);
  /// The answer when there are items behind `after`, or when `even_empty`.
  std::optional<http::Response> inbox_answer(std::uint64_t after, bool even_empty);
  void give_up_waiting(std::uint64_t id);

  const HttpDoorOptions options_;
  TillTokensStore tokens_;
  IngestLoop& loop_;
  DataReader& data_;
  ReservationDoor& reservations_;
  const std::function<std::string()> status_json_;
  std::mutex mutex_;  // of the next two
  std::map<std::uint64_t, Waiter> waiters_;
  std::uint64_t next_waiter_ = 1;
  std::unique_ptr<http::Server> server_;  // last: its threads use all the rest
};

}  // namespace tillsync::agent
