/* Databases that are damaged, locked, foreign, newer or not writable. */
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../suite.h"
#include "connection.h"
#include "filesystem.h"
#include "hotlens/base/hash.h"
#include "scratch.h"

static mode_t mode_of(const char *path)
{
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    return status.st_mode & 07777;
}

START_TEST(test_files_are_private)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    umask(0);
    _cleanup_free_ char *path = hl_xasprintf("%s/a/b/%%?#runs.db", scratch.folder);
    _cleanup_free_ char *folder = hl_xasprintf("%s/a/b", scratch.folder);
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open(path, HL_STORE_WRITE, &store, NULL), 0);
    save_sample(store, 1);
    _cleanup_free_ char *wal = hl_xasprintf("%s-wal", path);
    _cleanup_free_ char *shm = hl_xasprintf("%s-shm", path);
    ck_assert_uint_eq(mode_of(folder), 0700);
    ck_assert_uint_eq(mode_of(path), 0600);
    ck_assert_uint_eq(mode_of(wal), 0600);
    ck_assert_uint_eq(mode_of(shm), 0600);
}
END_TEST

/* What was left open to others is closed where we keep it ourselves, and nowhere else. */
START_TEST(test_default_place_is_made_private)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    umask(022);
    unsetenv("HOTLENS_DB");
    setenv("XDG_DATA_HOME", scratch.folder, 1);
    _cleanup_free_ char *path = hl_store_default_path();
    _cleanup_free_ char *folder = hl_xasprintf("%s/hotlens", scratch.folder);
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    static const enum hl_store_mode MODES[] = {HL_STORE_WRITE, HL_STORE_READ, HL_STORE_WRITE};
    static const mode_t FOLDERS[] = {0700, 0755, 0700};
    static const mode_t FILES[] = {0600, 0644, 0600};
    for (size_t i = 0; i < ARRAY_SIZE(MODES); i++) {
        ck_assert_int_eq(hl_store_open(NULL, MODES[i], &store, NULL), 0);
        if (i == 0) {
            save_sample(store, 1);
        }
        ck_assert_uint_eq(mode_of(folder), FOLDERS[i]);
        ck_assert_uint_eq(mode_of(path), FILES[i]);
        hl_store_close(TAKE_PTR(store));
        ck_assert_int_eq(chmod(folder, 0755) | chmod(path, 0644), 0);
    }
    setenv("XDG_DATA_HOME", "/nowhere", 1);
    ck_assert_int_eq(hl_store_open(path, HL_STORE_WRITE, &store, NULL), 0);
    ck_assert_uint_eq(mode_of(folder), 0755);
    ck_assert_uint_eq(mode_of(path), 0644);
}
END_TEST

START_TEST(test_default_path)
{
    setenv("HOTLENS_DB", "/x/y.db", 1);
    _cleanup_free_ char *named = hl_store_default_path();
    ck_assert_str_eq(named, "/x/y.db");
    setenv("HOTLENS_DB", "", 1);
    setenv("XDG_DATA_HOME", "/data", 1);
    _cleanup_free_ char *data = hl_store_default_path();
    ck_assert_str_eq(data, "/data/hotlens/profiles.db");
    unsetenv("HOTLENS_DB");
    unsetenv("XDG_DATA_HOME");
    setenv("HOME", "/home/user", 1);
    _cleanup_free_ char *home = hl_store_default_path();
    ck_assert_str_eq(home, "/home/user/.local/share/hotlens/profiles.db");
}
END_TEST

static bool yes(const char *path)
{
    (void)path;
    return true;
}

static char *journal_of(struct hl_store *store)
{
    _cleanup_statement_ struct statement query = {0};
    statement_prepare(store, &query, "PRAGMA journal_mode");
    ck_assert_int_eq(statement_step(&query), SQLITE_ROW);
    return read_text(&query);
}

