/* The longest common subsequence of two sequences of numbers, in linear memory and bounded time. */
#ifndef HOTLENS_SRC_PYTHON_DIFF_H
#define HOTLENS_SRC_PYTHON_DIFF_H

#include <stdbool.h>
#include <stdint.h>

#define DIFF_NONE UINT32_MAX

struct diff {
    const uint32_t *old_items; /* numbers below `id_count` */
    const uint32_t *new_items;
    uint32_t old_count;
    uint32_t new_count;
    uint32_t id_count;
    uint64_t steps; /* that may still be taken */
    bool is_rough;  /* ret: they did not suffice */
    /* Called for each match; pairs come in no particular order but never cross. */
    void (*match)(void *user, uint32_t old_index, uint32_t new_index);
    void *user;
};

/* 0 or -ENOMEM. */
int diff_run(struct diff *diff);

#endif
