/* Memory, arrays, buffers, tables, interned strings. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../suite.h"
#include "hotlens/base/array.h"
#include "hotlens/base/buffer.h"
#include "hotlens/base/hash.h"
#include "hotlens/base/limits.h"
#include "hotlens/base/map.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/saturate.h"
#include "hotlens/base/strings.h"

START_TEST(test_fault_countdown)
{
    static const struct {
        uint64_t nth;
        int persistent;
        const char *outcome; /* of five calls: + there, - NULL */
        uint64_t faults;
    } ROWS[] = {
        {0, 0, "+++++", 0}, {0, 1, "+++++", 0}, {1, 0, "-++++", 1},
        {3, 0, "++-++", 1}, {3, 1, "++---", 3}, {6, 1, "+++++", 0},
    };
    hl_memory_fail_at(ROWS[_i].nth, ROWS[_i].persistent);
    char outcome[6] = "";
    void *block = NULL;
    for (int i = 0; i < 5; i++) {
        void *got = i == 0   ? hl_try_malloc(3, 4)
                    : i == 1 ? hl_try_calloc(3, 4)
                             : hl_try_realloc(block, (size_t)i, 8);
        outcome[i] = got ? '+' : '-';
        if (i < 2) {
            free(got);
        } else if (got) {
            block = got;
        }
    }
    ck_assert_str_eq(outcome, ROWS[_i].outcome);
    ck_assert_uint_eq(hl_memory_faults(), ROWS[_i].faults);
    hl_memory_fail_at(0, 0);
    ck_assert_uint_eq(hl_memory_faults(), 0);
    free(block);
}
END_TEST

#define THREAD_CALLS 200000

static void *allocate_often(void *unused)
{
    (void)unused;
    uintptr_t failures = 0;
    for (int i = 0; i < THREAD_CALLS; i++) {
        void *block = hl_try_malloc(1, 1);
        failures += block == NULL;
        free(block);
    }
    return (void *)failures; /* NOLINT(performance-no-int-to-ptr): a thread gives back a pointer */
}

START_TEST(test_faults_in_threads)
{
    pthread_t threads[4];
    hl_memory_fail_at((uint64_t)THREAD_CALLS * ARRAY_SIZE(threads), 0); /* the last of all calls */
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, allocate_often, NULL), 0);
    }
    uintptr_t failures = 0;
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
        void *result;
        ck_assert_int_eq(pthread_join(threads[i], &result), 0);
        failures += (uintptr_t)result;
    }
    ck_assert_uint_eq(failures, 1);
    ck_assert_uint_eq(hl_memory_faults(), 1);
    hl_memory_fail_at(0, 0);
}
END_TEST

START_TEST(test_allocation_limits)
{
    ck_assert_ptr_null(hl_try_malloc(HL_LIMIT_ALLOCATION + 1, 1));
    ck_assert_ptr_null(hl_try_calloc(HL_LIMIT_ALLOCATION / 8 + 1, 8));
    ck_assert_ptr_null(hl_try_malloc(SIZE_MAX, 2));
    ck_assert_ptr_null(hl_try_calloc(SIZE_MAX / 2 + 1, 2)); /* wraps to 0 */
    char *block = hl_try_malloc(1, 1);
    *block = 'x';
    ck_assert_ptr_null(hl_try_realloc(block, SIZE_MAX / 4, 8));
    ck_assert_int_eq(*block, 'x');
    free(block);
    block = hl_try_calloc(0, 8);
    ck_assert_ptr_nonnull(block);
    free(block);
    unsigned char *zeroes = hl_try_calloc(5, 3);
    for (int i = 0; i < 15; i++) {
        ck_assert_uint_eq(zeroes[i], 0);
    }
    free(zeroes);
}
END_TEST

START_TEST(test_small_allocations)
{
    char *copy = hl_xstrndup("a\0b", 3);
    ck_assert_mem_eq(copy, "a\0b", 4);
    free(copy);
    ck_assert_ptr_null(hl_xstrdup(NULL));
    char *text = hl_xasprintf("%d-%s", 7, "x");
    ck_assert_str_eq(text, "7-x");
    free(text);
    free(hl_xmalloc(0));
    free(hl_xcalloc(0, 0));
    free(hl_xrealloc(NULL, 0));
}
END_TEST

