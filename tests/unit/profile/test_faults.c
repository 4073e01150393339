/* Every input-sized allocation of the room fails in turn: each time the answer is -ENOMEM, nothing
 * leaks (seen by the sanitizers) and nothing else happens. */
#include <errno.h>

#include "../suite.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/memory.h"
#include "hotlens/profile/focus.h"
#include "hotlens/profile/functions.h"
#include "hotlens/profile/view.h"
#include "stacks.h"

/* Enough different frames and children that every table grows. */
static int build(struct hl_profile **ret_profile)
{
    _cleanup_(hl_builder_destroy_p) struct hl_builder *builder = hl_builder_create(HL_METRIC_CPU);
    for (unsigned i = 0; i < 120; i++) {
        char line[80];
        int length = snprintf(line, sizeof(line), "f%u@x:%u;g%u@y:1;f%u@x:9;opaque%u 3", i % 70,
                              i % 7 + 1, i % 3, i % 70, i % 40);
        int r = put_stack(builder, line, (size_t)length);
        if (r < 0) {
            return r;
        }
    }
    return hl_builder_freeze(&builder, ret_profile);
}

static int ask_view(const struct hl_profile *profile, const struct hl_functions *functions,
                    uint32_t limit)
{
    _cleanup_free_ uint64_t *hash = hl_xcalloc(functions->count, sizeof(*hash));
    _cleanup_free_ uint8_t *selected = hl_xcalloc(hl_profile_columns(profile)->count, 1);
    for (size_t i = 0; i < functions->count; i++) {
        hash[i] = functions->items[i].hash;
    }
    struct hl_view_options options = {
        .groups = hl_functions_groups(functions), .group_hash = hash, .limit = limit};
    _cleanup_(hl_view_destroy_p) struct hl_view *view = NULL;
    _cleanup_(hl_profile_unref_p) struct hl_profile *focus = NULL;
    int r = hl_view_create(profile, &options, &view);
    if (r >= 0) {
        r = hl_view_select(profile, &options, view->id[1], selected);
    }
    if (r >= 0) {
        r = hl_profile_focus(profile, selected, false, &focus);
    }
    return r;
}

static int ask_groups(const struct hl_profile *profile, const struct hl_functions *functions)
{
    struct hl_groups groups = hl_functions_groups(functions);
    _cleanup_free_ uint64_t *sums = hl_xcalloc(2 * (size_t)groups.count + 2, sizeof(*sums));
    _cleanup_(hl_profile_unref_p) struct hl_profile *focus = NULL;
    int r = hl_groups_count(profile, &groups, sums, sums + groups.count);
    if (r >= 0) {
        r = hl_groups_callers(profile, &groups, 1, sums);
    }
    if (r >= 0) {
        r = hl_groups_callees(profile, &groups, 1, sums);
    }
    if (r >= 0) {
        r = hl_profile_focus_group(profile, &groups, 1, &focus);
    }
    return r;
}

static int ask_lines(const struct hl_profile *profile)
{
    _cleanup_free_ struct hl_line *lines = NULL;
    _cleanup_free_ uint32_t *of_frame = NULL;
    size_t line_count;
    uint32_t group_count;
    int r = hl_profile_lines(profile, &lines, &line_count);
    return r < 0 ? r : hl_profile_line_groups(profile, &of_frame, &group_count);
}

static int copy(struct hl_profile *profile)
{
    _cleanup_(hl_profile_unref_p) struct hl_profile *merged = NULL;
    _cleanup_(hl_profile_unref_p) struct hl_profile *again = NULL;
    struct hl_profile *parts[] = {profile, profile};
    int r = hl_profile_merge(parts, 2, &merged);
    if (r < 0) {
        return r;
    }
    const struct hl_columns *columns = hl_profile_columns(profile);
    _cleanup_(hl_frames_unref_p) struct hl_frames *frames = hl_frames_create();
    for (uint32_t i = 0; r >= 0 && i < hl_frames_count(hl_profile_frames(profile)); i++) {
        uint32_t id;
        r = hl_frames_copy(frames, hl_profile_frames(profile), i, &id);
    }
    return r < 0 ? r
                 : hl_profile_from_preorder(frames, HL_METRIC_CPU, columns->count, columns->frame,
                                            columns->depth, columns->self, &again);
}

static int everything(void)
{
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = NULL;
    _cleanup_(hl_functions_destroy_p) struct hl_functions *functions = NULL;
    int r = build(&profile);
    if (r >= 0) {
        r = hl_functions_from_names(profile, &functions);
    }
    if (r >= 0) {
        r = ask_view(profile, functions, 0);
    }
    if (r >= 0) {
        r = ask_view(profile, functions, 20);
    }
    if (r >= 0) {
        r = ask_groups(profile, functions);
    }
    if (r >= 0) {
        r = ask_lines(profile);
    }
    return r < 0 ? r : copy(profile);
}

START_TEST(test_every_allocation)
{
    uint64_t nth = 1;
    for (;; nth++) {
        hl_memory_fail_at(nth, _i);
        int r = everything();
        bool failed = hl_memory_faults() > 0;
        hl_memory_fail_at(0, 0);
        ck_assert_int_eq(r, failed ? -ENOMEM : 0);
        if (!failed) {
            break;
        }
    }
    ck_assert_uint_gt(nth, 100); /* it did reach them */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("profile-faults");
    TCase *tests = tcase_create("faults");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, test_every_allocation, 0, 2);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
