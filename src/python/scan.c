/* The scanner: one pass over the bytes that finds logical lines, their indentation, and the
 * definitions among them. Strings, comments and brackets only matter because words inside them are
 * not statements, so nothing else of the grammar is known here. */
#include <errno.h>

#include "cursor.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/memory.h"
#include "outline_private.h"

struct open_block {
    uint32_t indent;
    uint32_t index;
};

/* Where the scanner is in the header of the newest definition. */
enum header_state {
    HEADER_NONE,
    HEADER_OPEN,  /* before its colon */
    HEADER_COLON, /* behind it, on the same logical line */
};

struct scanner {
    struct cursor cursor;
    struct hl_outline *outline;
    struct outline_part *part;
    struct open_block blocks[HL_LIMIT_OUTLINE_NESTING];
    uint32_t block_count;
    uint32_t depth; /* of brackets */
    uint32_t last_token_line;
    uint32_t decorator_line;   /* of the first decorator of what comes next, or 0 */
    uint32_t decorator_indent;
    enum header_state header;
    uint32_t header_lambdas; /* their colons come before the header's own */
    bool at_logical_start;
    bool at_physical_start; /* only told inside brackets */
};

struct header {
    enum hl_definition_kind kind;
    const char *name;
    size_t name_length;
    struct cursor after;
};

/* def NAME, async def NAME, class NAME. Those words can stand nowhere else at the start of a line. */
static bool match_header(struct cursor cursor, struct header *ret_header)
{
    struct header header = {.kind = HL_DEFINITION_FUNCTION};
    if (cursor_take(&cursor, "async") && !cursor_skip_blanks(&cursor)) {
        return false;
    }
    if (cursor_take(&cursor, "class")) {
        header.kind = HL_DEFINITION_CLASS;
    } else if (!cursor_take(&cursor, "def")) {
        return false;
    }
    if (!cursor_skip_blanks(&cursor)) {
        return false;
    }
    header.name_length = cursor_take_word(&cursor, &header.name);
    if (header.name_length == 0 || (*header.name >= '0' && *header.name <= '9')) {
        return false;
    }
    header.after = cursor;
    *ret_header = header;
    return true;
}

static bool take_main_name(struct cursor *cursor)
{
    bool taken = cursor_take(cursor, "__name__");
    cursor_skip_blanks(cursor);
    return taken;
}

static bool take_main_string(struct cursor *cursor)
{
    static const char *const STRINGS[] = {"\"__main__\"", "'__main__'"};
    for (size_t i = 0; i < ARRAY_SIZE(STRINGS); i++) {
        if (cursor_take(cursor, STRINGS[i])) {
            cursor_skip_blanks(cursor);
            return true;
        }
    }
    return false;
}

/* if __name__ == "__main__", either way round. */
static bool match_main(struct cursor cursor)
{
    if (!cursor_take(&cursor, "if")) {
        return false;
    }
    cursor_skip_blanks(&cursor);
    if (cursor.at < cursor.end && *cursor.at == '(') {
        cursor.at++;
        cursor_skip_blanks(&cursor);
    }
    bool name_first = take_main_name(&cursor);
    if (!name_first && !take_main_string(&cursor)) {
        return false;
    }
    if (cursor.end - cursor.at < 2 || cursor.at[0] != '=' || cursor.at[1] != '=') {
        return false;
    }
    cursor.at += 2;
    cursor_skip_blanks(&cursor);
    return name_first ? take_main_string(&cursor) : take_main_name(&cursor);
}

/* Columns as CPython counts them. A backslash in the indentation freezes it; a form feed resets. */
static uint32_t measure_indent(struct cursor *cursor)
{
    uint32_t column = 0;
    uint32_t frozen = 0;
    while (cursor->at < cursor->end) {
        if (*cursor->at == ' ') {
            column++;
        } else if (*cursor->at == '\t') {
            column = (column / 8 + 1) * 8;
        } else if (*cursor->at == '\f') {
            column = 0;
        } else if (cursor_skip_continuation(cursor)) {
            frozen = frozen ? frozen : column;
            continue;
        } else {
            break;
        }
        cursor->at++;
    }
    return frozen ? frozen : column;
}