START_TEST(test_saturate)
{
    ck_assert_uint_eq(hl_add_saturating(2, 3), 5);
    ck_assert_uint_eq(hl_add_saturating(UINT64_MAX, 0), UINT64_MAX);
    ck_assert_uint_eq(hl_add_saturating(UINT64_MAX - 1, 1), UINT64_MAX);
    ck_assert_uint_eq(hl_add_saturating(UINT64_MAX - 1, 2), UINT64_MAX);
}
END_TEST

START_TEST(test_array)
{
    uint16_t *items = NULL;
    size_t capacity = 0;
    size_t moves = 0;
    for (size_t i = 0; i < 10000; i++) {
        size_t before = capacity;
        if (hl_array_reserve(&items, &capacity, i + 1, sizeof(*items)) < 0) {
            ck_abort();
        }
        moves += capacity != before;
        items[i] = (uint16_t)i;
    }
    ck_assert_uint_lt(moves, 30); /* geometric */
    ck_assert_uint_eq(items[9999], 9999);
    uint16_t *old = items;
    ck_assert_int_eq(hl_array_reserve(&items, &capacity, SIZE_MAX, sizeof(*items)), -ENOMEM);
    ck_assert_ptr_eq(items, old);
    ck_assert_uint_lt(capacity, 20000);
    free(items);
}
END_TEST

START_TEST(test_buffer)
{
    struct hl_buffer buffer = {0};
    hl_buffer_append(&buffer, NULL, 0);
    ck_assert_str_eq(buffer.data, "");
    hl_buffer_puts(&buffer, "ab");
    hl_buffer_putc(&buffer, 'c');
    hl_buffer_put_u64(&buffer, 0);
    hl_buffer_put_u64(&buffer, UINT64_MAX);
    hl_buffer_printf(&buffer, "%s|%5d", "x", -3);
    ck_assert_str_eq(buffer.data, "abc018446744073709551615x|   -3");
    ck_assert_uint_eq(buffer.length, strlen(buffer.data));
    hl_buffer_clear(&buffer);
    ck_assert_str_eq(buffer.data, "");
    for (int length = 250; length < 260; length++) { /* around the size of its scratch space */
        hl_buffer_clear(&buffer);
        hl_buffer_printf(&buffer, "%*d", length, 1);
        ck_assert_uint_eq(strlen(buffer.data), (size_t)length);
        ck_assert_uint_eq(buffer.length, (size_t)length);
    }
    char *taken = hl_buffer_take(&buffer);
    ck_assert_ptr_null(buffer.data);
    free(taken);
    taken = hl_buffer_take(&buffer);
    ck_assert_str_eq(taken, "");
    free(taken);
    hl_buffer_finish(NULL);
}
END_TEST

START_TEST(test_buffer_reserved_but_unused)
{
    struct hl_buffer buffer = {0};
    ck_assert_ptr_nonnull(hl_buffer_reserve(&buffer, 100));
    char *taken = hl_buffer_take(&buffer);
    ck_assert_str_eq(taken, "");
    free(taken);
}
END_TEST

START_TEST(test_buffer_sticky_error)
{
    struct hl_buffer buffer = {0};
    hl_buffer_puts(&buffer, "kept");
    hl_memory_fail_at(1, 0);
    hl_buffer_printf(&buffer, "%*d", 1000, 1);
    hl_memory_fail_at(0, 0);
    hl_buffer_puts(&buffer, "dropped");
    ck_assert_int_eq(buffer.error, -ENOMEM);
    ck_assert_str_eq(buffer.data, "kept");
    ck_assert_ptr_null(hl_buffer_reserve(&buffer, 1));
    ck_assert_int_eq(hl_buffer_flush(&buffer), -ENOMEM);
    hl_buffer_clear(&buffer);
    ck_assert_int_eq(buffer.error, 0);
    ck_assert_ptr_null(hl_buffer_reserve(&buffer, SIZE_MAX));
    ck_assert_int_eq(buffer.error, -ENOMEM);
    hl_buffer_finish(&buffer);
}
END_TEST