START_TEST(test_settings)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *store = scratch_open(&scratch, HL_STORE_WRITE);
    static const struct {
        const char *sql;
        int64_t expected;
    } ROWS[] = {
        {"PRAGMA auto_vacuum", 2},     {"PRAGMA foreign_keys", 1},
        {"PRAGMA synchronous", 2},     {"PRAGMA trusted_schema", 0},
        {"PRAGMA cell_size_check", 1}, {"PRAGMA application_id", STORE_APPLICATION_ID},
        {"PRAGMA busy_timeout", 5000}, {"PRAGMA user_version", STORE_SCHEMA_VERSION},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        int64_t value = -1;
        ck_assert_int_eq(store_query_int(store, ROWS[i].sql, &value), SQLITE_OK);
        ck_assert_msg(value == ROWS[i].expected, "%s", ROWS[i].sql);
    }
    _cleanup_free_ char *local = journal_of(store);
    ck_assert_str_eq(local, "wal");
    save_sample(store, 1);
    hl_store_close(TAKE_PTR(store));
    struct hl_store_options options = {.is_shared = yes};
    ck_assert_int_eq(hl_store_open_with(scratch.path, HL_STORE_WRITE, &options, &store, NULL), 0);
    _cleanup_free_ char *remote = journal_of(store);
    ck_assert_str_eq(remote, "delete");
    ck_assert(is_whole(store, 1, 1));
    ck_assert(is_whole(store, save_sample(store, 2), 2));
}
END_TEST

START_TEST(test_file_system_types)
{
    ck_assert(filesystem_type_is_shared(0x6969));
    ck_assert(filesystem_type_is_shared((uint64_t)(int64_t)(int32_t)0xff534d42));
    ck_assert(filesystem_type_is_shared(0x65735546));
    ck_assert(!filesystem_type_is_shared(0xef53));
    ck_assert(!filesystem_type_is_shared(0x01021994));
}
END_TEST

/* -- damaged files -- */

static char *read_whole(const char *path, size_t *ret_length)
{
    struct hl_buffer buffer = {0};
    ck_assert_int_eq(hl_file_read(path, (size_t)1 << 30, &buffer, NULL), 0);
    *ret_length = buffer.length;
    return hl_buffer_take(&buffer);
}

static void write_whole(const char *path, const char *data, size_t length)
{
    _cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(hl_write_to_fd(&fd, data, length), 0);
}

static void check_unchanged(const char *path, const char *data, size_t length)
{
    size_t now_length;
    _cleanup_free_ char *now = read_whole(path, &now_length);
    ck_assert(now_length == length && memcmp(now, data, length) == 0);
}

START_TEST(test_garbage_is_not_touched)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    char garbage[5000];
    memset(garbage, 'x', sizeof(garbage));
    write_whole(scratch.path, garbage, sizeof(garbage));
    static const enum hl_store_mode MODES[] = {HL_STORE_WRITE, HL_STORE_READ};
    for (size_t i = 0; i < 2; i++) {
        _cleanup_error_ struct hl_error error = {0};
        struct hl_store *store = NULL;
        ck_assert_int_eq(hl_store_open(scratch.path, MODES[i], &store, &error), -EBADMSG);
        ck_assert_ptr_null(store);
        ck_assert_ptr_nonnull(strstr(error.message, scratch.path));
        ck_assert_ptr_nonnull(error.remedy);
        check_unchanged(scratch.path, garbage, sizeof(garbage));
    }
}
END_TEST

static int use_everything(struct hl_store *store, int64_t id)
{
    _cleanup_(hl_rows_finish) struct hl_rows rows = {0};
    _cleanup_(hl_source_list_finish) struct hl_source_list sources = {0};
    _cleanup_(hl_run_list_finish) struct hl_run_list list = {0};
    _cleanup_(hl_profile_unref_p) struct hl_profile *profile = NULL;
    _cleanup_free_ struct hl_window *windows = NULL;
    size_t count;
    int results[] = {
        hl_store_list_runs(store, NULL, &list, NULL),
        hl_store_load_rows(store, id, NULL, &rows, NULL),
        hl_store_load_sources(store, id, NULL, true, &sources, NULL),
        hl_store_load_profile(store, id, &profile, NULL),
        hl_store_load_windows(store, id, &windows, &count, NULL),
    };
    int first = 0;
    for (size_t i = 0; i < ARRAY_SIZE(results); i++) {
        ck_assert_msg(results[i] == 0 || results[i] == -EBADMSG || results[i] == -ENOENT ||
                          results[i] == -EPROTO || results[i] == -EIO || results[i] == -EFBIG,
                      "%d", results[i]);
        first = first ? first : results[i];
    }
    return first;
}

