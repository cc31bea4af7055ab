#include "vectors.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iomanip>
#include <istream>
#include <sstream>
#include <stdexcept>

namespace electra::conformance {

namespace {

constexpr int words_a_line = 8;

float number(std::uint32_t word) { return std::bit_cast<float>(word); }

/// How much of what is allowed the difference takes; above 1 the two disagree.
double share_of_allowed(const Rule& rule, std::uint32_t expected, std::uint32_t found) {
  if (expected == found) return 0;
  const double e = static_cast<double>(number(expected)), f = static_cast<double>(number(found));
  if (std::isnan(e) && std::isnan(f))
    return 0;                       // a machine's own: 7fffffff on a GPU, ffc00000 here
  if (rule.exact) return HUGE_VAL;  // -0 and +0 are two words
  if (e == f) return 0;
  const double allowed = rule.absolute + rule.relative * std::fabs(e);
  const double share = std::fabs(e - f) / allowed;
  return std::isnan(share) ? HUGE_VAL : share;
}

std::string shown(const Rule& rule, std::uint32_t word) {
  std::ostringstream out;
  out << std::hex << std::setw(8) << std::setfill('0') << word;
  if (!rule.exact) out << " (" << std::setprecision(9) << number(word) << ')';
  return out.str();
}

std::string difference(const Item& expected, const Item& found) {
  if (expected.words.size() != found.words.size())
    return expected.name + ": " + std::to_string(expected.words.size()) + " words expected, " +
           std::to_string(found.words.size()) + " found";
  std::size_t wrong = 0, worst = 0;
  double most = 1;
  for (std::size_t i = 0; i < expected.words.size(); ++i) {
    const double share = share_of_allowed(expected.rule, expected.words[i], found.words[i]);
    if (share <= 1) continue;
    ++wrong;
    if (share <= most) continue;
    most = share;
    worst = i;
  }
  if (wrong == 0) return {};
  return expected.name + ": " + std::to_string(wrong) + " of " +
         std::to_string(expected.words.size()) + " words differ; the worst, word " +
         std::to_string(worst) + ": expected " + shown(expected.rule, expected.words[worst]) +
         ", found " + shown(expected.rule, found.words[worst]);
}

}  // namespace

void write(std::ostream& out, const Recording& recording) {
  out << "card " << recording.card << std::setprecision(17) << '\n';
  for (const Item& item : recording.items) {
    out << "item " << item.name << ' ' << (item.rule.exact ? "bits" : "f32") << ' '
        << item.rule.relative << ' ' << item.rule.absolute << ' ' << item.words.size() << std::hex
        << std::setfill('0');
    for (std::size_t i = 0; i < item.words.size(); ++i)
      out << (i % words_a_line == 0 ? '\n' : ' ') << std::setw(8) << item.words[i];
    out << std::dec << '\n';
  }
}

Recording read(std::istream& in) {
  Recording recording;
  std::string word;
  if (!(in >> word) || word != "card") throw std::runtime_error("line 1: expected: card NAME");
  std::getline(in >> std::ws, recording.card);
  while (in >> word) {
    Item item;
    std::string kind;
    std::size_t count = 0;
    if (word != "item" ||
        !(in >> item.name >> kind >> item.rule.relative >> item.rule.absolute >> count))
      throw std::runtime_error("expected: item NAME KIND RELATIVE ABSOLUTE COUNT, after " +
                               std::to_string(recording.items.size()) + " items");
    item.rule.exact = kind == "bits";
    item.words.resize(count);
    in >> std::hex;
    for (std::uint32_t& value : item.words)
      if (!(in >> value)) throw std::runtime_error(item.name + ": too few words");
    in >> std::dec;
    recording.items.push_back(std::move(item));
  }
  return recording;
}

std::vector<std::string> differences(const Recording& expected, const Recording& found) {
  std::vector<std::string> lines;
  for (const Item& item : expected.items) {
    const auto same = std::ranges::find(found.items, item.name, &Item::name);
    const std::string line =
        same == found.items.end() ? item.name + ": is missing" : difference(item, *same);
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

}  // namespace electra::conformance
