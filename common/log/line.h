// Turns one event into one line: text for people, JSON for collectors. Whatever a value holds, it stays within its line and
// its quotes. Pure. Any thread. Inside common/log only.
#pragma once

#include <span>
#include <string>

#include "common/base/time.h"
#include "common/log/log.h"

namespace tillsync::log {

std::string_view to_string(Level level);
/// Without a line end. Text: `2026-11-24T08:00:00.123Z info document accepted seq=12`. JSON: `{"time":…,"level":…,"event":…,"seq":12}`;
/// a field that is called like one of these three gets a '_' behind its name.
std::string format_line(Format format, Level level, Instant time, std::string_view event, std::span<const Field> fields);

}  // namespace tillsync::log
