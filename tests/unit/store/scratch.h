/* A folder of its own for a test, and a store in it. */
#ifndef HOTLENS_TESTS_UNIT_STORE_SCRATCH_H
#define HOTLENS_TESTS_UNIT_STORE_SCRATCH_H

#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "store_sample.h"

struct scratch {
    char folder[64];
    char path[80];
};

static inline void scratch_init(struct scratch *scratch)
{
    strcpy(scratch->folder, "/tmp/hotlens-store-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(scratch->folder));
    snprintf(scratch->path, sizeof(scratch->path), "%s/runs.db", scratch->folder);
}

static inline void scratch_finish(struct scratch *scratch)
{
    hl_folder_remove(scratch->folder);
}

#define _cleanup_scratch_ _cleanup_(scratch_finish)

static inline struct hl_store *scratch_open(const struct scratch *scratch, enum hl_store_mode mode)
{
    _cleanup_error_ struct hl_error error = {0};
    struct hl_store *store = NULL;
    int r = hl_store_open(scratch->path, mode, &store, &error);
    ck_assert_msg(r == 0, "open: %s", hl_error_text(&error, r));
    return store;
}

static inline int64_t save_sample(struct hl_store *store, uint64_t seed)
{
    _cleanup_error_ struct hl_error error = {0};
    _cleanup_(sample_finish) struct sample sample;
    sample_init(&sample, seed, &SAMPLE_SMALL);
    int64_t id = 0;
    int r = hl_store_save_run(store, &sample.run, &sample.content, &id, &error);
    ck_assert_msg(r == 0, "save: %s", hl_error_text(&error, r));
    return id;
}

/* Whether run `id` is whole, as saved from `seed`. */
static inline bool is_whole(struct hl_store *store, int64_t id, uint64_t seed)
{
    _cleanup_(sample_finish) struct sample sample;
    sample_init(&sample, seed, &SAMPLE_SMALL);
    return sample_equals(store, id, &sample);
}

static inline size_t count_runs(struct hl_store *store)
{
    _cleanup_(hl_run_list_finish) struct hl_run_list list = {0};
    ck_assert_int_eq(hl_store_list_runs(store, NULL, &list, NULL), 0);
    return list.count;
}

#endif
