/* Escape sequences that programs write for terminals (ECMA-48). */
#ifndef HOTLENS_BASE_ESCAPE_H
#define HOTLENS_BASE_ESCAPE_H

#include <stddef.h>

/* Takes them out, in place: control sequences (ESC [ … final byte), commands for the terminal
 * (ESC ] … BEL or ESC \) and those of two bytes; one that the text ends in goes too. Returns the new
 * length; text[that] becomes '\0', for which there must be room. Linear. */
size_t hl_strip_escapes(char *text, size_t length);

#endif
