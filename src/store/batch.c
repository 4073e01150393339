/* Inserting many rows with few statements. */
#include "connection.h"
#include "hotlens/base/buffer.h"

int batch_prepare(struct hl_store *store, struct batch *batch, const char *insert,
                  const char *values, size_t count)
{
    *batch = (struct batch){.left = count};
    _cleanup_buffer_ struct hl_buffer sql = {0};
    hl_buffer_printf(&sql, "%s VALUES %s", insert, values);
    if (sql.error) {
        return SQLITE_NOMEM;
    }
    int code = statement_prepare(store, &batch->one, sql.data);
    for (size_t i = 1; i < BATCH_ROWS; i++) {
        hl_buffer_printf(&sql, ", %s", values);
    }
    if (sql.error) {
        return SQLITE_NOMEM;
    }
    if (code == SQLITE_OK && count >= BATCH_ROWS) {
        code = statement_prepare(store, &batch->many, sql.data);
    }
    return code;
}

void batch_finish(struct batch *batch)
{
    statement_finish(&batch->many);
    statement_finish(&batch->one);
}

static bool is_many(const struct batch *batch)
{
    return batch->filled + batch->left >= BATCH_ROWS;
}

struct statement *batch_row(struct batch *batch)
{
    return is_many(batch) ? &batch->many : &batch->one;
}

int batch_next(struct batch *batch)
{
    hl_assert(batch->left > 0);
    bool many = is_many(batch);
    batch->left--;
    if (!many) {
        return statement_run(&batch->one);
    }
    if (++batch->filled < BATCH_ROWS) {
        return SQLITE_OK;
    }
    batch->filled = 0;
    return statement_run(&batch->many);
}