static void close_blocks(struct scanner *scanner, uint32_t indent)
{
    while (scanner->block_count > 0 && scanner->blocks[scanner->block_count - 1].indent >= indent) {
        const struct open_block *block = &scanner->blocks[--scanner->block_count];
        struct hl_definition *definition = &scanner->outline->items[block->index];
        definition->end_line = scanner->last_token_line;
        /* Only in text that does not compile: a definition without a body. */
        if (definition->body_line > definition->end_line) {
            definition->body_line = definition->end_line;
        }
    }
}

static int open_definition(struct scanner *scanner, uint32_t indent, const struct header *header)
{
    uint32_t line = scanner->cursor.line;
    scanner->cursor = header->after;
    scanner->last_token_line = scanner->cursor.line;
    /* Half-typed text may end a block between a decorator and the next definition. */
    bool is_decorated = scanner->decorator_line > 0 && scanner->decorator_indent == indent;
    uint32_t first_line = is_decorated ? scanner->decorator_line : line;
    scanner->decorator_line = 0;
    if (scanner->block_count == HL_LIMIT_OUTLINE_NESTING) {
        return 0; /* CPython refuses such a text; this one is left out */
    }
    struct hl_definition definition = {
        .kind = header->kind,
        .parent = scanner->block_count > 0 ? scanner->blocks[scanner->block_count - 1].index
                                           : HL_NO_DEFINITION,
        .first_line = first_line,
        .def_line = line,
        .body_line = line,
    };
    int r = outline_add(scanner->outline, &definition, header->name, header->name_length);
    if (r < 0) {
        return r;
    }
    scanner->blocks[scanner->block_count++] =
        (struct open_block){.indent = indent, .index = scanner->outline->count - 1};
    scanner->header = HEADER_OPEN;
    scanner->header_lambdas = 0;
    return 0;
}

/* Where the body of the newest definition begins, once that is known. */
static void close_header(struct scanner *scanner, uint32_t body_line)
{
    if (scanner->header != HEADER_NONE) {
        scanner->outline->items[scanner->outline->count - 1].body_line = body_line;
        scanner->header = HEADER_NONE;
    }
}

/* Whether nothing that came before matters to the statement that starts at `start`. */
static bool is_fresh(const struct scanner *scanner, const char *start)
{
    return scanner->cursor.at == start && scanner->decorator_line == 0 && scanner->depth == 0 &&
           scanner->header == HEADER_NONE;
}

static int note_fresh(struct scanner *scanner)
{
    struct outline_part *part = scanner->part;
    part->has_stopped = part->stops_at && part->stops_at(part->user, scanner->cursor.line);
    return part->has_stopped ? 0 : outline_add_fresh(scanner->outline, scanner->cursor.line);
}

static int start_logical_line(struct scanner *scanner)
{
    struct cursor *cursor = &scanner->cursor;
    const char *start = cursor->at;
    uint32_t indent = measure_indent(cursor);
    if (cursor->at == cursor->end || cursor_is_newline(*cursor->at) || *cursor->at == '#') {
        /* Blank lines and comments neither end a block nor make it longer. */
        cursor_skip_line(cursor);
        cursor_skip_newline(cursor);
        return 0;
    }
    close_blocks(scanner, indent);
    if (is_fresh(scanner, start)) {
        int r = note_fresh(scanner);
        if (r < 0 || scanner->part->has_stopped) {
            return r;
        }
    }
    scanner->at_logical_start = false;
    struct header header;
    if (match_header(*cursor, &header)) {
        return open_definition(scanner, indent, &header);
    }
    if (*cursor->at != '@') {
        scanner->decorator_line = 0;
    } else if (scanner->decorator_line == 0 || scanner->decorator_indent != indent) {
        scanner->decorator_line = cursor->line;
        scanner->decorator_indent = indent;
    }
    if (scanner->outline->main_line == 0 && indent == 0 && match_main(*cursor)) {
        scanner->outline->main_line = cursor->line;
    }
    return 0;
}

/* A bracket that was left open while typing must not swallow the rest of the text. */
static bool recovers(struct scanner *scanner)
{
    struct cursor ahead = scanner->cursor;
    while (ahead.at < ahead.end && cursor_is_blank(*ahead.at)) {
        ahead.at++;
    }
    struct header header;
    return match_header(ahead, &header);
}

static void end_physical_line(struct scanner *scanner)
{
    if (scanner->depth > 0) {
        scanner->at_physical_start = true;
        return;
    }
    close_header(scanner, scanner->cursor.line);
    scanner->at_logical_start = true;
}

