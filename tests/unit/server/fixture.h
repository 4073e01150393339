/* A small program, a run of it, and jobs that run when the test says so. */
#ifndef HOTLENS_TESTS_UNIT_SERVER_FIXTURE_H
#define HOTLENS_TESTS_UNIT_SERVER_FIXTURE_H

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/app/import.h"
#include "hotlens/base/clock.h"
#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/server/jobs.h"
#include "hotlens/server/shelf.h"

#define PROGRAM                                                                                    \
    "def hot():\n"                                                                                 \
    "    x = 1\n"                                                                                  \
    "    return x\n"                                                                               \
    "\n"                                                                                           \
    "class K:\n"                                                                                   \
    "    def m(self):\n"                                                                           \
    "        hot()\n"                                                                              \
    "        return 2\n"                                                                           \
    "\n"                                                                                           \
    "if __name__ == \"__main__\":\n"                                                               \
    "    K().m()\n"

/* Samples of the stacks that the run is made of. */
struct counts {
    unsigned hot_2;
    unsigned hot_3;
    unsigned m_8;
    unsigned module_11;
};

#define USUAL ((struct counts){600, 200, 195, 5})

struct program {
    char folder[64];
    char *path;
    char *uri;
};

static inline void program_create(struct program *program)
{
    (void)snprintf(program->folder, sizeof(program->folder), "/tmp/hotlens-test-XXXXXX");
    ck_assert(mkdtemp(program->folder) != NULL);
    program->path = hl_xasprintf("%s/a.py", program->folder);
    program->uri = hl_xasprintf("file://%s", program->path);
    ck_assert_int_eq(hl_file_write_atomic(program->path, PROGRAM, strlen(PROGRAM), 0600), 0);
}

static inline void program_remove(struct program *program)
{
    ck_assert_int_eq(hl_folder_remove(program->folder), 0);
    free(program->path);
    free(program->uri);
}

/* A run of the program in which each stack was seen so often, `age` seconds ago. */
static inline void program_run(const struct program *program, struct counts counts, int64_t age,
                               struct hl_run_data *data)
{
    const char *at = program->path;
    char *raw = hl_xasprintf("<module> (%s:11);m (%s:7);hot (%s:2) %u\n"
                             "<module> (%s:11);m (%s:7);hot (%s:3) %u\n"
                             "<module> (%s:11);m (%s:8) %u\n"
                             "<module> (%s:11) %u\n",
                             at, at, at, counts.hot_2, at, at, at, counts.hot_3, at, at,
                             counts.m_8, at, counts.module_11);
    char *path = hl_xasprintf("%s/run.raw", program->folder);
    ck_assert_int_eq(hl_file_write_atomic(path, raw, strlen(raw), 0600), 0);
    struct hl_import_options options = {.rate = 100, .folder = program->folder};
    ck_assert_int_eq(hl_import_file(path, &options, data, NULL, NULL), 0);
    data->run.start = hl_clock_utc() - age * HL_NS_PER_SECOND;
    data->run.offset_minutes = 0;
    free(raw);
    free(path);
}

static inline int64_t program_save(const struct program *program, struct hl_store *store,
                                   struct counts counts, int64_t age)
{
    struct hl_run_data data;
    const struct hl_save_options options = {.store_sources = true};
    program_run(program, counts, age, &data);
    ck_assert_int_eq(hl_run_data_save(&data, store, &options, NULL), 0);
    int64_t id = data.run.id;
    hl_run_data_finish(&data);
    return id;
}

static inline struct hl_shown *program_shown(const struct program *program, struct counts counts)
{
    struct hl_run_data data;
    struct hl_shown *shown;
    program_run(program, counts, 10, &data);
    ck_assert_int_eq(hl_shown_from_data(&data, &shown), 0);
    hl_run_data_finish(&data);
    return shown;
}

static inline struct hl_document *open_document(struct hl_documents *documents, const char *uri,
                                                const char *text)
{
    struct hl_document *document = NULL;
    cJSON *params = cJSON_CreateObject();
    cJSON *item = cJSON_AddObjectToObject(params, "textDocument");
    cJSON_AddStringToObject(item, "uri", uri);
    cJSON_AddStringToObject(item, "languageId", "python");
    cJSON_AddStringToObject(item, "text", text);
    ck_assert_int_eq(hl_documents_open(documents, params, &document, NULL), 0);
    cJSON_Delete(params);
    return document;
}

/* Inserts text at the start of a line (from 0). */
static inline void insert_text(struct hl_documents *documents, const char *uri, unsigned line,
                               const char *text)
{
    struct hl_document *document;
    cJSON *params = cJSON_CreateObject();
    cJSON_AddStringToObject(cJSON_AddObjectToObject(params, "textDocument"), "uri", uri);
    cJSON *change = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_AddArrayToObject(params, "contentChanges"), change);
    cJSON_AddStringToObject(change, "text", text);
    cJSON *range = cJSON_AddObjectToObject(change, "range");
    for (int i = 0; i < 2; i++) {
        cJSON *at = cJSON_AddObjectToObject(range, i == 0 ? "start" : "end");
        cJSON_AddNumberToObject(at, "line", line);
        cJSON_AddNumberToObject(at, "character", 0);
    }
    ck_assert_int_eq(hl_documents_change(documents, params, &document, NULL), 0);
    cJSON_Delete(params);
}

#endif