START_TEST(test_flipped_bytes)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *store = scratch_open(&scratch, HL_STORE_WRITE);
    for (uint64_t seed = 1; seed < 4; seed++) {
        save_sample(store, seed);
    }
    hl_store_close(TAKE_PTR(store));
    size_t length;
    _cleanup_free_ char *good = read_whole(scratch.path, &length);
    _cleanup_free_ char *bad = hl_xmalloc(length);
    int noticed = 0;
    for (uint64_t round = 0; round < 400; round++) {
        memcpy(bad, good, length);
        /* A run of bytes somewhere, sometimes a whole page. */
        size_t start = (size_t)(hl_hash_mix(round, 1) % length);
        size_t end = start + 1 + (size_t)(hl_hash_mix(round, 2) % (round % 4 ? 40 : 4096));
        for (size_t i = start; i < end && i < length; i++) {
            bad[i] = (char)hl_hash_mix(round, i);
        }
        write_whole(scratch.path, bad, length);
        if (hl_store_open(scratch.path, HL_STORE_READ, &store, NULL) < 0) {
            noticed++;
        } else {
            noticed += use_everything(store, 2) < 0;
            hl_store_close(TAKE_PTR(store));
        }
        check_unchanged(scratch.path, bad, length);
    }
    ck_assert_int_gt(noticed, 40);
}
END_TEST

START_TEST(test_changed_values_are_noticed)
{
    static const char *const DAMAGES[] = {
        "UPDATE profile SET tree = x'00'",
        "UPDATE profile SET tree = CAST(substr(tree, 1, 200) AS BLOB)",
        "UPDATE profile SET tree = zeroblob(100000)",
        "UPDATE text SET data = x'7878'",
        "UPDATE text SET length = length + 1",
        "UPDATE text SET length = 1000000000000",
        "UPDATE source SET hash = randomblob(32) WHERE hash IS NOT NULL",
        "UPDATE source SET state = 77",
        "UPDATE source SET hash = x'00'",
        "DROP TABLE line_row",
        "ALTER TABLE run RENAME COLUMN title TO other",
    };
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *store = scratch_open(&scratch, HL_STORE_WRITE);
    save_sample(store, 1);
    ck_assert_int_eq(store_execute(store, DAMAGES[_i]), SQLITE_OK);
    ck_assert_int_eq(use_everything(store, 1), -EBADMSG);
}
END_TEST

START_TEST(test_newer_tree)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *store = scratch_open(&scratch, HL_STORE_WRITE);
    save_sample(store, 1);
    ck_assert_int_eq(store_execute(store, "UPDATE profile SET tree = x'686c7472656502' || "
                                          "zeroblob(40)"),
                     SQLITE_OK);
    ck_assert_int_eq(use_everything(store, 1), -EPROTO);
}
END_TEST

/* -- what is not ours -- */

static void make_database(const char *path, const char *sql)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

START_TEST(test_foreign_database_is_not_touched)
{
    static const char *const FOREIGN[] = {
        "PRAGMA application_id = 77; CREATE TABLE run (id)",
        "CREATE TABLE t (x)",
        "PRAGMA user_version = 3",
        "PRAGMA application_id = 77",
    };
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    make_database(scratch.path, FOREIGN[_i]);
    size_t length;
    _cleanup_free_ char *before = read_whole(scratch.path, &length);
    _cleanup_error_ struct hl_error error = {0};
    struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open(scratch.path, HL_STORE_WRITE, &store, &error), -EINVAL);
    ck_assert_ptr_nonnull(strstr(error.message, "another program"));
    check_unchanged(scratch.path, before, length);
}
END_TEST

START_TEST(test_hostile_schema_runs_nothing)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    hl_store_close(scratch_open(&scratch, HL_STORE_WRITE));
    make_database(scratch.path, "CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM run; END;");
    _cleanup_(hl_store_close_p) struct hl_store *store = scratch_open(&scratch, HL_STORE_WRITE);
    ck_assert(is_whole(store, save_sample(store, 1), 1));
}
END_TEST

