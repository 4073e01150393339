/* What the files of the store room share: the connection, its errors, statements and transactions.
 */
#ifndef HOTLENS_STORE_CONNECTION_H
#define HOTLENS_STORE_CONNECTION_H

#include <sqlite3.h>
#include <stdbool.h>

#include "hotlens/base/buffer.h"
#include "hotlens/base/memory.h"
#include "hotlens/store/store.h"

/* "hotl": tells our files from those of other programs. */
#define STORE_APPLICATION_ID 0x686F746C
#define STORE_SCHEMA_VERSION 1

struct hl_store {
    sqlite3 *db;
    char *path;
    bool can_write;
    bool full;  /* there was no room to open it for writing */
    bool newer; /* a newer program has migrated the file */
};

/* -- errors (failure.c) -- */

/* The errno (positive) for an SQLite result code. */
int store_errno(struct hl_store *store, int code);
/* Fills `error` for a failed SQLite call and returns the negative errno. `doing` completes "cannot
 * …". A file that turns out to be corrupt while it is written to is not written to again; one bad
 * page met by a read does not keep runs from being saved. What a newer program has migrated in the
 * meantime is not damage but -EPROTO. */
int store_failed(struct hl_store *store, int code, const char *doing, struct hl_error *error);
int store_no_memory(const char *doing, struct hl_error *error);
/* "the database %s is damaged: %s", or -EPROTO as above. */
int store_damaged(struct hl_store *store, const char *what, struct hl_error *error);
/* "cannot %s: database %s was written by a newer hotlens"; nothing is written from here on. */
int store_newer(struct hl_store *store, const char *doing, struct hl_error *error);

/* -- statements (statement.c) -- */

/* Why a chain of binds failed is kept in `code`, so callers bind without checking and step once. */
struct statement {
    sqlite3_stmt *handle;
    int code;
    int next; /* column or parameter, 1-based for binding, 0-based for reading */
};

int statement_prepare(struct hl_store *store, struct statement *statement, const char *sql);
void statement_finish(struct statement *statement);
#define _cleanup_statement_ _cleanup_(statement_finish)

/* Back to unbound parameters and no row. */
void statement_reset(struct statement *statement);
void bind_int(struct statement *statement, int64_t value);
void bind_int_or_null(struct statement *statement, int64_t value, int64_t null);
void bind_double(struct statement *statement, double value);
/* The bytes must stay until the statement is reset. NULL binds NULL. */
void bind_text(struct statement *statement, const char *text);
void bind_bytes_as_text(struct statement *statement, const char *text, size_t length);
/* The statement keeps a copy. */
void bind_text_copy(struct statement *statement, const char *text);
void bind_blob(struct statement *statement, const void *data, size_t length);
/* SQLITE_ROW, SQLITE_DONE or a failure, that of an earlier bind included. Rewinds the column. */
int statement_step(struct statement *statement);
/* Steps a statement without rows and resets it: SQLITE_OK or a failure. */
int statement_run(struct statement *statement);

int64_t read_int(struct statement *statement);
int64_t read_int_or(struct statement *statement, int64_t null);
double read_double(struct statement *statement);
/* Owned; NULL for NULL. */
char *read_text(struct statement *statement);
/* Borrowed until the next step; never NULL when length > 0. A failure is kept in `code`. */
const char *read_bytes(struct statement *statement, size_t *ret_length);

/* Runs SQL without parameters and rows: SQLITE_OK or a failure. */
int store_execute(struct hl_store *store, const char *sql);
/* The only integer of a query: SQLITE_OK, SQLITE_DONE when there is no row, or a failure. */
int store_query_int(struct hl_store *store, const char *sql, int64_t *ret_value);

/* -- folders (folder.c) -- */

/* The condition that the workspace of a run is a folder or below it, with the two parameters that bind_folder
 * binds. Links are resolved once for each workspace: with a LIMIT no condition moves into the inner query. */
#define IN_FOLDER(key, real)                                                                       \
    "workspace IN (SELECT name FROM (SELECT DISTINCT workspace AS name FROM run LIMIT -1) "        \
    "WHERE within(name, " key ", " real "))"
/* NULL binds NULL twice. */
void bind_folder(struct statement *statement, const char *folder);
/* The functions that our SQL calls; nothing in the file can. */
int store_add_functions(struct hl_store *store);

/* -- transactions (transaction.c) -- */

/* Starts a transaction that will write: waits for the lock, and looks whether a newer program has
 * migrated the file in the meantime. 0 or a negative errno. */
