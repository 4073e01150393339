#include "hotlens/formats/html.h"

#include <string.h>

#include "hotlens/base/utf8.h"
#include "markup.h"
#include "viewer.h"

/* Only the script and the style of this build run, by their hashes; data blocks never do. */
#define POLICY                                                                                     \
    "default-src 'none'; script-src '" VIEWER_SCRIPT_HASH "'; style-src '" VIEWER_STYLE_HASH       \
    "'; base-uri 'none'; form-action 'none'"

static void put_escaped(struct hl_buffer *out, const char *text)
{
    _cleanup_buffer_ struct hl_buffer visible = {0};
    hl_utf8_append_visible(&visible, text, strlen(text));
    markup_append(out, visible.data ? visible.data : "", visible.length);
}

void hl_html_begin(struct hl_buffer *out, const char *title)
{
    hl_buffer_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"" POLICY "\">\n"
                        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                        "<meta name=\"generator\" content=\"hotlens " HOTLENS_VERSION "\">\n"
                        "<title>");
    put_escaped(out, title);
    hl_buffer_puts(out, " · hotlens</title>\n<style>");
    hl_buffer_append(out, VIEWER_STYLE, sizeof(VIEWER_STYLE));
    hl_buffer_puts(out, "</style>\n</head>\n<body>\n<div id=\"hotlens\"><noscript>This flame graph needs "
                        "JavaScript; all of it is in this file.</noscript></div>\n");
}

void hl_html_data_begin(struct hl_buffer *out, const char *id)
{
    hl_buffer_printf(out, "<script type=\"application/json\" id=\"%s\">", id);
}

void hl_html_data_end(struct hl_buffer *out)
{
    hl_buffer_puts(out, "</script>\n");
}

void hl_html_end(struct hl_buffer *out)
{
    hl_buffer_puts(out, "<script>");
    hl_buffer_append(out, VIEWER_SCRIPT, sizeof(VIEWER_SCRIPT));
    hl_buffer_puts(out, "</script>\n</body>\n</html>\n");
}
