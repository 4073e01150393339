/* The least that loading a raw profile can be: the whole file in memory, memchr() for delimiters, a hash
 * per frame text, one open-addressed table for frames and one for (parent, frame). It trusts its input
 * blindly, knows no frame that holds a `;`, checks no UTF-8, takes no frame apart, never grows a table,
 * and freezes nothing. What it takes on a machine is what a target there can be judged by; prints that
 * as JSON, in nanoseconds of CPU time.
 *
 * usage: bench-floor FILE */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "hotlens/base/file.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/memory.h"

struct frame {
    const char *text;
    size_t length;
    uint64_t hash;
};

struct node {
    uint32_t parent;
    uint32_t frame;
    uint64_t self;
};

struct tree {
    struct frame *frames;
    uint32_t frame_count; /* from 1 */
    uint32_t *frame_slots;
    size_t frame_mask;
    struct node *nodes;
    uint32_t node_count; /* from 1, the root */
    uint32_t *node_slots;
    size_t node_mask;
};

static uint32_t intern(struct tree *tree, const char *text, size_t length)
{
    uint64_t hash = hl_hash_bytes(text, length, 0);
    for (size_t at = hash;; at++) {
        uint32_t *slot = &tree->frame_slots[at & tree->frame_mask];
        const struct frame *frame = &tree->frames[*slot];
        if (*slot == 0) {
            *slot = ++tree->frame_count;
            tree->frames[*slot] = (struct frame){.text = text, .length = length, .hash = hash};
            return *slot;
        }
        if (frame->hash == hash && frame->length == length &&
            memcmp(frame->text, text, length) == 0) {
            return *slot;
        }
    }
}

static uint32_t child(struct tree *tree, uint32_t parent, uint32_t frame)
{
    for (size_t at = hl_hash_mix((uint64_t)parent << 32 | frame, 1);; at++) {
        uint32_t *slot = &tree->node_slots[at & tree->node_mask];
        if (*slot == 0) {
            *slot = ++tree->node_count;
            tree->nodes[*slot] = (struct node){.parent = parent, .frame = frame};
            return *slot;
        }
        if (tree->nodes[*slot].parent == parent && tree->nodes[*slot].frame == frame) {
            return *slot;
        }
    }
}

static void enter_line(struct tree *tree, const char *line, const char *end)
{
    const char *space = memrchr(line, ' ', (size_t)(end - line));
    uint32_t node = 1;
    for (const char *next; line < space; line = next + 1) {
        next = memchr(line, ';', (size_t)(space - line));
        next = next ? next : space;
        node = child(tree, node, intern(tree, line, (size_t)(next - line)));
    }
    tree->nodes[node].self += strtoull(space + 1, NULL, 10);
}

static int64_t cpu_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static size_t power_of_two(size_t least)
{
    size_t power = 1;
    while (power < least) {
        power *= 2;
    }
    return power;
}

/* Tables that suit what make_profile.py writes. Pages that are not touched cost nothing. */
static void tree_init(struct tree *tree, size_t length)
{
    size_t node_slots = power_of_two(length / 32);
    size_t frame_slots = power_of_two(length / 256);
    *tree = (struct tree){
        .frames = hl_xmalloc(frame_slots * sizeof(*tree->frames)),
        .frame_slots = hl_xcalloc(frame_slots, sizeof(*tree->frame_slots)),
        .frame_mask = frame_slots - 1,
        .nodes = hl_xmalloc(node_slots * sizeof(*tree->nodes)),
        .node_count = 1,
        .node_slots = hl_xcalloc(node_slots, sizeof(*tree->node_slots)),
        .node_mask = node_slots - 1,
    };
    tree->nodes[1] = (struct node){0};
}

static char *read_all(const char *path, size_t *ret_length)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0) {
        return NULL;
    }
    size_t length = (size_t)status.st_size;
    char *text = hl_xmalloc(length);
    ssize_t got = 1;
    for (size_t at = 0; at < length && got > 0; at += (size_t)got) {
        got = read(fd, text + at, length - at);
    }
    *ret_length = length;
    return text;
}

int main(int argc, char **argv)
{
    int64_t start = cpu_time();
    size_t length = 0;
    _cleanup_free_ char *text = argc == 2 ? read_all(argv[1], &length) : NULL;
    if (!text) {
        fprintf(stderr, "usage: bench-floor FILE\n");
        return 2;
    }
    int64_t read_end = cpu_time();
    struct tree tree;
    tree_init(&tree, length);
    const char *end = text + length;
    for (const char *line = text, *next; line < end; line = next + 1) {
        next = memchr(line, '\n', (size_t)(end - line));
        enter_line(&tree, line, next);
    }
    int64_t ns = cpu_time();
    uint64_t samples = 0;
    for (uint32_t i = 1; i <= tree.node_count; i++) {
        samples += tree.nodes[i].self;
    }
    printf("{\"ns\": %lld, \"parse_ns\": %lld, \"nodes\": %u, \"samples\": %llu}\n",
           (long long)(ns - start), (long long)(ns - read_end), tree.node_count,
           (unsigned long long)samples);
    free(tree.frames);
    free(tree.frame_slots);
    free(tree.nodes);
    free(tree.node_slots);
    return 0;
}
