#include "words.h"

#include <stdbool.h>
#include <string.h>

#include "hotlens/base/buffer.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/strv.h"

/* Takes one word from *text. False when a quote is left open. */
static bool take_word(const char **text, struct hl_buffer *word)
{
    char quote = '\0';
    const char *at = *text;
    for (; *at && (quote || !strchr(" \t\n", *at)); at++) {
        if (quote && *at == quote) {
            quote = '\0';
        } else if (!quote && (*at == '"' || *at == '\'')) {
            quote = *at;
        } else if (*at == '\\' && at[1] && quote != '\'') {
            hl_buffer_putc(word, *++at);
        } else {
            hl_buffer_putc(word, *at);
        }
    }
    *text = at;
    return !quote;
}

char **split_words(const char *text)
{
    _cleanup_(hl_strv_free_p) char **words = NULL;
    for (text += strspn(text, " \t\n"); *text; text += strspn(text, " \t\n")) {
        _cleanup_buffer_ struct hl_buffer word = {0};
        if (!take_word(&text, &word)) {
            return NULL;
        }
        hl_strv_add_owned(&words, hl_buffer_take(&word));
    }
    return TAKE_PTR(words);
}
