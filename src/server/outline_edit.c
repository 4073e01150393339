#include "outline_edit.h"

#include <ctype.h>
#include <string.h>

/* What can begin, end or hold a definition, a string, a comment or a continued line. Everything beyond
 * ASCII stays out of it. */
static bool is_plain(const char *text, size_t length)
{
    static const char PLAIN[] = " .,+-*/%<>=!&|^~_";
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte >= 0x80 || byte == '\0' || (!isalnum(byte) && !strchr(PLAIN, (char)byte))) {
            return false;
        }
    }
    return true;
}

static bool is_word(unsigned char byte)
{
    return byte >= 0x80 || isalnum(byte) || byte == '_';
}

/* Words that begin what an outline is made of. */
static bool begins_definition(const char *word, size_t length)
{
    static const char *const WORDS[] = {"def", "class", "async", "if"};
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(*WORDS); i++) {
        if (strlen(WORDS[i]) == length && memcmp(word, WORDS[i], length) == 0) {
            return true;
        }
    }
    return false;
}

/* A quote right behind the edit may have got, or lost, the letters before it that say how it is read; a
 * backslash right before it may have been, or now be, the last of its line. */
static bool touches_meaning(const char *text, size_t start, size_t end)
{
    return text[end] == '"' || text[end] == '\'' || (start > 0 && text[start - 1] == '\\');
}

/* The first word of the line that holds `at`; false for a line that does not begin with one. */
static bool find_first_word(const struct hl_document *document, size_t at, size_t *ret_start,
                            size_t *ret_end)
{
    size_t start = at;
    while (start > 0 && document->text[start - 1] != '\n' && document->text[start - 1] != '\r') {
        start--;
    }
    while (document->text[start] == ' ' || document->text[start] == '\t') {
        start++;
    }
    size_t end = start;
    while (end < document->length && is_word((unsigned char)document->text[end])) {
        end++;
    }
    *ret_start = start;
    *ret_end = end;
    return end > start;
}

bool document_keeps_outline(const struct hl_document *document, size_t start, size_t end,
                            const char *text, size_t length)
{
    size_t word;
    size_t word_end;
    if (!is_plain(text, length) || !is_plain(document->text + start, end - start) ||
        touches_meaning(document->text, start, end) || !find_first_word(document, start, &word, &word_end)) {
        return false;
    }
    /* Behind the first word and what parts it from the rest, which stay. */
    return start > word_end && !begins_definition(document->text + word, word_end - word);
}
