// The hub's API and page by HTTPS, with certificate files as an administrator puts them there: what is wrong with them, and how they are
// renewed. The certificates are made by openssl.
#include <curl/curl.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "tests/support/stand.h"

using namespace tillsync::test;
using nlohmann::json;

namespace {

struct TlsHub {
  Stand stand{"tls"};
  TlsHub() {
    const auto init = json::parse(run({bin_folder() + "/tillsync-hub", "init", "--data", (stand.folder / "hub").string(), "--json"}));
    stand.hub_key = init.at("public_key");
    stand.hub_config = init.at("config");
    stand.admin_token = init.at("admin_token");
  }
  std::filesystem::path file(const std::string& name) const { return stand.folder / name; }
  std::string read(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(file(name)).rdbuf();
    return text.str();
  }
  /// NAME.crt and NAME.key for 127.0.0.1, signed by itself.
  void make_pair(const std::string& name) const {
    run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", file(name + ".key").string(), "-out", file(name + ".crt").string()});
  }
  void put(const std::string& from, const std::string& to) const { std::filesystem::copy_file(file(from), file(to), std::filesystem::copy_options::overwrite_existing); }
  void start(const std::string& certificate, const std::string& key) {
    auto environment = stand.hub_environment;
    environment["TILLSYNC_HUB_LISTEN_SYNC"] = "tcp://127.0.0.1:" + std::to_string(stand.sync_port);
    environment["TILLSYNC_HUB_LISTEN_HTTP"] = "127.0.0.1:" + std::to_string(stand.hub_port);
    if (!certificate.empty()) environment["TILLSYNC_HUB_LISTEN_CERTIFICATE"] = file(certificate).string();
    if (!key.empty()) environment["TILLSYNC_HUB_LISTEN_KEY"] = file(key).string();
    std::filesystem::remove(file("hub.log"));
    stand.hub = std::make_unique<Process>(std::vector<std::string>{bin_folder() + "/tillsync-hub", "run", "--config", stand.hub_config}, environment, file("hub.log").string());
  }
  /// Its exit code and what it said.
  std::string refuses(const std::string& certificate, const std::string& key) {
    start(certificate, key);
    wait_until("the end of the hub", [&] { return stand.hub->exit_status().has_value(); });
    CHECK(*stand.hub->exit_status() == 1);
    CHECK_FALSE(accepts(stand.hub_port));
    return read("hub.log");
  }
  /// By HTTPS, by a client that trusts this certificate alone; the status, 0 when there is no answer.
  long ask(const std::string& trusted, const std::string& path = "/readyz", std::string* headers = nullptr) const {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
    const std::string url = "https://127.0.0.1:" + std::to_string(stand.hub_port) + path, authority = file(trusted + ".crt").string();
    const std::string authorization = "Authorization: Bearer " + stand.admin_token;
    const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> list(curl_slist_append(nullptr, authorization.c_str()), &curl_slist_free_all);
    std::string body, head;
    const auto take = +[](char* bytes, std::size_t, std::size_t size, void* out) {
      static_cast<std::string*>(out)->append(bytes, size);
      return size;
    };
    curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_CAINFO, authority.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, list.get());
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, take);
    curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &head);
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 30L);
    curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
    long status = 0;
    if (curl_easy_perform(curl.get()) == CURLE_OK) curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    if (headers != nullptr) *headers = head;
    return status;
  }
  void ready(const std::string& trusted) {
    wait_until("the hub by HTTPS", [&] { return ask(trusted) == 200; });
  }
};

}  // namespace

TEST_CASE("the hub serves API and page by HTTPS, and nothing by HTTP; renewed files are in use after a restart", "[integration]") {
  TlsHub hub;
  hub.make_pair("first");
  hub.make_pair("second");
  hub.put("first.crt", "hub.crt");
  hub.put("first.key", "hub.key");
  hub.start("hub.crt", "hub.key");
  hub.ready("first");
  CHECK(hub.ask("first", "/v1/agents") == 200);
  std::string headers;
  CHECK(hub.ask("first", "/", &headers) == 200);
  CHECK(headers.find("Strict-Transport-Security") != std::string::npos);
  CHECK(hub.ask("second") == 0);                       // a client that trusts another one does not speak with it
  CHECK(http("GET", "http://127.0.0.1:" + std::to_string(hub.stand.hub_port) + "/readyz").status == 0);

  hub.put("second.crt", "hub.crt");
  hub.put("second.key", "hub.key");
  CHECK(hub.ask("first") == 200);  // until then
  CHECK(hub.stand.hub->terminate() == 0);
  hub.start("hub.crt", "hub.key");
  hub.ready("second");
  CHECK(hub.ask("first") == 0);
  CHECK(hub.ask("second", "/v1/agents") == 200);
}

TEST_CASE("a hub with certificate files that are wrong does not start, and says which and why", "[integration]") {
  TlsHub hub;
  hub.make_pair("good");
  hub.make_pair("other");
  std::ofstream(hub.file("empty.crt"));
  std::ofstream(hub.file("nonsense.crt")) << "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n";
  CHECK(hub.refuses("none.crt", "good.key").find("listen.certificate") != std::string::npos);
  CHECK(hub.refuses("good.crt", "none.key").find((hub.file("none.key")).string()) != std::string::npos);
  CHECK(hub.refuses("empty.crt", "good.key").find("holds no CERTIFICATE") != std::string::npos);
  CHECK(hub.refuses("good.key", "good.crt").find("holds no CERTIFICATE") != std::string::npos);
  CHECK(hub.refuses("good.crt", "").find("listen.key is not") != std::string::npos);
  CHECK(hub.refuses("", "good.key").find("listen.certificate is not") != std::string::npos);
  CHECK(hub.refuses("nonsense.crt", "good.key").find("check certificate and key") != std::string::npos);
  CHECK(hub.refuses("good.crt", "other.key").find("check certificate and key") != std::string::npos);  // they do not belong together
  hub.start("good.crt", "good.key");
  hub.ready("good");
}