START_TEST(test_newer_program_has_migrated)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *store = scratch_open(&scratch, HL_STORE_WRITE);
    save_sample(store, 1);
    /* While it is open, and then at the next start. */
    make_database(scratch.path, "PRAGMA user_version = 99");
    for (int round = 0; round < 2; round++) {
        _cleanup_error_ struct hl_error error = {0};
        _cleanup_(sample_finish) struct sample sample;
        sample_init(&sample, 2, &SAMPLE_SMALL);
        int64_t id;
        ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, &error),
                         -EPROTO);
        ck_assert_int_eq(hl_store_set_pinned(store, 1, true, NULL), -EPROTO);
        ck_assert_int_eq(hl_store_purge(store, NULL, NULL, NULL), -EPROTO);
        ck_assert(!hl_store_can_write(store));
        ck_assert(is_whole(store, 1, 1));
        hl_store_close(TAKE_PTR(store));
        store = scratch_open(&scratch, HL_STORE_WRITE);
    }
}
END_TEST

/* The tables of a newer program are not damage, neither what they are nor what is in them. */
START_TEST(test_newer_program_seen_by_a_read)
{
    static const char *const CHANGES[] = {
        "ALTER TABLE run RENAME COLUMN title TO other; PRAGMA user_version = 99",
        "UPDATE source SET state = 77; PRAGMA user_version = 99",
        "DROP TABLE line_row; PRAGMA user_version = 99",
    };
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *store = scratch_open(&scratch, HL_STORE_WRITE);
    save_sample(store, 1);
    ck_assert_int_eq(use_everything(store, 1), 0);
    make_database(scratch.path, CHANGES[_i]);
    ck_assert_int_eq(use_everything(store, 1), -EPROTO);
    ck_assert(!hl_store_can_write(store));
    _cleanup_error_ struct hl_error error = {0};
    ck_assert_int_eq(hl_store_set_pinned(store, 1, true, &error), -EPROTO);
    ck_assert_ptr_nonnull(strstr(error.message, "newer"));
}
END_TEST

START_TEST(test_version_below_zero)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *store = scratch_open(&scratch, HL_STORE_WRITE);
    save_sample(store, 1);
    make_database(scratch.path, "PRAGMA user_version = -1");
    ck_assert_int_eq(hl_store_set_pinned(store, 1, true, NULL), -EBADMSG);
    hl_store_close(TAKE_PTR(store));
    ck_assert_int_eq(hl_store_open(scratch.path, HL_STORE_WRITE, &store, NULL), -EBADMSG);
    ck_assert_int_eq(hl_store_open(scratch.path, HL_STORE_READ, &store, NULL), -EBADMSG);
    make_database(scratch.path, "PRAGMA user_version = 1");
    store = scratch_open(&scratch, HL_STORE_WRITE);
    ck_assert(is_whole(store, 1, 1));
}
END_TEST

static void spoil_table(const char *path, const char *table)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_stmt *query;
    ck_assert_int_eq(sqlite3_prepare_v2(db, "SELECT rootpage FROM sqlite_schema WHERE name = ?", -1,
                                        &query, NULL),
                     SQLITE_OK);
    sqlite3_bind_text(query, 1, table, -1, SQLITE_STATIC);
    ck_assert_int_eq(sqlite3_step(query), SQLITE_ROW);
    off_t page = sqlite3_column_int(query, 0);
    sqlite3_finalize(query);
    sqlite3_close(db);
    char garbage[4096];
    memset(garbage, 0x55, sizeof(garbage));
    _cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);
    ck_assert_int_eq(pwrite(fd, garbage, sizeof(garbage), (page - 1) * 4096), sizeof(garbage));
}

/* One bad page in an old run must not keep new ones from being saved; a page that a save itself
 * stumbles over ends writing. */
START_TEST(test_bad_page)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *store = scratch_open(&scratch, HL_STORE_WRITE);
    save_sample(store, 1);
    hl_store_close(TAKE_PTR(store));
    spoil_table(scratch.path, "window");
    store = scratch_open(&scratch, HL_STORE_WRITE);
    ck_assert_int_eq(use_everything(store, 1), -EBADMSG);
    ck_assert(hl_store_can_write(store));
    ck_assert_int_eq(hl_store_set_pinned(store, 1, true, NULL), 0);
    _cleanup_(sample_finish) struct sample sample;
    sample_init(&sample, 2, &SAMPLE_SMALL);
    int64_t id;
    ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, NULL), -EBADMSG);
    ck_assert(!hl_store_can_write(store));
    ck_assert_int_eq(hl_store_set_pinned(store, 1, false, NULL), -EROFS);
    ck_assert_uint_eq(count_runs(store), 1);
}
END_TEST

