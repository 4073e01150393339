/* Keys and the mouse from a terminal in raw mode. */
#include "flame_terminal.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ESCAPE_MS 50 /* what a terminal sends as one key comes at once */

static bool read_byte(int wait_ms, char *ret_byte)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&input, 1, wait_ms) > 0 && read(STDIN_FILENO, ret_byte, 1) == 1;
}

/* "\x1b[<0;12;5M": a click, columns and rows from 1. */
static int mouse_key(const char *text, struct terminal_key *ret_key)
{
    unsigned long numbers[3] = {0};
    if (*text != '<') {
        return KEY_NONE;
    }
    for (size_t i = 0; i < 3; i++) {
        char *end;
        numbers[i] = strtoul(text + 1, &end, 10);
        if (end == text + 1 || *end != (i < 2 ? ';' : 'M') || numbers[i] > UINT16_MAX) {
            return KEY_NONE;
        }
        text = end;
    }
    unsigned long button = numbers[0];
    if (numbers[1] == 0 || numbers[2] == 0) {
        return KEY_NONE;
    }
    ret_key->x = (uint32_t)numbers[1] - 1;
    ret_key->y = (uint32_t)numbers[2] - 1;
    return button == 0    ? KEY_CLICK
           : button == 64 ? KEY_WHEEL_UP
           : button == 65 ? KEY_WHEEL_DOWN
                          : KEY_NONE;
}

/* "\x1b[5~", with modifiers "\x1b[5;2~". */
static int numbered_key(const char *text)
{
    switch (strtoul(text, NULL, 10)) {
    case 1:
    case 7:
        return KEY_FIRST;
    case 4:
    case 8:
        return KEY_LAST;
    case 5:
        return KEY_PAGE_UP;
    case 6:
        return KEY_PAGE_DOWN;
    default:
        return KEY_NONE;
    }
}

/* What follows "\x1b[" or "\x1bO"; "1;3" before the letter of an arrow is Alt. */
static int named_key(const char *text, size_t length, struct terminal_key *ret_key)
{
    bool alt = strncmp(text, "1;3", 3) == 0;
    switch (length > 0 ? text[length - 1] : '\0') {
    case 'A':
        return KEY_UP;
    case 'B':
        return KEY_DOWN;
    case 'C':
        return alt ? KEY_ALT_RIGHT : KEY_RIGHT;
    case 'D':
        return alt ? KEY_ALT_LEFT : KEY_LEFT;
    case 'H':
        return KEY_FIRST;
    case 'F':
        return KEY_LAST;
    case '~':
        return numbered_key(text);
    default:
        return mouse_key(text, ret_key);
    }
}

static int escape_key(struct terminal_key *ret_key)
{
    char text[32];
    size_t length = 0;
    if (!read_byte(ESCAPE_MS, &text[0])) {
        return KEY_ESCAPE;
    }
    if (text[0] != '[' && text[0] != 'O') {
        return KEY_NONE;
    }
    while (length < sizeof(text) - 1 && read_byte(ESCAPE_MS, &text[length])) {
        char byte = text[length++];
        if (byte >= '@' && byte <= '~') {
            break;
        }
    }
    text[length] = '\0';
    return named_key(text, length, ret_key);
}

void terminal_read_key(struct terminal_key *ret_key)
{
    char byte;
    *ret_key = (struct terminal_key){.key = KEY_NONE};
    if (terminal_wait() < 0) {
        return; /* a signal: the caller looks */
    }
    ssize_t got = read(STDIN_FILENO, &byte, 1);
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) {
        ret_key->key = KEY_END;
    } else if (got == 1) {
        ret_key->key = byte == '\x1b' ? escape_key(ret_key) : (unsigned char)byte;
    }
}
