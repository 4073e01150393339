/* Standard input and output on the loop. Standard output belongs to the protocol alone: descriptor 1 is
 * moved away at the start and points to standard error afterwards, so that no stray print and no child
 * can break the stream. */
#ifndef HOTLENS_SERVER_TRANSPORT_H
#define HOTLENS_SERVER_TRANSPORT_H

#include <uv.h>

#include "hotlens/lsp/framing.h"

struct hl_transport;

struct hl_transport_events {
    /* A body, NUL-terminated copy not promised. */
    void (*body)(void *user, const char *body, size_t length);
    /* HL_FRAMING_OVERSIZE or HL_FRAMING_MALFORMED. */
    void (*problem)(void *user, enum hl_framing_event event);
    /* Standard input ended, or standard output is gone. Once. */
    void (*closed)(void *user);
};

enum hl_urgency {
    HL_SEND_ALWAYS,   /* replies, requests */
    HL_SEND_DROPPABLE, /* logs, progress, live updates: dropped first when the client does not read */
};

/* Works on pipes, sockets, terminals and files (a regular file is read in one go: epoll refuses it). */
int hl_transport_start(uv_loop_t *loop, const struct hl_transport_events *events, void *user,
                       struct hl_transport **ret_transport);
/* Sends a message made with hl_message_begin_… ; takes its bytes, leaves it empty for the next. More than
 * HL_LIMIT_SEND_QUEUE bytes waiting: droppable ones are dropped and reading stops until half of it is gone,
 * so that a client that does not read cannot make us hold its questions' answers without bound. */
void hl_transport_send(struct hl_transport *transport, struct hl_buffer *message,
                       enum hl_urgency urgency);
/* Stops reading until it is called with false: there is enough to do. What was read waits. */
void hl_transport_hold(struct hl_transport *transport, bool hold);
/* Stops reading, sends what waits (at most 500 ms), closes; `closed` is not called any more. */
void hl_transport_stop(struct hl_transport *transport, void (*done)(void *user));

#endif
