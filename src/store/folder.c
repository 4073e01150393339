/* Runs of a folder, by its name or by where links lead: an editor opens a project by the link that its user
 * follows, a shell in the same folder tells the program where that leads. */
#include <stdlib.h>
#include <string.h>

#include "connection.h"
#include "hotlens/base/file.h"
#include "hotlens/base/path.h"

static char *folder_key(const char *folder)
{
    size_t length = strlen(folder);
    while (length > 0 && folder[length - 1] == '/') {
        length--;
    }
    return hl_xstrndup(folder, length);
}

void bind_folder(struct statement *statement, const char *folder)
{
    _cleanup_free_ char *key = folder ? folder_key(folder) : NULL;
    _cleanup_free_ char *real = folder ? hl_file_real_path(folder) : NULL;
    bind_text_copy(statement, key);
    bind_text_copy(statement, real);
}

/* within(NAME, KEY, REAL): whether the folder NAME is KEY or below it, or where NAME leads to is REAL or
 * below that. */
static void within(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    const char *name = (const char *)sqlite3_value_text(values[0]);
    const char *key = (const char *)sqlite3_value_text(values[1]);
    const char *real = (const char *)sqlite3_value_text(values[2]);
    bool is_within = name && key && hl_path_is_within(name, key);
    if (name && real && !is_within) {
        _cleanup_free_ char *target = hl_file_real_path(name);
        is_within = target && hl_path_is_within(target, real);
    }
    sqlite3_result_int(context, is_within);
}

int store_add_functions(struct hl_store *store)
{
    return sqlite3_create_function_v2(store->db, "within", 3, SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL,
                                      within, NULL, NULL, NULL);
}