struct sink {
    struct hl_buffer got;
    unsigned calls;
    unsigned fail_at;
};

static int sink_write(void *user, const char *data, size_t length)
{
    struct sink *sink = user;
    if (++sink->calls == sink->fail_at) {
        return -EPIPE;
    }
    hl_buffer_append(&sink->got, data, length);
    return 0;
}

START_TEST(test_buffer_writer)
{
    struct sink sink = {0};
    struct hl_buffer buffer;
    hl_buffer_init_writer(&buffer, sink_write, &sink);
    for (int i = 0; i < 50000; i++) {
        hl_buffer_printf(&buffer, "%06d\n", i);
    }
    ck_assert_uint_lt(buffer.capacity, 200 << 10);
    ck_assert_int_eq(hl_buffer_flush(&buffer), 0);
    ck_assert_str_eq(buffer.data, "");
    ck_assert_uint_eq(sink.got.length, 50000 * 7);
    ck_assert_mem_eq(sink.got.data + 7 * 49999, "049999\n", 7);
    ck_assert_uint_gt(sink.calls, 3);
    hl_buffer_finish(&buffer);
    hl_buffer_finish(&sink.got);
}
END_TEST

START_TEST(test_buffer_writer_fails)
{
    struct sink sink = {.fail_at = 2};
    struct hl_buffer buffer;
    hl_buffer_init_writer(&buffer, sink_write, &sink);
    for (int i = 0; i < 50000; i++) {
        hl_buffer_puts(&buffer, "1234567\n");
    }
    ck_assert_int_eq(hl_buffer_flush(&buffer), -EPIPE);
    ck_assert_uint_eq(sink.calls, 2);
    hl_buffer_finish(&buffer);
    hl_buffer_finish(&sink.got);
}
END_TEST

