/* Removing what no run refers to any more, and giving the space back. */
#include "connection.h"

int store_sweep(struct hl_store *store)
{
    return store_execute(store,
                         "DELETE FROM text WHERE id NOT IN "
                         "    (SELECT text FROM source WHERE text IS NOT NULL);"
                         "DELETE FROM function WHERE id NOT IN (SELECT function FROM function_row);"
                         "DELETE FROM file WHERE id <> 0 AND id NOT IN (SELECT file FROM source)"
                         "    AND id NOT IN (SELECT file FROM function)"
                         "    AND id NOT IN (SELECT file FROM line_row);");
}

void store_shrink(struct hl_store *store)
{
    store_execute(store, "PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)");
}