/* A program that died in the middle of writing left half of it in the file, and a journal. */
START_TEST(test_reading_with_a_hot_journal)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    struct hl_store_options options = {.is_shared = yes};
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open_with(scratch.path, HL_STORE_WRITE, &options, &store, NULL), 0);
    save_sample(store, 1);
    hl_store_close(TAKE_PTR(store));
    sqlite3 *writer;
    ck_assert_int_eq(sqlite3_open(scratch.path, &writer), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(writer, "BEGIN; UPDATE run SET title = 'half'; DELETE FROM window",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(sqlite3_db_cacheflush(writer), SQLITE_OK);
    _cleanup_free_ char *journal = hl_xasprintf("%s-journal", scratch.path);
    _cleanup_free_ char *left = hl_xasprintf("%s/left.db", scratch.folder);
    _cleanup_free_ char *left_journal = hl_xasprintf("%s-journal", left);
    size_t length;
    size_t journal_length;
    _cleanup_free_ char *half = read_whole(scratch.path, &length);
    _cleanup_free_ char *undo = read_whole(journal, &journal_length);
    ck_assert_int_eq(sqlite3_exec(writer, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(writer);
    ck_assert_ptr_nonnull(memmem(half, length, "half", 4));
    ck_assert_uint_gt(journal_length, 0);
    write_whole(left, half, length);
    write_whole(left_journal, undo, journal_length);
    ck_assert_int_eq(hl_store_open(left, HL_STORE_READ, &store, NULL), 0);
    ck_assert(!hl_store_can_write(store));
    ck_assert(is_whole(store, 1, 1));
}
END_TEST

/* -- what cannot be opened -- */

START_TEST(test_not_a_file)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_error_ struct hl_error error = {0};
    struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open(scratch.folder, HL_STORE_WRITE, &store, &error), -EISDIR);
    ck_assert_int_eq(hl_store_open("/dev/null", HL_STORE_WRITE, &store, NULL), -EINVAL);
    ck_assert_int_eq(hl_store_open("/dev/null/x", HL_STORE_WRITE, &store, NULL), -ENOTDIR);
    ck_assert_int_eq(hl_store_open(scratch.path, HL_STORE_READ, &store, &error), -ENOENT);
    ck_assert_ptr_nonnull(strstr(error.message, "no runs yet"));
    ck_assert_int_eq(access(scratch.path, F_OK), -1);
    write_whole(scratch.path, "", 0);
    ck_assert_int_eq(hl_store_open(scratch.path, HL_STORE_READ, &store, NULL), -ENOENT);
    store = scratch_open(&scratch, HL_STORE_WRITE);
    save_sample(store, 1);
    hl_store_close(store);
}
END_TEST

START_TEST(test_locked)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    hl_store_close(scratch_open(&scratch, HL_STORE_WRITE));
    struct hl_store_options options = {.timeout = 50};
    _cleanup_(hl_store_close_p) struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open_with(scratch.path, HL_STORE_WRITE, &options, &store, NULL), 0);
    sqlite3 *other;
    ck_assert_int_eq(sqlite3_open(scratch.path, &other), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    _cleanup_(sample_finish) struct sample sample;
    sample_init(&sample, 1, &SAMPLE_SMALL);
    int64_t id;
    _cleanup_error_ struct hl_error error = {0};
    ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, &error), -EBUSY);
    ck_assert_ptr_nonnull(error.remedy);
    ck_assert_uint_eq(count_runs(store), 0);
    ck_assert_int_eq(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(hl_store_save_run(store, &sample.run, &sample.content, &id, NULL), 0);
    sqlite3_close(other);
}
END_TEST

START_TEST(test_data_version)
{
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    _cleanup_(hl_store_close_p) struct hl_store *one = scratch_open(&scratch, HL_STORE_WRITE);
    _cleanup_(hl_store_close_p) struct hl_store *two = scratch_open(&scratch, HL_STORE_WRITE);
    int64_t before = 0;
    int64_t after = 0;
    ck_assert_int_eq(hl_store_data_version(one, &before), 0);
    save_sample(two, 1);
    ck_assert_int_eq(hl_store_data_version(one, &after), 0);
    ck_assert_int_ne(before, after);
    ck_assert_str_eq(hl_store_path(one), scratch.path);
}
END_TEST