/* A pipe that was made non-blocking and is full: nothing may be lost. */
START_TEST(test_write_to_full_pipe)
{
    int ends[2];
    ck_assert_int_eq(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    ck_assert_int_gt(fcntl(ends[1], F_SETPIPE_SZ, 4096), 0); /* so small that it fills up */
    pid_t child = fork();
    if (child == 0) {
        close(ends[1]);
        fcntl(ends[0], F_SETFL, 0);
        char bytes[4096];
        size_t total = 0;
        ssize_t got;
        while ((got = read(ends[0], bytes, sizeof(bytes))) > 0) {
            total += (size_t)got;
        }
        _exit(total == 1000000 ? 0 : 1);
    }
    close(ends[0]);
    char *data = hl_xcalloc(1000000, 1);
    ck_assert_int_eq(hl_write_to_fd(&ends[1], data, 1000000), 0);
    close(ends[1]);
    free(data);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    int closed = -1;
    ck_assert_int_eq(hl_write_to_fd(&closed, "x", 1), -EBADF);
}
END_TEST

START_TEST(test_map)
{
    struct hl_map map = {0};
    uint32_t value = 77;
    ck_assert(!hl_map_get(&map, 0, &value));
    for (uint32_t i = 0; i < 5000; i++) {
        /* 0 and all ones are keys like any other */
        uint64_t key = i == 0 ? UINT64_MAX : (uint64_t)(i - 1) << (i % 3 * 20);
        if (hl_map_put(&map, key, i) < 0) {
            ck_abort();
        }
    }
    ck_assert(hl_map_get(&map, UINT64_MAX, &value));
    ck_assert_uint_eq(value, 0);
    ck_assert(hl_map_get(&map, 0, &value));
    ck_assert(!hl_map_get(&map, UINT64_MAX - 1, &value));
    size_t count = map.count;
    ck_assert_int_eq(hl_map_get_or_put(&map, UINT64_MAX, 9, &value), 0);
    ck_assert_uint_eq(value, 0);
    ck_assert_int_eq(hl_map_put(&map, UINT64_MAX, 9), 0);
    ck_assert_int_eq(hl_map_get_or_put(&map, UINT64_MAX, 1, &value), 0);
    ck_assert_uint_eq(value, 9);
    ck_assert_uint_eq(map.count, count);
    ck_assert_int_eq(hl_map_get_or_put(&map, UINT64_MAX - 1, 5, &value), 1);
    ck_assert_uint_eq(value, 5);
    hl_map_finish(&map);
    hl_map_finish(NULL);
}
END_TEST

START_TEST(test_map_without_memory)
{
    struct hl_map map = {0};
    uint32_t value = 77;
    hl_memory_fail_at(1, 0);
    ck_assert_int_eq(hl_map_put(&map, 1, 1), -ENOMEM);
    ck_assert_int_eq(hl_map_put(&map, 1, 1), 0);
    hl_memory_fail_at(1, 1);
    int r = 0;
    uint64_t key;
    for (key = 2; r >= 0; key++) {
        r = hl_map_get_or_put(&map, key, 3, &value);
    }
    hl_memory_fail_at(0, 0);
    ck_assert_int_eq(r, -ENOMEM);
    ck_assert_uint_eq(map.count, key - 2);
    ck_assert(hl_map_get(&map, 2, &value));
    ck_assert(!hl_map_get(&map, key - 1, &value));
    hl_map_finish(&map);
}
END_TEST

START_TEST(test_strings)
{
    struct hl_strings *strings = hl_strings_create();
    static const struct {
        const char *data;
        size_t length;
        int is_new;
        uint32_t id;
    } ROWS[] = {
        {"a", 1, 1, 0},   {"", 0, 1, 1},     {"a\0b", 3, 1, 2}, {"a\0c", 3, 1, 3},
        {"a", 1, 0, 0},   {"a\0b", 3, 0, 2}, {NULL, 0, 0, 1},   {"a\0", 2, 1, 4},
        {"ab", 2, 1, 5},  {"\0", 1, 1, 6},   {"ab", 1, 0, 0},
    };
    uint32_t id;
    ck_assert(!hl_strings_find(strings, "a", 1, &id));
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        ck_assert_int_eq(hl_strings_intern(strings, ROWS[i].data, ROWS[i].length, &id),
                         ROWS[i].is_new);
        ck_assert_uint_eq(id, ROWS[i].id);
        size_t length;
        const char *kept = hl_strings_get(strings, id, &length);
        ck_assert_uint_eq(length, ROWS[i].length);
        ck_assert(length == 0 || memcmp(kept, ROWS[i].data, length) == 0);
        ck_assert_int_eq(kept[length], '\0');
    }
    ck_assert(hl_strings_find(strings, "ab", 2, &id));
    ck_assert(!hl_strings_find(strings, "abc", 3, &id));
    ck_assert_uint_eq(hl_strings_count(strings), 7);
    hl_strings_destroy(strings);
    hl_strings_destroy(NULL);
}
END_TEST

START_TEST(test_strings_many)
{
    struct hl_strings *strings = hl_strings_create();
    uint32_t id;
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 30000; i++) {
            char text[24];
            int length = snprintf(text, sizeof(text), "text %u", i * 7919);
            int r = hl_strings_intern(strings, text, (size_t)length, &id);
            if (r != (round == 0) || id != i) {
                ck_abort_msg("%s is %u, %d", text, id, r);
            }
        }
    }
    ck_assert_uint_gt(hl_strings_memory(strings), 30000 * 10);
    hl_strings_destroy(strings);
}
END_TEST

/* Equal hashes, as from hostile input, are slow but right. */
START_TEST(test_strings_collide)
{
    struct hl_strings *strings = hl_strings_create();
    for (uint32_t i = 0; i < 30; i++) { /* fewer than make it rehash by the true hash */
        char byte = (char)('0' + i);
        uint32_t id;
        uint32_t again;
        ck_assert_int_eq(hl_strings_intern_hashed(strings, &byte, 1, 5, &id), 1);
        ck_assert_int_eq(hl_strings_intern_hashed(strings, &byte, 1, 5, &again), 0);
        ck_assert_uint_eq(id, i);
        ck_assert_uint_eq(again, i);
    }
    hl_strings_destroy(strings);
}
END_TEST

