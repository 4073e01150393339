/* Framing and reading of messages on any bytes: no crash, and how the bytes are cut makes no difference. */
#include <stdint.h>
#include <string.h>

#include "hotlens/lsp/framing.h"
#include "hotlens/lsp/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LIMIT 4096

/* What a message is, for comparing: kind, method, id. */
static void note_message(struct hl_buffer *events, const char *body, size_t length)
{
    struct hl_message message;
    hl_message_parse(body, length, &message);
    hl_assert((message.kind == HL_MESSAGE_INVALID) == (message.problem != NULL));
    hl_buffer_printf(events, "%d %d %s %d %s;", (int)message.kind, message.code,
                     message.method ? message.method : "", (int)message.id.kind,
                     message.id.string ? message.id.string : "");
    hl_message_finish(&message);
}

static void read_in_pieces(const uint8_t *data, size_t size, size_t piece, struct hl_buffer *events)
{
    _cleanup_(hl_framing_destroy_p) struct hl_framing *framing = hl_framing_create(LIMIT);
    for (size_t at = 0; at < size; at += piece) {
        const char *bytes = (const char *)data + at;
        size_t left = piece < size - at ? piece : size - at;
        for (;;) {
            enum hl_framing_event event;
            const char *body = NULL;
            size_t length = 0;
            int r = hl_framing_next(framing, &bytes, &left, &event, &body, &length);
            hl_assert(r == 0);
            if (event == HL_FRAMING_MORE) {
                break;
            }
            hl_buffer_printf(events, "%d:", (int)event);
            if (event == HL_FRAMING_BODY) {
                hl_assert(length <= LIMIT);
                note_message(events, body, length);
            }
        }
        hl_assert(left == 0);
    }
    hl_buffer_putc(events, hl_framing_is_inside(framing) ? '+' : '.');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t PIECES[] = {1, 2, 7, 61};
    _cleanup_buffer_ struct hl_buffer whole = {0};
    read_in_pieces(data, size, size ? size : 1, &whole);
    for (size_t i = 0; i < ARRAY_SIZE(PIECES); i++) {
        _cleanup_buffer_ struct hl_buffer cut = {0};
        read_in_pieces(data, size, PIECES[i], &cut);
        hl_assert(cut.length == whole.length);
        hl_assert(memcmp(cut.data, whole.data, whole.length) == 0);
    }
    return 0;
}
