/* Paths, shared by all runs. */
#include "connection.h"

int file_table_prepare(struct hl_store *store, struct file_table *table)
{
    *table = (struct file_table){0};
    int code = statement_prepare(store, &table->find, "SELECT id FROM file WHERE path = ?");
    if (code == SQLITE_OK) {
        code = statement_prepare(store, &table->add, "INSERT INTO file (path) VALUES (?)");
    }
    return code;
}

void file_table_finish(struct file_table *table)
{
    statement_finish(&table->find);
    statement_finish(&table->add);
}

int file_table_get(struct hl_store *store, struct file_table *table, const char *path,
                   size_t length, int64_t *ret_file)
{
    if (!path) {
        *ret_file = 0;
        return SQLITE_OK;
    }
    bind_bytes_as_text(&table->find, path, length);
    int code = statement_step(&table->find);
    if (code == SQLITE_ROW) {
        *ret_file = read_int(&table->find);
        statement_reset(&table->find);
        return SQLITE_OK;
    }
    statement_reset(&table->find);
    if (code != SQLITE_DONE) {
        return code;
    }
    bind_bytes_as_text(&table->add, path, length);
    code = statement_run(&table->add);
    if (code == SQLITE_OK) {
        *ret_file = sqlite3_last_insert_rowid(store->db);
    }
    return code;
}
