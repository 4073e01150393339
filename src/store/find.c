/* Finding the run that somebody means. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "connection.h"

#define DOING "find the run"
#define UUID_PREFIX 8

/* All of the text as a number; false for anything else or more than an id can be. */
static bool parse_number(const char *text, int64_t *ret_number)
{
    int64_t number = 0;
    if (*text == '\0') {
        return false;
    }
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || number > (INT64_MAX - 9) / 10) {
            return false;
        }
        number = number * 10 + (*text - '0');
    }
    *ret_number = number;
    return true;
}

/* "last" or "last~N". */
static bool parse_last(const char *text, int64_t *ret_back)
{
    if (strcmp(text, "last") == 0) {
        *ret_back = 0;
        return true;
    }
    return strncmp(text, "last~", 5) == 0 && parse_number(text + 5, ret_back);
}

static bool looks_like_uuid(const char *text)
{
    size_t length = strlen(text);
    return length >= UUID_PREFIX && length <= 36 &&
           strspn(text, "0123456789abcdefABCDEF-") == length;
}

static int64_t count_runs(struct hl_store *store)
{
    int64_t count = 0;
    return store_query_int(store, "SELECT count(*) FROM run", &count) == SQLITE_OK ? count : -1;
}

int store_no_run(struct hl_store *store, const char *name, struct hl_error *error)
{
    int64_t newest = 0;
    int code =
        store_query_int(store, "SELECT id FROM run ORDER BY start DESC, id DESC LIMIT 1", &newest);
    if (code == SQLITE_DONE) {
        hl_error_set(error, ENOENT, "no runs yet");
        hl_error_set_remedy(error, "Record one with: hotlens record -- python PROGRAM.py");
        return -ENOENT;
    }
    if (code != SQLITE_ROW && code != SQLITE_OK) {
        return store_failed(store, code, DOING, error);
    }
    int64_t count = count_runs(store);
    int64_t back;
    name = name[0] ? name : "''";
    if (parse_last(name, &back) && count > 0) {
        hl_error_set(error, ENOENT, "no run %s; there %s %" PRId64, name, count == 1 ? "is" : "are",
                     count);
    } else {
        hl_error_set(error, ENOENT, "no run %s; the newest is %" PRId64, name, newest);
    }
    hl_error_set_remedy(error, "List them with: hotlens runs");
    return -ENOENT;
}

/* Reads the first row. SQLITE_ROW when there was one, SQLITE_DONE when none. */
static int read_one(struct statement *query, struct hl_run *ret_run)
{
    int code = statement_step(query);
    if (code != SQLITE_ROW) {
        return code;
    }
    struct hl_run run;
    run_read(query, &run);
    if (query->code != SQLITE_OK) {
        hl_run_finish(&run);
        return query->code;
    }
    *ret_run = run;
    return SQLITE_ROW;
}

static int find_by(struct hl_store *store, const char *sql, int64_t number, const char *text,
                   struct hl_run *ret_run)
{
    _cleanup_statement_ struct statement query = {0};
    statement_prepare(store, &query, sql);
    if (text) {
        bind_text(&query, text);
    } else {
        bind_int(&query, number);
    }
    return read_one(&query, ret_run);
}

static int ambiguous(const char *name, struct hl_error *error)
{
    return hl_error_set(error, EINVAL, "more than one run's uuid starts with %s", name);
}

/* Hexadecimal digits sort before 'g', so a prefix is a range of the index. */
static int find_by_uuid(struct hl_store *store, const char *name, struct hl_run *ret_run,
                        bool *ret_ambiguous)
{
    _cleanup_free_ char *prefix = hl_xstrdup(name);
    for (char *at = prefix; *at; at++) {
        *at = (char)tolower((unsigned char)*at);
    }
    _cleanup_statement_ struct statement query = {0};
    statement_prepare(store, &query,
                      "SELECT id, " RUN_COLUMNS " FROM run "
                      "WHERE uuid >= ?1 AND uuid < ?1 || 'g' LIMIT 2");
    bind_text(&query, prefix);
    struct hl_run run = {0};
    int code = read_one(&query, &run);
    if (code != SQLITE_ROW) {
        return code;
    }
    code = statement_step(&query);
    *ret_ambiguous = code == SQLITE_ROW;
    if (code != SQLITE_DONE) {
        hl_run_finish(&run);
        return code;
    }
    *ret_run = run;
    return SQLITE_ROW;
}

/* SQLITE_ROW, SQLITE_DONE or a failure. */
static int find(struct hl_store *store, const char *name, struct hl_run *ret_run,
                bool *ret_ambiguous)
{
    int64_t number;
    int code = SQLITE_DONE;
    if (parse_number(name, &number)) {
        code = find_by(store, "SELECT id, " RUN_COLUMNS " FROM run WHERE id = ?", number, NULL,
                       ret_run);
    } else if (parse_last(name, &number)) {
        return find_by(store,
                       "SELECT id, " RUN_COLUMNS
                       " FROM run ORDER BY start DESC, id DESC LIMIT 1 OFFSET ?",
                       number, NULL, ret_run);
    } else {
        code =
            find_by(store, "SELECT id, " RUN_COLUMNS " FROM run WHERE label = ?", 0, name, ret_run);
    }
    if (code == SQLITE_DONE && looks_like_uuid(name)) {
        code = find_by_uuid(store, name, ret_run, ret_ambiguous);
    }
    return code;
}

int hl_store_find_run(struct hl_store *store, const char *name, struct hl_run *ret_run,
                      struct hl_error *error)
{
    bool is_ambiguous = false;
    int code = find(store, name, ret_run, &is_ambiguous);
    if (is_ambiguous) {
        return ambiguous(name, error);
    }
    if (code == SQLITE_DONE) {
        return store_no_run(store, name, error);
    }
    return code == SQLITE_ROW ? 0 : store_failed(store, code, DOING, error);
}
