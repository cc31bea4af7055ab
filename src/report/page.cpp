#include "electra/report/page.h"

#include <cmath>

#include "report/chart.h"
#include "report/page_frame.h"

namespace electra {

namespace {

constexpr const char* style_sheet = R"(
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1c2330;--soft:#5b6675;--rule:#e1e5ea;
--axis:#8b95a3;--train:#0072b2;--held:#d55e00;--third:#007a5a}
@media(prefers-color-scheme:dark){:root{--page:#12161c;--card:#1a2028;--ink:#e6eaf0;--soft:#9aa6b5;
--rule:#2b333e;--axis:#6d7988;--train:#56b4e9;--held:#f2994a;--third:#3ecf9f}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);
font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1180px;margin:0 auto;padding:32px 20px 48px}
h1{font-size:26px;line-height:1.2;margin:0}
h2{font-size:17px;margin:34px 0 12px}
.lead{color:var(--soft);margin:6px 0 22px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px}
.tiles div,figure,.card{background:var(--card);border:1px solid var(--rule);border-radius:8px}
.tiles div{padding:12px 16px}
.tiles b{display:block;font-size:24px;font-weight:600;font-variant-numeric:tabular-nums}
.tiles span{color:var(--soft);font-size:13px}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:16px}
figure{margin:0;padding:14px 14px 8px}
figcaption{margin:0 0 4px 4px}.legend{display:block;min-height:20px}
.unit,.legend{color:var(--soft);font-size:13px}
.legend span{margin-right:16px;white-space:nowrap}.legend svg{margin-right:5px;vertical-align:baseline}
figure>svg{display:block;width:100%;height:auto}
text{font-size:11.5px;fill:var(--soft);font-variant-numeric:tabular-nums}
.y{text-anchor:end}.x{text-anchor:middle}.note{font-size:10.5px}
.grid{stroke:var(--rule)}.axis{stroke:var(--axis)}.reference{stroke:var(--axis);stroke-dasharray:4 3}
.curve{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}.dot{stroke:none}
.curve.train{stroke:var(--train)}.curve.held{stroke:var(--held)}.curve.third{stroke:var(--third)}
.dot.train{fill:var(--train)}.dot.held{fill:var(--held)}.dot.third{fill:var(--third)}
.card{overflow-x:auto;padding:4px 0}.card p{color:var(--soft);font-size:13px;margin:6px 16px}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{padding:7px 16px;text-align:right;font-variant-numeric:tabular-nums}
tr+tr>*{border-top:1px solid var(--rule)}
th{font-weight:500;color:var(--soft)}th:first-child,.facts td{text-align:left}
.texts th,.texts td{text-align:left;overflow-wrap:anywhere}
td.shaded{background:color-mix(in srgb,var(--train) var(--shade),transparent)}
.facts th{width:1%;white-space:nowrap}.facts td{overflow-wrap:anywhere}
footer{color:var(--soft);font-size:13px;margin-top:28px}
@media print{body{background:#fff}figure,.card{break-inside:avoid}}
)";

std::string cell_html(const PageTable& table, std::size_t row, std::size_t column) {
  const std::string text = escaped(table.rows[row][column]);
  if (column == 0) return "<th>" + text + "</th>";
  if (table.shades.empty()) return "<td>" + text + "</td>";
  const double shade = std::round(60 * table.shades[row][column - 1]);
  return "<td class=\"shaded\" style=\"--shade:" + fixed(shade, 0) + "%\">" + text + "</td>";
}

std::string table_html(const PageTable& table) {
  std::string html = "<h2>" + escaped(table.title) + "</h2>\n<div class=\"card\"><table";
  if (table.cells == PageTable::Cells::texts) html += " class=\"texts\"";
  html += ">\n";
  if (!table.head.empty()) {
    html += "<tr>";
    for (const std::string& name : table.head) html += "<th>" + escaped(name) + "</th>";
    html += "</tr>\n";
  }
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    html += "<tr>";
    for (std::size_t column = 0; column < table.rows[row].size(); ++column)
      html += cell_html(table, row, column);
    html += "</tr>\n";
  }
  html += "</table>";
  if (!table.note.empty()) html += "<p>" + escaped(table.note) + "</p>";
  return html + "</div>\n";
}

}  // namespace

std::string framed(const std::string& title, const std::string& body) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
         "<title>" +
         title + "</title>\n<style>" + std::string(style_sheet) +
         "</style></head>\n<body><main>\n" + body + "</main></body></html>\n";
}

std::string tile_html(const std::string& value, const std::string& name) {
  return "<div><b>" + value + "</b><span>" + name + "</span></div>\n";
}

std::string page_html(const Page& page) {
  const std::string title = escaped(page.title);
  std::string html = "<h1>" + title + "</h1>\n<p class=\"lead\">" + escaped(page.lead) + "</p>\n";
  if (!page.tiles.empty()) {
    html += "<div class=\"tiles\">\n";
    for (const auto& [value, name] : page.tiles) html += tile_html(escaped(value), escaped(name));
    html += "</div>\n";
  }
  for (const PageTable& table : page.tables) html += table_html(table);
  for (const auto& [heading, log] : page.runs) html += curves_html(log, escaped(heading));
  if (!page.footer.empty()) html += "<footer>" + escaped(page.footer) + "</footer>\n";
  return framed(title, html);
}

}  // namespace electra
