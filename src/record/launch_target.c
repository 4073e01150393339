/* py-spy gives what it launches 0.4 s to become Python and then ends it. The "python" of a version
 * manager is a shell script that takes longer than that, so the interpreter behind it is launched. */
#include "launch_target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/strv.h"
#include "hotlens/record/find.h"
#include "proc.h"

/* The kernel reads no more of a first line. */
#define LINE_LIMIT 256

char *launch_target_path(const struct hl_record_options *options)
{
    const char *program = options->argv[0];
    if (strchr(program, '/')) {
        return options->cwd ? hl_path_join(options->cwd, program) : hl_xstrdup(program);
    }
    return hl_find_in_path(program, options->environment);
}

/* The next word of a line of blanks and words, or NULL. Moves on past it. */
static char *next_word(char **line)
{
    char *word = *line + strspn(*line, " \t");
    size_t length = strcspn(word, " \t\r\n");
    if (length == 0) {
        return NULL;
    }
    *line = word[length] ? word + length + 1 : word + length;
    word[length] = '\0';
    return word;
}

/* What runs a script: the word after "#!", or what env(1) is asked to run. NULL for no script. */
static char *interpreter_of(const char *path)
{
    char line[LINE_LIMIT + 1];
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t length = fd >= 0 ? read(fd, line, LINE_LIMIT) : -1;
    if (length < 2 || line[0] != '#' || line[1] != '!') {
        return NULL;
    }
    line[length] = '\0';
    line[strcspn(line, "\n")] = '\0';
    char *rest = line + 2;
    char *word = next_word(&rest);
    bool env = word && strcmp(hl_path_base_name(word), "env") == 0;
    while (env && word && (strcmp(hl_path_base_name(word), "env") == 0 || word[0] == '-' ||
                           strchr(word, '='))) {
        word = next_word(&rest);
    }
    return hl_xstrdup(word ? word : "/bin/sh");
}

static int ask(const struct hl_record_options *options, const char *path,
               const atomic_bool *cancelled, char **ret_executable, struct hl_error *error)
{
    const struct hl_python_place place = {
        .cwd = options->cwd,
        .environment = options->environment,
        .cancelled = cancelled,
    };
    struct hl_python_facts facts = {0};
    int r = hl_python_ask_in(path, &place, &facts, error);
    if (r < 0) {
        hl_error_set_remedy(error, "Name the interpreter itself, instead of %s.", path);
        return r;
    }
    *ret_executable = TAKE_PTR(facts.executable);
    hl_python_facts_finish(&facts);
    return 0;
}

static int refuse(const char *program, const char *interpreter, struct hl_error *error)
{
    hl_error_set(error, EINVAL, "%s is a script for %s: py-spy can only launch Python itself", program,
                 interpreter);
    hl_error_set_remedy(error, "Name the interpreter and what it runs (`hotlens record -- "
                               "/path/to/python x.py`), or use `--sampler attach`.");
    return -EINVAL;
}

int launch_target_resolve(const struct hl_record_options *options, const atomic_bool *cancelled,
                          char **ret_executable, struct hl_error *error)
{
    _cleanup_free_ char *path = launch_target_path(options);
    _cleanup_free_ char *interpreter = path ? interpreter_of(path) : NULL;
    if (!interpreter || proc_is_python_name(interpreter)) {
        return 0;
    }
    if (!proc_is_python_name(options->argv[0])) {
        return refuse(options->argv[0], interpreter, error);
    }
    return ask(options, path, cancelled, ret_executable, error);
}