static void scan_string(struct scanner *scanner, bool formatted)
{
    if (!cursor_skip_string(&scanner->cursor, formatted)) {
        scanner->outline->is_unterminated = true;
    }
    scanner->last_token_line = scanner->cursor.line;
}

static void scan_word(struct scanner *scanner)
{
    struct cursor *cursor = &scanner->cursor;
    const char *word;
    size_t length = cursor_take_word(cursor, &word);
    scanner->last_token_line = cursor->line;
    if (scanner->header == HEADER_OPEN && scanner->depth == 0 && length == 6 &&
        memcmp(word, "lambda", 6) == 0) {
        scanner->header_lambdas++;
    }
    if (cursor->at < cursor->end && (*cursor->at == '"' || *cursor->at == '\'')) {
        scan_string(scanner, cursor_is_formatted_prefix(word, length));
    }
}

static void scan_colon(struct scanner *scanner)
{
    if (scanner->header != HEADER_OPEN || scanner->depth > 0) {
        return;
    }
    if (scanner->header_lambdas > 0) {
        scanner->header_lambdas--;
    } else {
        scanner->header = HEADER_COLON;
    }
}

static void scan_sign(struct scanner *scanner)
{
    char sign = *scanner->cursor.at++;
    scanner->last_token_line = scanner->cursor.line;
    if (sign == '(' || sign == '[' || sign == '{') {
        scanner->depth++;
    } else if ((sign == ')' || sign == ']' || sign == '}') && scanner->depth > 0) {
        scanner->depth--;
    } else if (sign == ':') {
        scan_colon(scanner);
    }
}

static void scan_token(struct scanner *scanner)
{
    struct cursor *cursor = &scanner->cursor;
    char byte = *cursor->at;
    if (cursor_is_blank(byte)) {
        cursor->at++;
    } else if (byte == '#') {
        cursor_skip_line(cursor);
    } else if (cursor_skip_newline(cursor)) {
        end_physical_line(scanner);
    } else if (!cursor_skip_continuation(cursor)) {
        if (scanner->header == HEADER_COLON) {
            close_header(scanner, cursor->line);
        }
        if (cursor_is_word(byte)) {
            scan_word(scanner);
        } else if (byte == '"' || byte == '\'') {
            scan_string(scanner, false);
        } else {
            scan_sign(scanner);
        }
    }
}

static int scan_all(struct scanner *scanner)
{
    while (scanner->cursor.at < scanner->cursor.end && !scanner->part->has_stopped) {
        if (scanner->at_physical_start) {
            scanner->at_physical_start = false;
            if (recovers(scanner)) {
                scanner->depth = 0;
                close_header(scanner, scanner->cursor.line);
                scanner->at_logical_start = true;
            }
        }
        if (!scanner->at_logical_start) {
            scan_token(scanner);
            continue;
        }
        int r = start_logical_line(scanner);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

/* What only the end of the text tells. */
static void end_text(struct scanner *scanner)
{
    struct hl_outline *outline = scanner->outline;
    const struct outline_part *part = scanner->part;
    bool is_ended = part->start == part->end || cursor_is_newline(part->end[-1]);
    outline->lines = scanner->cursor.line - (uint32_t)is_ended;
    if (scanner->last_token_line > outline->lines) {
        scanner->last_token_line = outline->lines;
    }
    close_header(scanner, scanner->cursor.line);
    close_blocks(scanner, 0);
}

int outline_scan_part(struct hl_outline *outline, struct outline_part *part)
{
    /* Its stack of blocks is too large for a thread's small stack. */
    _cleanup_free_ struct scanner *scanner = hl_xcalloc(1, sizeof(*scanner));
    scanner->cursor = (struct cursor){.at = part->start, .end = part->end, .line = part->line};
    scanner->outline = outline;
    scanner->part = part;
    scanner->at_logical_start = true;
    part->has_stopped = false;
    int r = scan_all(scanner);
    if (r == 0 && !part->has_stopped) {
        end_text(scanner);
    }
    return r;
}

int outline_scan(struct hl_outline *outline, const char *text, size_t length)
{
    if (length >= UINT32_MAX) {
        return -E2BIG;
    }
    bool has_mark = length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0;
    struct outline_part part = {
        .start = has_mark ? text + 3 : text,
        .end = text + length,
        .line = 1,
    };
    return outline_scan_part(outline, &part);
}
