#include "manual.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "electra/core/build_config.h"
#include "electra/data/unicode.h"

namespace electra {

namespace {

constexpr std::string_view opening = R"(.SH NAME
electra \- pretrains and fine\-tunes ELECTRA encoders, and uses them
.SH SYNOPSIS
.B electra
.I VERB
[\fIARGUMENT\fR ...] [\fIOPTION\fR ...]
.br
.B electra
.I VERB
.B \-\-help
.br
.B electra \-\-version
.SH DESCRIPTION
Trains encoders of texts, replaced\-token detection as in ELECTRA, and uses them.
Standard output has results alone, with
.B \-\-json
a JSON object a line; whatever is said goes to standard error.
A file called
.B \-
is standard input.
Examples work in the folder of the sources, where some models have been made.
.SH VERBS
)";

constexpr std::string_view closing = R"(.SH EXIT STATUS
.TP
.B 0
All went well.
.TP
.B 1
A failure, also if one of many lines could not be answered.
.TP
.B 2
A fault of the command line, or of a value of the configuration.
.TP
.B 130, 143
The end after SIGINT or SIGTERM, of a run that can be resumed once a checkpoint is saved.
.SH NOTES
.B electra \-\-completion
prints how bash completes the command, and
.B electra \-\-manual
prints this page.
)";

/// A character as roff has it; what is no ASCII by its code point, whatever encoding is expected.
std::string escaped(char32_t code) {
  if (code == U'\\') return "\\e";
  if (code == U'-') return "\\-";
  if (code < 0x80) return {static_cast<char>(code)};
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "\\[u%04X]", static_cast<unsigned>(code));
  return text.data();
}

std::string escaped(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const bool opens_line = result.empty() || result.ends_with('\n');
    if (opens_line && (text.front() == '.' || text.front() == '\'')) result += "\\&";
    const Decoded first = decode_first(text);
    result += escaped(first.code);
    text.remove_prefix(static_cast<std::size_t>(first.bytes));
  }
  return result;
}

std::string bold(std::string_view text) { return "\\fB" + escaped(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + escaped(text) + "\\fR"; }

bool is_argument(const OptionInfo& option) { return !option.name.starts_with('-'); }

std::string usage(const Verb& verb) {
  std::string line = bold("electra " + std::string(verb.name));
  for (const OptionInfo& option : verb.options) {
    if (!is_argument(option) && !option.required) continue;
    const std::string shown =
        is_argument(option) ? italic(option.name) : bold(option.name) + " " + italic(option.value);
    line += option.required ? " " + shown : " [" + shown + "]";
  }
  return line + " [" + italic("OPTION") + " ...]\n";
}

std::string paragraph(std::string_view first_line, const std::string& text) {
  return ".TP\n" + std::string(first_line) + "\n" + text + "\n";
}

std::string option_paragraph(const OptionInfo& option) {
  std::string head = is_argument(option) ? italic(option.name) : bold(option.name);
  if (!option.value.empty()) head += " " + italic(option.value);
  return paragraph(head, escaped(option.help));
}

/// An empty line is the end of a paragraph.
std::string paragraphs(std::string_view text) {
  std::string result = ".PP\n";
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find("\n\n", begin), text.size());
    if (begin > 0) result += ".PP\n";
    result += escaped(text.substr(begin, end - begin)) + "\n";
    begin = end + 2;
  }
  return result;
}

std::string section(const Verb& verb) {
  std::string text = ".SS " + std::string(verb.name) + "\n" + usage(verb) + ".PP\n" +
                     escaped(verb.help) + "\n" + paragraphs(verb.notes);
  for (const OptionInfo& option : verb.options) text += option_paragraph(option);
  return text + ".PP\nExamples:\n.PP\n.nf\n" + escaped(verb.examples) + "\n.fi\n";
}

}  // namespace

std::string manual_page(std::span<const Verb> verbs) {
  std::string page = ".TH ELECTRA 1 \"\" \"libelectra " + std::string(version) +
                     "\" \"User Commands\"\n" + std::string(opening);
  for (const Verb& verb : verbs) page += section(verb);
  return page + std::string(closing);
}

}  // namespace electra
