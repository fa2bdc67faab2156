// The web page: its files as they were embedded, with the headers that let a browser run nothing else. Pure.
#pragma once

#include <span>
#include <string_view>

#include "common/http/server.h"
#include "hub/console/console_files.h"

namespace tillsync::hub {

/// False below /v1, which answers in JSON, and for what is asked with another method than GET.
bool is_for_console(const http::Request& request);

/// A file by its exact name; for every other path the page itself, which reads its state from the URL; 404 below /assets/, where an
/// old page may ask for a file that a newer hub no longer has.
/// nonce: new for each answer, of letters that stand in a header (base64url).
http::Response console_response(std::span<const ConsoleFile> files, const http::Request& request, std::string_view nonce);

/// Whether an Accept-Encoding header takes gzip (RFC 9110, 12.5.3).
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace tillsync::hub
