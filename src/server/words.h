/* A command line in one string, cut into words as a shell would, without expansions. */
#ifndef HOTLENS_SRC_SERVER_WORDS_H
#define HOTLENS_SRC_SERVER_WORDS_H

/* NULL when there are none, or a quote is left open. Free with hl_strv_free. */
char **split_words(const char *text);

#endif