int store_begin(struct hl_store *store, const char *doing, struct hl_error *error);
/* Commits when `result` is SQLITE_OK, else rolls back and maps the failure. */
int store_end(struct hl_store *store, int result, const char *doing, struct hl_error *error);
/* One snapshot for several reads. */
int store_begin_read(struct hl_store *store, const char *doing, struct hl_error *error);
void store_end_read(struct hl_store *store);
void store_rollback(struct hl_store *store);

/* -- pieces -- */

/* Makes or migrates the tables; inside no transaction. 0 or a negative errno. */
int schema_migrate(struct hl_store *store, struct hl_error *error);
/* SQLite result codes from here on, inside a transaction of the caller. */
int rows_save(struct hl_store *store, int64_t profile, const struct hl_run_content *content);
int sources_save(struct hl_store *store, int64_t run, const struct hl_run_content *content);
int windows_save(struct hl_store *store, int64_t run, const struct hl_run_content *content);
/* The row of a path in `file`, made when missing; path NULL gives 0. */
struct file_table {
    struct statement find;
    struct statement add;
};
int file_table_prepare(struct hl_store *store, struct file_table *table);
void file_table_finish(struct file_table *table);
int file_table_get(struct hl_store *store, struct file_table *table, const char *path,
                   size_t length, int64_t *ret_file);
/* Many rows of one table, several to a statement: what a statement costs apart from its rows is as much
 * as two rows. (batch.c) */
#define BATCH_ROWS 16
struct batch {
    struct statement many;
    struct statement one;
    size_t left;   /* rows that are still to come */
    size_t filled; /* rows that `many` holds */
};
/* `values` are the parentheses of one row; `count` rows will come. */
int batch_prepare(struct hl_store *store, struct batch *batch, const char *insert,
                  const char *values, size_t count);
void batch_finish(struct batch *batch);
/* Where to bind the next row. */
struct statement *batch_row(struct batch *batch);
/* The row is bound. */
int batch_next(struct batch *batch);

/* The id of a function in `function`, made when missing (functions.c). `home` is where its hash would
 * have it. */
struct new_function {
    int64_t id;
    int64_t file;
    const char *name; /* the caller's */
    size_t length;
    uint32_t ordinal;
};
struct function_table {
    struct hl_store *store;
    struct statement find;
    int64_t last; /* where an empty table ends that is filled in order of homes, else INT64_MAX */
    struct new_function added[BATCH_ROWS]; /* not in the table yet, and … */
    size_t added_count;
    int64_t added_last; /* … the largest id of them */
    struct batch add;
};
int function_table_prepare(struct hl_store *store, struct function_table *table);
void function_table_finish(struct function_table *table);
int64_t function_home(int64_t file, const char *name, size_t length, uint32_t ordinal);
/* `name` must stay as it is until the flush, which is due at the end. */
int function_table_get(struct function_table *table, int64_t home, int64_t file, const char *name,
                       size_t length, uint32_t ordinal, int64_t *ret_id);
int function_table_flush(struct function_table *table);
/* Removes texts, functions and files that no run refers to any more. */
int store_sweep(struct hl_store *store);
/* Gives free pages back to the file system; a failure only means later. */
void store_shrink(struct hl_store *store);
/* The first profile of a run: 0, -ENOENT with the reason, or another failure. */
int store_profile_of(struct hl_store *store, int64_t run, int64_t *ret_profile,
                     struct hl_error *error);
/* "no run 17; the newest is 12" */
int store_no_run(struct hl_store *store, const char *name, struct hl_error *error);

/* Order of the columns of RUN_COLUMNS, for reading and for binding. */
#define RUN_COLUMNS                                                                                \
    "uuid, target, title, argv, cwd, workspace, start, offset_minutes, duration, sampled, "        \
    "covered, rate, "                                                                              \
    "flags, samples, errors, exit_status, processes, threads, python, python_version, sampler, "   \
    "sampler_mode, git_commit, git_branch, git_dirty, label, pinned, notes"
#define RUN_PARAMETERS                                                                             \
    "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
void run_bind(struct statement *statement, const struct hl_run *run, struct hl_buffer *argv);
/* Reads id and RUN_COLUMNS. */
void run_read(struct statement *statement, struct hl_run *ret_run);
/* Runs of a query that selects id and RUN_COLUMNS. Finishes the list on failure. */
int run_list_read(struct hl_store *store, struct statement *statement, struct hl_run_list *ret_list,
                  struct hl_error *error);
/* 0 or -EINVAL with the reason. */
int label_check(const char *label, struct hl_error *error);

#endif