START_TEST(test_strings_limit)
{
    struct hl_strings *strings = hl_strings_create();
    uint32_t id = 55;
    /* refused by length alone: the bytes are never looked at */
    ck_assert_int_eq(hl_strings_intern_hashed(strings, "x", HL_LIMIT_STRINGS, 1, &id), -E2BIG);
    ck_assert_int_eq(hl_strings_intern(strings, "x", 1, &id), 1);
    uint32_t other;
    ck_assert_int_eq(hl_strings_intern_hashed(strings, "x", HL_LIMIT_STRINGS - 2, 1, &other),
                     -E2BIG);
    ck_assert_uint_eq(hl_strings_count(strings), 1);
    hl_strings_destroy(strings);
}
END_TEST

START_TEST(test_strings_without_memory)
{
    for (uint64_t nth = 1;; nth++) {
        struct hl_strings *strings = hl_strings_create();
        uint32_t id;
        int r = 0;
        hl_memory_fail_at(nth, 0);
        for (uint32_t i = 0; i < 200 && r >= 0; i++) {
            r = hl_strings_intern(strings, (const char *)&i, sizeof(i), &id);
        }
        uint64_t faults = hl_memory_faults();
        hl_memory_fail_at(0, 0);
        ck_assert_int_eq(r, faults > 0 ? -ENOMEM : 1);
        /* what is there still is, and the table goes on */
        uint32_t zero = 0;
        ck_assert_int_ge(hl_strings_intern(strings, (const char *)&zero, sizeof(zero), &id), 0);
        ck_assert_uint_eq(id, 0);
        hl_strings_destroy(strings);
        if (faults == 0) {
            ck_assert_uint_gt(nth, 5);
            break;
        }
    }
}
END_TEST

/* Names of nodes rest on it: the same on every machine and for ever. */
START_TEST(test_hash_is_fixed)
{
    static const struct {
        const char *data;
        uint64_t seed;
        uint64_t hash;
    } ROWS[] = {
        {"", 0, UINT64_C(0x0000000000000000)},
        {"", 7, UINT64_C(0x793f9bd73383384a)},
        {"a", 0, UINT64_C(0xf52ebdc761166de6)},
        {"abcdefgh", 0, UINT64_C(0x3980ab5e83fd0388)},
        {"function (/usr/lib/python3.11/module.py:12)", 1, UINT64_C(0x415f4998f205d55e)},
    };
    ck_assert_uint_eq(hl_hash_bytes(ROWS[_i].data, strlen(ROWS[_i].data), ROWS[_i].seed),
                      ROWS[_i].hash);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base-memory");
    TCase *tests = tcase_create("memory");
    tcase_add_loop_test(tests, test_fault_countdown, 0, 6);
    tcase_add_test(tests, test_faults_in_threads);
    tcase_add_test(tests, test_allocation_limits);
    tcase_add_test(tests, test_small_allocations);
    tcase_add_test(tests, test_saturate);
    tcase_add_test(tests, test_array);
    tcase_add_test(tests, test_buffer);
    tcase_add_test(tests, test_buffer_reserved_but_unused);
    tcase_add_test(tests, test_buffer_sticky_error);
    tcase_add_test(tests, test_buffer_writer);
    tcase_add_test(tests, test_buffer_writer_fails);
    tcase_add_test(tests, test_write_to_full_pipe);
    tcase_add_test(tests, test_map);
    tcase_add_test(tests, test_map_without_memory);
    tcase_add_test(tests, test_strings);
    tcase_add_test(tests, test_strings_many);
    tcase_add_test(tests, test_strings_collide);
    tcase_add_test(tests, test_strings_limit);
    tcase_add_test(tests, test_strings_without_memory);
    tcase_add_loop_test(tests, test_hash_is_fixed, 0, 5);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
