/* The table of functions, shared by all runs. An index over names would take as much room as the names,
 * and more time than all else in a save, so the id of a function follows from its hash: it is the first
 * that was free from there on when the function was added. */
#include "connection.h"
#include "hotlens/base/hash.h"

/* Ids are 31 bits, so that rows stay small. */
#define HOME_BITS 27
#define HOME_WIDTH 16

int64_t function_home(int64_t file, const char *name, size_t length, uint32_t ordinal)
{
    uint64_t hash = hl_hash_bytes(name, length, (uint64_t)file + 1);
    return (int64_t)(hl_hash_mix(hash, ordinal) >> (64 - HOME_BITS)) * HOME_WIDTH;
}

int function_table_prepare(struct hl_store *store, struct function_table *table)
{
    *table = (struct function_table){.store = store, .last = INT64_MAX};
    int64_t ignored;
    int code = store_query_int(store, "SELECT 1 FROM function LIMIT 1", &ignored);
    if (code == SQLITE_DONE) {
        table->last = -1;
    } else if (code != SQLITE_ROW && code != SQLITE_OK) {
        return code;
    }
    return statement_prepare(store, &table->find,
                             "SELECT id, file = ?2 AND name = ?3 AND ordinal = ?4 FROM function "
                             "WHERE id >= ?1 ORDER BY id");
}

void function_table_finish(struct function_table *table)
{
    statement_finish(&table->find);
    batch_finish(&table->add);
}

static void bind_function(struct statement *statement, int64_t id, int64_t file, const char *name,
                          size_t length, uint32_t ordinal)
{
    bind_int(statement, id);
    bind_int(statement, file);
    bind_bytes_as_text(statement, name, length);
    bind_int(statement, ordinal);
}

/* Whether the function that `find` is bound to is there: its id, else the first free one. Functions
 * that were removed leave gaps, so a gap does not end the search before the home ends. */
static int search(struct statement *find, int64_t home, bool *ret_found, int64_t *ret_id)
{
    int64_t place = home;
    bool found = false;
    int code = SQLITE_DONE;
    while (!found && (code = statement_step(find)) == SQLITE_ROW) {
        int64_t id = read_int(find);
        found = read_int(find) != 0;
        if (found) {
            place = id;
        } else if (id == place) {
            place++;
        } else if (id >= home + HOME_WIDTH) {
            break;
        }
    }
    statement_reset(find);
    *ret_found = found;
    *ret_id = place;
    return found || code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

/* The statements for many are only made where there are many. */
static int prepare_add(struct function_table *table)
{
    size_t count = table->added_count;
    if (table->add.one.handle && (count < BATCH_ROWS || table->add.many.handle)) {
        table->add.left = count;
        return SQLITE_OK;
    }
    batch_finish(&table->add);
    return batch_prepare(table->store, &table->add,
                         "INSERT INTO function (id, file, name, ordinal)", "(?, ?, ?, ?)", count);
}

int function_table_flush(struct function_table *table)
{
    int code = table->added_count > 0 ? prepare_add(table) : SQLITE_OK;
    for (size_t i = 0; code == SQLITE_OK && i < table->added_count; i++) {
        const struct new_function *added = &table->added[i];
        bind_function(batch_row(&table->add), added->id, added->file, added->name, added->length,
                      added->ordinal);
        code = batch_next(&table->add);
    }
    table->added_count = 0;
    return code;
}

static int add_function(struct function_table *table, const struct new_function *function)
{
    table->added_last = table->added_count > 0 && table->added_last > function->id
                            ? table->added_last
                            : function->id;
    table->added[table->added_count++] = *function;
    table->last = table->last < function->id ? function->id : table->last;
    return table->added_count == BATCH_ROWS ? function_table_flush(table) : SQLITE_OK;
}

int function_table_get(struct function_table *table, int64_t home, int64_t file, const char *name,
                       size_t length, uint32_t ordinal, int64_t *ret_id)
{
    int64_t id = home;
    bool found = false;
    int code = SQLITE_OK;
    if (home <= table->last) {
        if (table->added_count > 0 && home <= table->added_last) {
            code = function_table_flush(table); /* a search from home on has to see them */
        }
        if (code == SQLITE_OK) {
            bind_function(&table->find, home, file, name, length, ordinal);
            code = search(&table->find, home, &found, &id);
        }
    }
    if (code == SQLITE_OK && !found) {
        const struct new_function function = {
            .id = id, .file = file, .name = name, .length = length, .ordinal = ordinal};
        code = add_function(table, &function);
    }
    if (code == SQLITE_OK) {
        *ret_id = id;
    }
    return code;
}
