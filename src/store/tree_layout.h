/* What the writer and the reader of tree blobs share; docs/formats.md has the layout. */
#ifndef HOTLENS_STORE_TREE_LAYOUT_H
#define HOTLENS_STORE_TREE_LAYOUT_H

#include <stdint.h>
#include <string.h>

#include "hotlens/base/memory.h"
#include "hotlens/profile/frames.h"

#define TREE_MAGIC "hltree"
#define TREE_MAGIC_SIZE 6
#define TREE_VERSION 1
/* magic, version, packing, hash */
#define TREE_HEADER_SIZE (TREE_MAGIC_SIZE + 1 + 1 + 8)

enum tree_packing {
    TREE_PLAIN,
    TREE_DEFLATED, /* after the length of the plain bytes */
};

/* No blob unpacks to more than this many times its size, so that a small one cannot take much
 * memory; what would is stored plain. */
#define TREE_PACKING_LIMIT 64

/* Longest content that the writer deflates. */
#define TREE_DEFLATE_LIMIT ((size_t)256 << 10)

/* How the text of a frame is written. */
enum tree_text {
    TREE_TEXT_OWN,       /* length and bytes */
    TREE_TEXT_WITH_LINE, /* name (file:line) */
    TREE_TEXT_WITH_FILE, /* name (file) */
    TREE_TEXT_NAME,      /* the name alone */
};

/* Longest name and file together that a text is put together from: many frames may share them, so
 * without a limit a small blob could hold texts of any size. */
#define TREE_DERIVED_LIMIT 1000

/* Bits of the byte that a frame starts with. */
#define TREE_FRAME_KIND 0x03
#define TREE_FRAME_TEXT 0x0c
#define TREE_FRAME_TEXT_SHIFT 2
#define TREE_FRAME_HAS_FILE 0x10
#define TREE_FRAME_HAS_LINE 0x20
#define TREE_FRAME_HAS_NUMBER 0x40
#define TREE_FRAME_RESERVED 0x80

/* The codes of a node's frame; anything else is its id + TREE_NODE_KNOWN. */
#define TREE_NODE_GUESSED 0 /* what followed the same neighbour last time */
#define TREE_NODE_NEW 1     /* the first node with this frame: its id is the next */
#define TREE_NODE_KNOWN 2

/* Guesses the frame of a node from its neighbour: of a first child from the parent, of another
 * child from the sibling before. Programs call the same things in the same order, so it is often
 * right. */
struct tree_guess {
    uint32_t *first_child;  /* by parent's frame; the last entry is the root's */
    uint32_t *next_sibling; /* by sibling's frame */
    uint32_t frame_count;
};

static inline int tree_guess_init(struct tree_guess *guess, uint32_t frame_count)
{
    size_t count = (size_t)frame_count + 1;
    guess->frame_count = frame_count;
    guess->first_child = hl_try_malloc(count, sizeof(uint32_t));
    guess->next_sibling = hl_try_malloc(count, sizeof(uint32_t));
    if (!guess->first_child || !guess->next_sibling) {
        return -1;
    }
    memset(guess->first_child, 0xff, count * sizeof(uint32_t)); /* HL_NO_FRAME */
    memset(guess->next_sibling, 0xff, count * sizeof(uint32_t));
    return 0;
}

static inline void tree_guess_finish(struct tree_guess *guess)
{
    free(guess->first_child);
    free(guess->next_sibling);
}

#endif
