#include "program_output.h"

#include <string.h>

#include "hotlens/base/memory.h"

/* A line of the log. */
#define LINE_MOST ((size_t)4 << 10)
/* Of one recording, to a log that nobody may ever look at. */
#define LOG_MOST ((size_t)256 << 10)

struct program_output {
    struct hl_buffer lines[2];
    size_t logged;
    bool is_cut;
};

struct program_output *program_output_create(void)
{
    return hl_xcalloc(1, sizeof(struct program_output));
}

struct piece {
    uint32_t recording;
    int stream;
    const char *data;
    size_t length;
};

static void write_piece(struct hl_json *json, const void *data)
{
    const struct piece *piece = data;
    hl_json_object_begin(json);
    hl_json_member_u64(json, "id", piece->recording);
    hl_json_member_string(json, "stream", piece->stream == 1 ? "stdout" : "stderr");
    hl_json_key(json, "text");
    hl_json_bytes(json, piece->data, piece->length);
    hl_json_object_end(json);
}

static void log_line(struct program_output *output, struct hl_context *context,
                     struct hl_buffer *line)
{
    if (output->logged + line->length > LOG_MOST) {
        if (!output->is_cut) {
            hl_log_message(context, 3, "(more output of the program is not shown)");
        }
        output->is_cut = true;
    } else if (line->length > 0) {
        output->logged += line->length;
        hl_log_message(context, 4, "%s", line->data);
    }
    hl_buffer_clear(line);
}

static void log_text(struct program_output *output, struct hl_context *context, int stream,
                     const char *data, size_t length)
{
    struct hl_buffer *line = &output->lines[stream - 1];
    for (size_t i = 0; i < length; i++) {
        if (data[i] == '\n' || line->length >= LINE_MOST) {
            log_line(output, context, line);
        }
        if (data[i] != '\n' && data[i] != '\r' && data[i] != '\0') {
            hl_buffer_putc(line, data[i]);
        }
    }
}

void program_output_add(struct program_output *output, struct hl_context *context,
                        uint32_t recording, int stream, const char *data, size_t length)
{
    if (context->client->ui) {
        struct piece piece = {recording, stream, data, length};
        hl_notify(context, "hotlens/output", write_piece, &piece, HL_SEND_DROPPABLE);
    } else if (!output->is_cut) {
        log_text(output, context, stream, data, length);
    }
}

void program_output_destroy(struct program_output *output, struct hl_context *context,
                            uint32_t recording)
{
    (void)recording;
    if (!output) {
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(output->lines); i++) {
        if (!context->leaving && !output->is_cut) {
            log_line(output, context, &output->lines[i]);
        }
        hl_buffer_finish(&output->lines[i]);
    }
    free(output);
}
