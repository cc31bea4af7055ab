#include "electra/inspect/explanation_page.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "report/chart.h"
#include "report/page_frame.h"

namespace electra {

namespace {

constexpr std::size_t most_tokens = 64;  // of a text whose attention is drawn

constexpr const char* style_sheet = R"(<style>
.tokens{line-height:2.1;margin:8px 0}
.tokens span{padding:3px 5px;border-radius:4px;margin-right:3px;white-space:pre;
background:color-mix(in srgb,var(--of) var(--share),transparent)}
.for{--of:var(--train)}.against{--of:var(--held)}
.text{padding:14px 18px;margin-top:18px}
.text p{margin:6px 0;font-size:14px}
.columns{display:flex;flex-wrap:wrap;gap:20px;align-items:flex-start}
.columns table{width:auto}
.map{border-collapse:separate;border-spacing:1px;width:auto}
.map td{width:18px;min-width:18px;height:18px;padding:0;border:0;
background:color-mix(in srgb,var(--third) var(--share,0%),transparent)}
.map th{padding:1px 4px;border:0;font-size:12px;white-space:pre}
.map tr:first-child th{writing-mode:vertical-rl;text-align:right;height:64px}
.map th:first-child{text-align:right}
select{font:inherit;margin:0 10px 6px 4px}
</style>
)";

/// Fills a map with the attention of the chosen layer and head, one byte each, in base64.
constexpr const char* script = R"(<script>
for (const map of document.querySelectorAll('.map')) {
  const [layers, heads, n] = map.dataset.shape.split(' ').map(Number);
  const bytes = Uint8Array.from(atob(map.dataset.attention), c => c.charCodeAt(0));
  const cells = map.querySelectorAll('td');
  const [layer, head] = map.parentNode.querySelectorAll('select');
  const draw = () => {
    const first = (Number(layer.value) * heads + Number(head.value)) * n * n;
    for (let i = 0; i < n * n; ++i) {
      const share = bytes[first + i] / 255;
      cells[i].style.setProperty('--share', (100 * share) + '%');
      cells[i].title = share.toFixed(2);
    }
  };
  layer.onchange = head.onchange = draw;
  draw();
}
</script>
)";

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t word = 0;
    for (std::size_t k = 0; k < 3; ++k) word = word << 8 | (k < count ? bytes[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      text += k <= count ? digits[word >> (18 - 6 * k) & 63U] : '=';
  }
  return text;
}

std::string percent(double share) { return fixed(100 * share, 1) + " %"; }

/// A token, the stronger in colour the more it contributes.
std::string token_html(const std::string& token, double attribution, double greatest) {
  const double share = greatest > 0 ? 70 * std::abs(attribution) / greatest : 0;
  return std::string("<span class=\"") + (attribution < 0 ? "against" : "for") +
         "\" style=\"--share:" + fixed(share, 0) + "%\" title=\"" + fixed(attribution, 4) + "\">" +
         escaped(token) + "</span>";
}

std::string tokens_html(const Explanation& of) {
  double greatest = 0;
  for (const double each : of.attributions) greatest = std::max(greatest, std::abs(each));
  std::string html = "<div class=\"tokens\">";
  for (std::size_t i = 0; i < of.tokens.size(); ++i)
    html += token_html(of.tokens[i], of.attributions[i], greatest);
  return html + "</div>\n";
}

std::string outputs_html(const Explanation& of) {
  if (of.outputs.size() < 2) return {};
  std::string html = "<table><tr><th>label</th><th>probability</th></tr>\n";
  for (const auto& [name, probability] : of.outputs)
    html += "<tr><th>" + escaped(name) + "</th><td>" + percent(probability) + "</td></tr>\n";
  return html + "</table>\n";
}

std::string proposals_html(const Explanation& of) {
  if (of.proposals.empty()) return {};
  std::string html =
      "<table class=\"texts\"><tr><th>token</th><th>generator</th><th>its proposals</th></tr>\n";
  for (std::size_t i = 0; i < of.tokens.size(); ++i) {
    const TokenProposals& proposals = of.proposals[i];
    if (proposals.candidates.empty()) continue;
    std::string names;
    for (const MaskCandidate& candidate : proposals.candidates)
      names += (names.empty() ? "" : ", ") + candidate.token;
    html += "<tr><th>" + escaped(of.tokens[i]) + "</th><td>" + percent(proposals.probability) +
            "</td><td>" + escaped(names) + "</td></tr>\n";
  }
  return html + "</table>\n";
}

std::string select_html(const char* name, Index count, Index chosen) {
  std::string html = std::string("<label>") + name + "<select>";
  for (Index i = 0; i < count; ++i)
    html += std::string("<option value=\"") + std::to_string(i) + "\"" +
            (i == chosen ? " selected" : "") + ">" + std::to_string(i + 1) + "</option>";
  return html + "</select></label>";
}

std::string attention_html(const Explanation& of) {
  if (of.tokens.size() > most_tokens)
    return "<p class=\"unit\">Attention is drawn of texts of up to " + std::to_string(most_tokens) +
           " tokens; --json --attention has it of all.</p>\n";
  std::vector<std::uint8_t> bytes;
  for (const float share : of.attention)
    bytes.push_back(static_cast<std::uint8_t>(std::lround(255 * std::clamp(share, 0.0F, 1.0F))));
  std::string html = "<div><p>Attention: a row's token looks at the columns' tokens</p>\n" +
                     select_html("layer", of.layers, of.layers - 1) +
                     select_html("head", of.heads, 0) + "<table class=\"map\" data-shape=\"" +
                     std::to_string(of.layers) + " " + std::to_string(of.heads) + " " +
                     std::to_string(of.tokens.size()) + "\" data-attention=\"" + base64(bytes) +
                     "\">\n<tr><th></th>";
  for (const std::string& token : of.tokens) html += "<th>" + escaped(token) + "</th>";
  html += "</tr>\n";
  for (const std::string& token : of.tokens) {
    html += "<tr><th>" + escaped(token) + "</th>";
    for (std::size_t i = 0; i < of.tokens.size(); ++i) html += "<td></td>";
    html += "</tr>\n";
  }
  return html + "</table></div>\n";
}

std::string explanation_card(const Explanation& of) {
  std::string html = "<div class=\"card text\"><p>Score of <b>" + escaped(of.target) +
                     "</b>: " + fixed(of.score, 3) + "</p>\n" + tokens_html(of);
  if (of.left_out > 0)
    html += "<p class=\"unit\">" + std::to_string(of.left_out) + " tokens were cut off.</p>\n";
  return html + "<div class=\"columns\">" + outputs_html(of) + proposals_html(of) +
         attention_html(of) + "</div></div>\n";
}

}  // namespace

std::string explanation_html(const std::string& model, std::span<const Explanation> explanations) {
  std::string body = style_sheet;
  body += "<h1>Explanation</h1>\n<p class=\"lead\">" + escaped(model) +
          ". Each token has the colour of what it adds to the score (gradient × input): "
          "<span class=\"tokens\"><span class=\"for\" style=\"--share:60%\">for it</span>"
          "<span class=\"against\" style=\"--share:60%\">against it</span></span>, the stronger, "
          "the more; the number shows where the pointer rests.</p>\n";
  for (const Explanation& each : explanations) body += explanation_card(each);
  return framed("Explanation", body + script);
}

}  // namespace electra
