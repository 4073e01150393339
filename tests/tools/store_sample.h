/* Profiles and runs for tests of the store, made from a seed. */
#ifndef HOTLENS_TESTS_STORE_SAMPLE_H
#define HOTLENS_TESTS_STORE_SAMPLE_H

#include "hotlens/store/store.h"

struct sample {
    struct hl_run run;
    struct hl_run_content content;
    struct hl_functions *functions;
    uint64_t *self;
    uint64_t *total;
    struct hl_line *lines;
    struct hl_window windows[2];
    struct hl_source sources[3];
};

struct sample_size {
    uint32_t stacks;
    uint32_t depth; /* of the stacks, at most */
    uint32_t functions;
    uint32_t files;
    uint32_t lines; /* in each function */
};

#define SAMPLE_SMALL ((struct sample_size){40, 12, 20, 3, 4})

/* Random stacks whose beginnings are often shared. */
struct hl_profile *sample_profile(uint64_t seed, const struct sample_size *size);
/* A whole run over such a profile. Aborts when memory is gone. */
void sample_init(struct sample *sample, uint64_t seed, const struct sample_size *size);
void sample_finish(struct sample *sample);
/* Whether a run that was loaded holds what sample_init made from the same seed; says what differs
 * on stderr. */
bool sample_equals(struct hl_store *store, int64_t run_id, const struct sample *sample);
bool sample_profiles_equal(const struct hl_profile *a, const struct hl_profile *b);

#endif
