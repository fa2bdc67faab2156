// How a benchmark prints: a table for people, then one line per figure (INTERFACES "Commands").
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace tillsync::bench {

inline double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[values.size() / 2];
}
inline double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[std::min(values.size() - 1, static_cast<std::size_t>(static_cast<double>(values.size()) * share))];
}

class Report {
 public:
  void row(const std::string& what, const std::string& result) { std::printf("  %-64s %s\n", what.c_str(), result.c_str()), std::fflush(stdout); }
  void figure(const std::string& name, double value, const std::string& unit, const std::string& goal) {
    lines_.push_back("FIGURE " + name + " " + number(value) + " " + unit);
    goals_.push_back(goal);
  }
  void ratio(const std::string& name, double value, const std::string& goal) {
    lines_.push_back("RATIO " + name + " " + number(value));
    goals_.push_back(goal);
  }
  void finish() const {
    std::printf("\n");
    for (std::size_t i = 0; i < lines_.size(); ++i) std::printf("  goal for the next line: %s\n%s\n", goals_[i].c_str(), lines_[i].c_str());
  }
  static std::string number(double value) {
    char text[64];
    std::snprintf(text, sizeof text, value >= 1000 ? "%.0f" : "%.3f", value);
    return text;
  }

 private:
  std::vector<std::string> lines_, goals_;
};

}  // namespace tillsync::bench
