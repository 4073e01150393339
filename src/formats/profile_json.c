#include "hotlens/formats/profile_json.h"

#define FORMAT "hotlens-profile"
#define FORMAT_VERSION 1

static const char *frame_kind_name(enum hl_frame_kind kind)
{
    switch (kind) {
    case HL_FRAME_SOURCE:
        return "source";
    case HL_FRAME_OPAQUE:
        return "opaque";
    case HL_FRAME_THREAD:
        return "thread";
    case HL_FRAME_PROCESS:
        return "process";
    }
    return "opaque";
}

static const char *function_kind_name(enum hl_function_kind kind)
{
    switch (kind) {
    case HL_FUNCTION_CODE:
        return "code";
    case HL_FUNCTION_THREAD:
        return "thread";
    case HL_FUNCTION_PROCESS:
        return "process";
    }
    return "code";
}

static void write_string(const struct hl_strings *strings, uint32_t id, struct hl_json *json)
{
    if (id == HL_NO_STRING) {
        hl_json_null(json);
        return;
    }
    size_t length;
    const char *text = hl_strings_get(strings, id, &length);
    hl_json_bytes(json, text, length);
}

static void write_frame_texts(const struct hl_frames *frames, struct hl_json *json)
{
    hl_json_key(json, "text");
    hl_json_array_begin(json);
    for (uint32_t i = 0; i < hl_frames_count(frames); i++) {
        size_t length;
        const char *text = hl_frames_text(frames, i, &length);
        hl_json_bytes(json, text, length);
    }
    hl_json_array_end(json);
}

static void write_frame_kinds(const struct hl_frames *frames, struct hl_json *json)
{
    hl_json_key(json, "kind");
    hl_json_array_begin(json);
    for (uint32_t i = 0; i < hl_frames_count(frames); i++) {
        hl_json_string(json, frame_kind_name(hl_frames_get(frames, i)->kind));
    }
    hl_json_array_end(json);
}

static void write_frame_names(const struct hl_frames *frames, const char *key, struct hl_json *json)
{
    const struct hl_strings *strings = hl_frames_strings(frames);
    bool files = key[0] == 'f';
    hl_json_key(json, key);
    hl_json_array_begin(json);
    for (uint32_t i = 0; i < hl_frames_count(frames); i++) {
        const struct hl_frame *frame = hl_frames_get(frames, i);
        write_string(strings, files ? frame->file : frame->name, json);
    }
    hl_json_array_end(json);
}

static void write_frame_numbers(const struct hl_frames *frames, struct hl_json *json)
{
    hl_json_key(json, "line");
    hl_json_array_begin(json);
    for (uint32_t i = 0; i < hl_frames_count(frames); i++) {
        hl_json_u64(json, hl_frames_get(frames, i)->line);
    }
    hl_json_array_end(json);
    hl_json_key(json, "number");
    hl_json_array_begin(json);
    for (uint32_t i = 0; i < hl_frames_count(frames); i++) {
        hl_json_u64(json, hl_frames_get(frames, i)->number);
    }
    hl_json_array_end(json);
}

static void write_frames(const struct hl_frames *frames, const struct hl_functions *functions,
                         struct hl_json *json)
{
    hl_json_key(json, "frames");
    hl_json_object_begin(json);
    write_frame_texts(frames, json);
    write_frame_kinds(frames, json);
    write_frame_names(frames, "name", json);
    write_frame_names(frames, "file", json);
    write_frame_numbers(frames, json);
    if (functions) {
        hl_json_key(json, "function");
        hl_json_array_begin(json);
        for (uint32_t i = 0; i < functions->frame_count; i++) {
            uint32_t function = functions->of_frame[i];
            hl_json_i64(json, function == HL_NO_GROUP ? -1 : (int64_t)function);
        }
        hl_json_array_end(json);
    }
    hl_json_object_end(json);
}

static void write_functions(const struct hl_functions *functions, struct hl_json *json)
{
    hl_json_key(json, "functions");
    hl_json_array_begin(json);
    for (size_t i = 0; i < functions->count; i++) {
        const struct hl_function *function = &functions->items[i];
        hl_json_object_begin(json);
        hl_json_member_string(json, "kind", function_kind_name(function->kind));
        hl_json_key(json, "name");
        write_string(functions->strings, function->name, json);
        hl_json_key(json, "file");
        write_string(functions->strings, function->file, json);
        hl_json_member_u64(json, "line", function->line);
        hl_json_member_u64(json, "end_line", function->end_line);
        hl_json_object_end(json);
    }
    hl_json_array_end(json);
}

static void write_nodes(const struct hl_columns *columns, struct hl_json *json)
{
    hl_json_key(json, "nodes");
    hl_json_object_begin(json);
    hl_json_key(json, "frame");
    hl_json_array_begin(json);
    for (uint32_t i = 0; i < columns->count; i++) {
        uint32_t frame = columns->frame[i];
        hl_json_i64(json, frame == HL_NO_FRAME ? -1 : (int64_t)frame);
    }
    hl_json_array_end(json);
    hl_json_key(json, "depth");
    hl_json_array_begin(json);
    for (uint32_t i = 0; i < columns->count; i++) {
        hl_json_u64(json, columns->depth[i]);
    }
    hl_json_array_end(json);
    hl_json_key(json, "self");
    hl_json_array_begin(json);
    for (uint32_t i = 0; i < columns->count; i++) {
        hl_json_u64(json, columns->self[i]);
    }
    hl_json_array_end(json);
    hl_json_object_end(json);
}

void hl_profile_json_write(const struct hl_profile *profile, const struct hl_functions *functions,
                           struct hl_json *json)
{
    hl_json_member_string(json, "format", FORMAT);
    hl_json_member_u64(json, "version", FORMAT_VERSION);
    hl_json_member_string(json, "metric", hl_metric_name(hl_profile_metric(profile)));
    hl_json_member_u64(json, "samples", hl_profile_samples(profile));
    write_frames(hl_profile_frames(profile), functions, json);
    if (functions) {
        write_functions(functions, json);
    }
    write_nodes(hl_profile_columns(profile), json);
}
