/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_html.h"

#include "daemon/report_chart.h"

#include <string.h>

static const char style[] =
    "@page{size:A4;margin:16mm 15mm}"
    "*{box-sizing:border-box}"
    "body{font:10.5pt/1.45 system-ui,'Segoe UI','Noto Sans','DejaVu Sans',sans-serif;color:#1a1f26;background:#fff;"
    "max-width:184mm;margin:0 auto;padding:8mm 2mm;font-variant-numeric:tabular-nums}"
    "h1{font-size:20pt;line-height:1.2;margin:0 0 2mm;padding-bottom:2mm;border-bottom:1.2mm solid #0072b2}"
    "h2{font-size:13pt;margin:9mm 0 2mm;break-after:avoid;color:#00507d}"
    "p{margin:1mm 0}"
    "p.note{border-left:1.2mm solid #e69f00;background:#fdf5e4;padding:1.5mm 3mm;break-inside:avoid}"
    "table{border-collapse:collapse;width:100%;margin:2mm 0;font-size:9pt}"
    "thead{display:table-header-group}"
    "th{text-align:left;font-weight:600;border-bottom:.4mm solid #1a1f26;padding:1mm 2mm 1mm 0;vertical-align:bottom}"
    "td{border-bottom:.2mm solid #d5dae0;padding:1mm 2mm 1mm 0;vertical-align:top}"
    "th.r,td.r{text-align:right;white-space:nowrap}th.r,td.r.s{white-space:normal}"
    ".wide td:last-child:not(.r){width:30%}td:first-child{min-width:30mm}"
    ".dense{font-size:8pt}.dense td,.dense th{padding-right:1.2mm}.dense "
    "td:first-child{min-width:0;overflow-wrap:break-word}"
    "tr{break-inside:avoid}"
    ".cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(40mm,1fr));gap:3mm;margin:4mm 0}"
    ".card{border:.3mm solid #c3cad2;border-radius:1.5mm;padding:2.5mm 3mm;break-inside:avoid}"
    ".card b{display:block;font-size:15pt;line-height:1.25;white-space:nowrap}"
    ".card span{font-size:8.5pt;color:#4a5563;display:block}"
    "figure{margin:4mm 0;break-inside:avoid}figcaption{font-weight:600;margin-bottom:1mm}"
    "svg{width:100%;height:auto;font-size:11px;fill:#1a1f26}svg .grid{stroke:#d5dae0;stroke-width:1}"
    "footer{margin-top:5mm;padding-top:1mm;break-before:avoid;border-top:.2mm solid "
    "#c3cad2;font-size:8pt;color:#4a5563}"
    "@media screen and (max-width:184mm){table{display:block;overflow-x:auto}}"
    "@media print{body{padding:0;max-width:none;print-color-adjust:exact;-webkit-print-color-adjust:exact}}";

#define SENTENCE 40 /* bytes: not a number any more */

static void element(FILE *out, const char *tag, const char *class, const char *text)
{
    fprintf(out, "<%s%s%s%s>", tag, *class ? " class=\"" : "", class, *class ? "\"" : "");
    report_escape(out, text);
    fprintf(out, "</%s>\n", tag);
}

static bool filled(const struct page_block *b, size_t column)
{
    for (size_t i = column; i < b->n_rows * b->n_columns; i += b->n_columns)
        if (*b->cell[i])
            return true;
    return false;
}

static void row(FILE *out, const struct page_block *b, const char *const *cells, const char *tag)
{
    fputs("<tr>", out);
    for (size_t c = 0; c < b->n_columns; c++) {
        bool right = *b->title[c] == '>';
        if (filled(b, c))
            element(out, tag,
                    !right                                 ? ""
                    : cells && strlen(cells[c]) > SENTENCE ? "r s"
                                                           : "r",
                    cells ? cells[c] : b->title[c] + right);
    }
    fputs("</tr>\n", out);
}

#define DENSE 9 /* columns that fill a line of A4 */

/* A last column of sentences wants room; many columns want less each. */
static const char *class_of(const struct page_block *b)
{
    bool long_text = false;
    size_t columns = 0;
    for (size_t i = b->n_columns - 1; i < b->n_rows * b->n_columns; i += b->n_columns)
        long_text |= strlen(b->cell[i]) > 25;
    for (size_t c = 0; c < b->n_columns; c++)
        columns += filled(b, c);
    return columns >= DENSE ? " class=\"dense\"" : b->n_columns > 3 && long_text ? " class=\"wide\"" : "";
}

static void show_table(FILE *out, const struct page_block *b)
{
    bool head = false;
    for (size_t c = 0; c < b->n_columns; c++)
        head |= b->title[c][*b->title[c] == '>'] != '\0';
    if (!b->n_rows)
        return;
    fprintf(out, "<table%s>\n", class_of(b));
    if (head) {
        fputs("<thead>", out);
        row(out, b, NULL, "th");
        fputs("</thead>\n", out);
    }
    fputs("<tbody>\n", out);
    for (size_t i = 0; i < b->n_rows; i++)
        row(out, b, b->cell + i * b->n_columns, "td");
    fputs("</tbody></table>\n", out);
}

static void show_cards(FILE *out, const struct page_block *b)
{
    fputs("<div class=\"cards\">\n", out);
    for (size_t i = 0; i < b->n_rows; i++) {
        const char *const *cells = b->cell + i * b->n_columns;
        fputs("<div class=\"card\">", out);
        element(out, "span", "", cells[0]);
        element(out, "b", "", cells[1]);
        element(out, "span", "", cells[2]);
        fputs("</div>\n", out);
    }
    fputs("</div>\n", out);
}

static void show(FILE *out, const struct page_block *b, struct language *language)
{
    switch (b->kind) {
    case BLOCK_TITLE: element(out, "h1", "", b->text); break;
    case BLOCK_HEADING: element(out, "h2", "", b->text); break;
    case BLOCK_WORDS: element(out, "p", "", b->text); break;
    case BLOCK_NOTE: element(out, "p", "note", b->text); break;
    case BLOCK_TABLE: show_table(out, b); break;
    case BLOCK_CARDS: show_cards(out, b); break;
    case BLOCK_CHART: report_chart(out, b, language); break;
    case BLOCK_FOOT: element(out, "footer", "", b->text); break;
    }
}

void report_html_page(FILE *out, const struct page *page, struct language *language)
{
    const struct page_block *block;
    size_t n = page_blocks(page, &block);
    fprintf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n", language_name(language));
    fputs("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n", out);
    element(out, "title", "", n ? block[0].text : "");
    fprintf(out, "<style>%s</style>\n</head>\n<body>\n", style);
    for (size_t i = 0; i < n; i++)
        show(out, &block[i], language);
    fputs("</body>\n</html>\n", out);
}
