/* The tables, and how older files get them.
 *
 * `file` and `function` are shared by all runs, so that the history of a function is a search by
 * its id; row 0 of `file` means "no file". References to them and to `text` carry no foreign keys:
 * a check at every delete would need an index on the big row tables, and store_sweep() removes what
 * nobody refers to in one pass instead. Counts are 64 bits without sign, kept as SQLite's signed.
 */
#include <errno.h>

#include "connection.h"

static const char VERSION_1[] =
    "CREATE TABLE run ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT," /* a deleted run's id never comes back */
    "  uuid TEXT NOT NULL UNIQUE,"
    "  target TEXT, title TEXT,"
    "  argv BLOB," /* each followed by a NUL */
    "  cwd TEXT, workspace TEXT,"
    "  start INTEGER NOT NULL, offset_minutes INTEGER NOT NULL,"
    "  duration INTEGER, sampled INTEGER, covered INTEGER,"
    "  rate REAL NOT NULL, flags INTEGER NOT NULL,"
    "  samples INTEGER NOT NULL, errors INTEGER NOT NULL,"
    "  exit_status INTEGER,"
    "  processes INTEGER NOT NULL, threads INTEGER NOT NULL,"
    "  python TEXT, python_version TEXT, sampler TEXT, sampler_mode TEXT,"
    "  git_commit TEXT, git_branch TEXT, git_dirty INTEGER,"
    "  label TEXT UNIQUE, pinned INTEGER NOT NULL, notes TEXT);"
    "CREATE INDEX run_start ON run(start);"
    "CREATE INDEX run_target ON run(target, start);"
    "CREATE TABLE profile ("
    "  id INTEGER PRIMARY KEY,"
    "  run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,"
    "  metric TEXT NOT NULL,"
    "  derive_version INTEGER NOT NULL,"
    "  tree BLOB NOT NULL," /* docs/formats.md */
    "  UNIQUE (run, metric));"
    "CREATE TABLE window ("
    "  run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,"
    "  number INTEGER NOT NULL,"
    "  start INTEGER NOT NULL, covered INTEGER NOT NULL,"
    "  samples INTEGER NOT NULL, errors INTEGER NOT NULL,"
    "  PRIMARY KEY (run, number)) WITHOUT ROWID;"
    "CREATE TABLE file (id INTEGER PRIMARY KEY, path TEXT UNIQUE);"
    "INSERT INTO file (id, path) VALUES (0, NULL);"
    "CREATE TABLE function ("
    "  id INTEGER PRIMARY KEY,"
    "  file INTEGER NOT NULL, name TEXT NOT NULL, ordinal INTEGER NOT NULL,"
    "  UNIQUE (file, name, ordinal));"
    "CREATE TABLE function_row ("
    "  profile INTEGER NOT NULL REFERENCES profile ON DELETE CASCADE,"
    "  function INTEGER NOT NULL,"
    "  line INTEGER NOT NULL, end_line INTEGER NOT NULL,"
    "  self INTEGER NOT NULL, total INTEGER NOT NULL,"
    "  PRIMARY KEY (profile, function)) WITHOUT ROWID;"
    "CREATE TABLE line_row ("
    "  profile INTEGER NOT NULL REFERENCES profile ON DELETE CASCADE,"
    "  file INTEGER NOT NULL, line INTEGER NOT NULL,"
    "  self INTEGER NOT NULL, total INTEGER NOT NULL,"
    "  PRIMARY KEY (profile, file, line)) WITHOUT ROWID;"
    "CREATE TABLE text ("
    "  id INTEGER PRIMARY KEY,"
    "  hash BLOB NOT NULL UNIQUE," /* SHA-256 of the plain bytes */
    "  length INTEGER NOT NULL,"
    "  data BLOB NOT NULL);" /* zlib */
    "CREATE TABLE source ("
    "  run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,"
    "  file INTEGER NOT NULL,"
    "  real_path TEXT, state INTEGER NOT NULL, hash BLOB, text INTEGER,"
    "  PRIMARY KEY (run, file)) WITHOUT ROWID;"
    "PRAGMA application_id = 1752134764;" /* STORE_APPLICATION_ID */
    "PRAGMA user_version = 1;";

/* MIGRATIONS[n] leads from version n to n + 1. */
static const char *const MIGRATIONS[] = {VERSION_1};

_Static_assert(ARRAY_SIZE(MIGRATIONS) == STORE_SCHEMA_VERSION, "one migration per version");
_Static_assert(STORE_APPLICATION_ID == 1752134764, "the same number in SQL");

int schema_migrate(struct hl_store *store, struct hl_error *error)
{
    const char *doing = "set up the tables";
    int r = store_begin(store, doing, error);
    if (r < 0) {
        return r;
    }
    /* Another process may have been first. */
    int64_t version = 0;
    int code = store_query_int(store, "PRAGMA user_version", &version);
    for (; code == SQLITE_OK && version < STORE_SCHEMA_VERSION; version++) {
        code = store_execute(store, MIGRATIONS[version]);
    }
    return store_end(store, code, doing, error);
}