/* -- other users: root may do everything, so these run as somebody else -- */

static const uid_t NOBODY = 65534;

/* Runs `body` as another user in a child; true when it returned true. */
static bool as_nobody(bool (*body)(const struct scratch *), const struct scratch *scratch)
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        bool ok = setgid(NOBODY) == 0 && setuid(NOBODY) == 0 && body(scratch);
        _exit(ok ? 0 : 1);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool reads_only(const struct scratch *scratch)
{
    struct hl_store *store = NULL;
    if (hl_store_open(scratch->path, HL_STORE_WRITE, &store, NULL) < 0 ||
        hl_store_can_write(store)) {
        return false;
    }
    bool refused = hl_store_set_pinned(store, 1, true, NULL) == -EROFS;
    bool whole = is_whole(store, 1, 1);
    hl_store_close(store);
    return refused && whole;
}

static bool is_refused(const struct scratch *scratch)
{
    struct hl_store *store = NULL;
    _cleanup_error_ struct hl_error error = {0};
    return hl_store_open(scratch->path, HL_STORE_WRITE, &store, &error) == -EACCES &&
           strstr(error.message, scratch->path);
}

static const struct {
    mode_t file;
    mode_t folder;
    bool shared; /* a rollback journal, not a log */
    bool (*body)(const struct scratch *scratch);
} PERMISSION_ROWS[] = {
    {0644, 0755, false, reads_only}, /* neither file nor folder */
    {0644, 0777, false, reads_only}, /* the file is read-only */
    {0666, 0755, false, reads_only}, /* nothing can be made in the folder */
    {0644, 0755, true, reads_only},  {0666, 0755, true, reads_only},
    {0600, 0755, false, is_refused}, {0644, 0700, false, is_refused},
};

START_TEST(test_permissions)
{
    if (getuid() != 0) {
        fprintf(stderr, "# skipped: only root can become another user\n");
        return;
    }
    _cleanup_scratch_ struct scratch scratch;
    scratch_init(&scratch);
    struct hl_store_options options = {.is_shared = PERMISSION_ROWS[_i].shared ? yes : NULL};
    struct hl_store *store = NULL;
    ck_assert_int_eq(hl_store_open_with(scratch.path, HL_STORE_WRITE, &options, &store, NULL), 0);
    save_sample(store, 1);
    hl_store_close(store);
    ck_assert_int_eq(chmod(scratch.path, PERMISSION_ROWS[_i].file), 0);
    ck_assert_int_eq(chmod(scratch.folder, PERMISSION_ROWS[_i].folder), 0);
    ck_assert(as_nobody(PERMISSION_ROWS[_i].body, &scratch));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store-trouble");
    TCase *tests = tcase_create("trouble");
    tcase_set_timeout(tests, 300);
    tcase_add_test(tests, test_files_are_private);
    tcase_add_test(tests, test_default_place_is_made_private);
    tcase_add_test(tests, test_default_path);
    tcase_add_test(tests, test_settings);
    tcase_add_test(tests, test_file_system_types);
    tcase_add_test(tests, test_garbage_is_not_touched);
    tcase_add_test(tests, test_flipped_bytes);
    tcase_add_loop_test(tests, test_changed_values_are_noticed, 0, 11);
    tcase_add_test(tests, test_newer_tree);
    tcase_add_loop_test(tests, test_foreign_database_is_not_touched, 0, 4);
    tcase_add_test(tests, test_hostile_schema_runs_nothing);
    tcase_add_test(tests, test_newer_program_has_migrated);
    tcase_add_loop_test(tests, test_newer_program_seen_by_a_read, 0, 3);
    tcase_add_test(tests, test_version_below_zero);
    tcase_add_test(tests, test_bad_page);
    tcase_add_test(tests, test_reading_with_a_hot_journal);
    tcase_add_test(tests, test_not_a_file);
    tcase_add_test(tests, test_locked);
    tcase_add_test(tests, test_data_version);
    tcase_add_loop_test(tests, test_permissions, 0, ARRAY_SIZE(PERMISSION_ROWS));
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
