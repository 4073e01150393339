/* Prepared statements: binding and reading in order, with the first failure kept. */
#include <string.h>

#include "connection.h"

/* Longer than any that is written: a record of a profile, with names of functions in it, ends at this. */
#define TEXT_MOST ((size_t)64 << 20)

int statement_prepare(struct hl_store *store, struct statement *statement, const char *sql)
{
    *statement = (struct statement){0};
    statement->code = sqlite3_prepare_v3(store->db, sql, -1, 0, &statement->handle, NULL);
    return statement->code;
}

void statement_finish(struct statement *statement)
{
    sqlite3_finalize(statement->handle);
    *statement = (struct statement){0};
}

void statement_reset(struct statement *statement)
{
    sqlite3_reset(statement->handle);
    if (statement->handle) {
        sqlite3_clear_bindings(statement->handle);
    }
    statement->next = 0;
    statement->code = SQLITE_OK;
}

static void keep(struct statement *statement, int code)
{
    if (statement->code == SQLITE_OK) {
        statement->code = code;
    }
}

void bind_int(struct statement *statement, int64_t value)
{
    keep(statement, sqlite3_bind_int64(statement->handle, ++statement->next, value));
}

void bind_int_or_null(struct statement *statement, int64_t value, int64_t null)
{
    if (value == null) {
        keep(statement, sqlite3_bind_null(statement->handle, ++statement->next));
    } else {
        bind_int(statement, value);
    }
}

void bind_double(struct statement *statement, double value)
{
    keep(statement, sqlite3_bind_double(statement->handle, ++statement->next, value));
}

void bind_bytes_as_text(struct statement *statement, const char *text, size_t length)
{
    statement->next++;
    /* Text that is not UTF-8 is kept byte for byte: SQLite only looks at it when asked to. */
    keep(statement, text ? sqlite3_bind_text64(statement->handle, statement->next, text, length,
                                               SQLITE_STATIC, SQLITE_UTF8)
                         : sqlite3_bind_null(statement->handle, statement->next));
}

void bind_text(struct statement *statement, const char *text)
{
    bind_bytes_as_text(statement, text, text ? strlen(text) : 0);
}

void bind_text_copy(struct statement *statement, const char *text)
{
    keep(statement, sqlite3_bind_text(statement->handle, ++statement->next, text, -1, SQLITE_TRANSIENT));
}

void bind_blob(struct statement *statement, const void *data, size_t length)
{
    statement->next++;
    keep(statement,
         data ? sqlite3_bind_blob64(statement->handle, statement->next, data, length, SQLITE_STATIC)
              : sqlite3_bind_null(statement->handle, statement->next));
}

int statement_step(struct statement *statement)
{
    statement->next = 0;
    return statement->code == SQLITE_OK ? sqlite3_step(statement->handle) : statement->code;
}

int statement_run(struct statement *statement)
{
    int code = statement_step(statement);
    statement_reset(statement);
    return code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : code;
}

int64_t read_int(struct statement *statement)
{
    return sqlite3_column_int64(statement->handle, statement->next++);
}

int64_t read_int_or(struct statement *statement, int64_t null)
{
    if (sqlite3_column_type(statement->handle, statement->next) == SQLITE_NULL) {
        statement->next++;
        return null;
    }
    return read_int(statement);
}

double read_double(struct statement *statement)
{
    return sqlite3_column_double(statement->handle, statement->next++);
}

const char *read_bytes(struct statement *statement, size_t *ret_length)
{
    int column = statement->next++;
    const char *data = sqlite3_column_blob(statement->handle, column);
    *ret_length = data ? (size_t)sqlite3_column_bytes(statement->handle, column) : 0;
    /* NULL is an empty value, or the failure to get a long one. */
    if (!data && (sqlite3_errcode(sqlite3_db_handle(statement->handle)) & 0xff) == SQLITE_NOMEM) {
        keep(statement, SQLITE_NOMEM);
    }
    return data;
}

char *read_text(struct statement *statement)
{
    if (sqlite3_column_type(statement->handle, statement->next) == SQLITE_NULL) {
        statement->next++;
        return NULL;
    }
    size_t length;
    const char *data = read_bytes(statement, &length);
    char *text = length <= TEXT_MOST ? hl_try_malloc(length + 1, 1) : NULL;
    if (!text) {
        keep(statement, length <= TEXT_MOST ? SQLITE_NOMEM : SQLITE_TOOBIG);
        return NULL;
    }
    if (length > 0) {
        memcpy(text, data, length);
    }
    text[length] = '\0';
    return text;
}

int store_execute(struct hl_store *store, const char *sql)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL);
}

int store_query_int(struct hl_store *store, const char *sql, int64_t *ret_value)
{
    _cleanup_statement_ struct statement query = {0};
    statement_prepare(store, &query, sql);
    int code = statement_step(&query);
    if (code != SQLITE_ROW) {
        return code;
    }
    *ret_value = read_int(&query);
    return SQLITE_OK;
}
