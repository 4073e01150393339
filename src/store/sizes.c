/* What the database takes. */
#include <sys/stat.h>

#include "connection.h"

static uint64_t file_size(const char *path, const char *suffix)
{
    _cleanup_free_ char *name = hl_xasprintf("%s%s", path, suffix);
    struct stat status;
    return stat(name, &status) == 0 ? (uint64_t)status.st_size : 0;
}

int hl_store_sizes(struct hl_store *store, struct hl_store_sizes *ret_sizes, struct hl_error *error)
{
    static const char *const QUERIES[] = {
        "SELECT count(*) FROM run",
        "SELECT count(*) FROM text",
        "SELECT ifnull(sum(length(data)), 0) FROM text",
        "SELECT ifnull(sum(length(tree)), 0) FROM profile",
        "PRAGMA user_version",
    };
    int64_t values[ARRAY_SIZE(QUERIES)] = {0};
    for (size_t i = 0; i < ARRAY_SIZE(QUERIES); i++) {
        int code = store_query_int(store, QUERIES[i], &values[i]);
        if (code != SQLITE_OK) {
            return store_failed(store, code, "measure the database", error);
        }
    }
    *ret_sizes = (struct hl_store_sizes){
        .file_bytes = file_size(store->path, "") + file_size(store->path, "-wal"),
        .runs = (uint64_t)values[0],
        .texts = (uint64_t)values[1],
        .text_bytes = (uint64_t)values[2],
        .tree_bytes = (uint64_t)values[3],
        .schema_version = (int)values[4],
    };
    return 0;
}
