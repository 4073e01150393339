#include "hotlens/record/explain.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "hotlens/base/buffer.h"
#include "hotlens/base/escape.h"
#include "hotlens/base/memory.h"
#include "os.h"

static char *without_escapes(const char *text)
{
    char *plain = hl_xstrdup(text ? text : "");
    (void)hl_strip_escapes(plain, strlen(plain));
    return plain;
}

/* What py-spy says, most telling first: a program that cannot be started is also "Permission denied". */
static const struct {
    const char *text;
    enum hl_failure failure;
} phrases[] = {
    { "Failed to create process '", HL_FAILURE_PROGRAM },
    { "Unsupported version of Python", HL_FAILURE_TOO_NEW },
    { "Cannot detect GIL holding", HL_FAILURE_GIL },
    { "Failed to find python version from target process", HL_FAILURE_NOT_PYTHON },
    { "No python processes found in process", HL_FAILURE_NOT_PYTHON },
    { "Failed to find a python interpreter", HL_FAILURE_NO_INTERPRETER },
    { "This program requires root", HL_FAILURE_PERMISSION },
    { "Permission Denied", HL_FAILURE_PERMISSION },
    { "Permission denied (os error 13)", HL_FAILURE_PERMISSION },
    { "Operation not permitted", HL_FAILURE_PERMISSION },
    { "sudo: a password is required", HL_FAILURE_PERMISSION },
    { "sudo: a terminal is required", HL_FAILURE_PERMISSION },
    { "sudo: no tty present", HL_FAILURE_PERMISSION },
    { "is not in the sudoers file", HL_FAILURE_PERMISSION },
    { "is not allowed to execute", HL_FAILURE_PERMISSION },
    { "Failed to get process executable name", HL_FAILURE_GONE },
    { "Failed to open process - check if it is running", HL_FAILURE_GONE },
    { "No such process", HL_FAILURE_GONE },
    { "src/config.rs", HL_FAILURE_USAGE },
    { "panicked at", HL_FAILURE_CRASHED },
    { "error: unexpected argument", HL_FAILURE_USAGE },
    { "can't be used together", HL_FAILURE_USAGE },
};

/* ENOENT, EACCES, EISDIR, ENOSPC or EROFS after sampling. ECHILD is a program that was reaped. */
static bool is_output_failure(const char *text)
{
    static const char *const signs[] = { "os error 2)",  "os error 13)", "os error 21)",
                                         "os error 28)", "os error 30)" };
    if (strstr(text, "panicked at")) {
        return false;
    }
    const char *failed = strstr(text, "\nError: ");
    for (size_t i = 0; failed && i < ARRAY_SIZE(signs); i++) {
        if (strstr(failed, signs[i])) {
            return true;
        }
    }
    return strstr(text, "\nPermission Denied") != NULL;
}

static enum hl_failure classify_text(int exit_code, const char *text)
{
    /* Once it samples it has every right it needs: what is refused then is the file it writes at the end. */
    const char *sampling = strstr(text, "py-spy> Sampling process");
    if (sampling && is_output_failure(sampling)) {
        return HL_FAILURE_OUTPUT;
    }
    for (size_t i = 0; i < ARRAY_SIZE(phrases); i++) {
        if (strstr(text, phrases[i].text)) {
            return phrases[i].failure;
        }
    }
    if (exit_code == 2) {
        return HL_FAILURE_USAGE;
    }
    return exit_code == 101 ? HL_FAILURE_CRASHED : HL_FAILURE_OTHER;
}

enum hl_failure hl_failure_classify(int exit_code, int signal, const char *output)
{
    _cleanup_free_ char *text = without_escapes(output);
    /* It may fail after all was written, when the program was reaped at the wrong moment. */
    if ((exit_code == 0 && signal == 0) || strstr(text, "py-spy> Wrote ")) {
        return HL_FAILURE_NONE;
    }
    return signal != 0 ? HL_FAILURE_CRASHED : classify_text(exit_code, text);
}

/* The first line with something to say, without what every message starts with. Caller frees. */
static char *useful_line(const char *output)
{
    _cleanup_free_ char *text = without_escapes(output);
    for (char *line = text, *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next) {
            *next++ = '\0';
        }
        line[strcspn(line, "\r")] = '\0';
        if (strncasecmp(line, "error: ", 7) == 0) {
            line += 7;
        }
        if (strncmp(line, "py-spy> ", 8) != 0 && line[strspn(line, " \t")] != '\0' &&
            strncmp(line, "Stack backtrace", 15) != 0) {
            return hl_xstrndup(line, strnlen(line, 300));
        }
    }
    return NULL;
}

static char *name_target(const struct hl_failure_context *context)
{
    const char *program = context->program && context->program[0] ? context->program : NULL;
    if (context->pid > 0) {
        return program ? hl_xasprintf("process %d (%s)", context->pid, program)
                       : hl_xasprintf("process %d", context->pid);
    }
    return hl_xstrdup(program ? program : "the program");
}

/* Commas, colons, equal signs, backslashes, blanks and wildcards mean something in sudoers. */
static void put_sudoers_path(struct hl_buffer *out, const char *path)
{
    for (const char *c = path; *c; c++) {
        if (strchr(",:=\\ \t*?[]!()\"'#", *c)) {
            hl_buffer_putc(out, '\\');
        }
        hl_buffer_putc(out, *c);
    }
}

static void sudo_remedy(const struct hl_failure_context *context, struct hl_error *error)
{
    _cleanup_buffer_ struct hl_buffer line = {0};
    const struct passwd *user = getpwuid(getuid());
    put_sudoers_path(&line, user ? user->pw_name : "YOUR-USER");
    hl_buffer_puts(&line, " ALL=(root) NOPASSWD: ");
    put_sudoers_path(&line, context->hotlens ? context->hotlens : "hotlens");
    hl_buffer_puts(&line, " exec --lifeline -- ");
    put_sudoers_path(&line, context->py_spy ? context->py_spy : "py-spy");
    hl_buffer_puts(&line, " record *");
    hl_error_set_remedy(error, "Allow it without a password, with this line in sudoers "
                               "(`sudo visudo`), or record in a terminal:\n  %s", line.data);
}

static void permission_remedy(const struct hl_failure_context *context, struct hl_error *error)
{
    const char *py_spy = context->py_spy ? context->py_spy : "py-spy";
    const struct hl_probe *probe = context->probe;
    if (hl_os_only_root_traces() && !context->sudo) {
        hl_error_set_remedy(error, "This system lets only root trace processes: record with sudo.");
    } else if (context->sudo) {
        sudo_remedy(context, error);
    } else if (probe && probe->container && probe->trace == HL_TRACE_NOTHING) {
        hl_error_set_remedy(error, "Start the container with `--cap-add SYS_PTRACE` (Kubernetes: "
                                   "securityContext.capabilities.add: [SYS_PTRACE]).");
    } else if (probe && probe->ptrace_scope == 3) {
        hl_error_set_remedy(error, "ptrace_scope 3 cannot be changed before the next boot: set "
                                   "kernel.yama.ptrace_scope to 1 in /etc/sysctl.d and restart.");
    } else if (probe && probe->ptrace_scope > 0) {
        hl_error_set_remedy(error, "%sAllow it with `sudo sysctl kernel.yama.ptrace_scope=0`, or for "
                                   "py-spy alone with `sudo setcap cap_sys_ptrace+ep %s`.",
                            context->attach && probe->ptrace_scope == 1
                                ? "Let hotlens start the program itself (the launch sampler), or:\n"
                                : "", py_spy);
    } else {
        hl_error_set_remedy(error, "Record as the user that owns the process, with sudo, or allow "
                                   "py-spy with `sudo setcap cap_sys_ptrace+ep %s`.", py_spy);
    }
}

/* Message and remedy with one place for the target's name. */
static const struct {
    enum hl_failure failure;
    int code;
    const char *message;
    const char *remedy;
} texts[] = {
    { HL_FAILURE_PERMISSION, EPERM, "py-spy was not allowed to read %s", NULL },
    { HL_FAILURE_NOT_PYTHON, EINVAL, "%s is not a Python process that py-spy recognizes",
      "If it starts Python itself, as `uv run` does, record with subprocesses, or name the real "
      "interpreter." },
    { HL_FAILURE_GONE, ESRCH, "%s does not exist, or ended before py-spy was attached",
      "Check the number of the process." },
    { HL_FAILURE_TOO_NEW, ENOTSUP, "%s runs a Python that this py-spy does not know",
      "Upgrade py-spy: `pip install --upgrade py-spy`." },
    { HL_FAILURE_NO_INTERPRETER, ENOTSUP, "py-spy could not locate the interpreter in %s",
      "Try again a moment later; if it stays, upgrade py-spy or use an official build of Python." },
    { HL_FAILURE_OUTPUT, EIO, "py-spy sampled %s but could not write its file",
      "Check that the folder exists, is writable and has free space." },
    { HL_FAILURE_PROGRAM, ENOENT, "%s could not be started",
      "Check that it exists, is executable and is in PATH." },
    { HL_FAILURE_GIL, ENOTSUP, "py-spy cannot see who holds the GIL in %s",
      "Record without the GIL option." },
    { HL_FAILURE_USAGE, EINVAL, "py-spy refused its arguments for %s",
      "It may be too old: `pip install --upgrade py-spy`; `hotlens doctor` shows its version." },
    { HL_FAILURE_CRASHED, EIO, "py-spy crashed or was killed while it sampled %s",
      "Record again; if it stays, upgrade py-spy." },
    { HL_FAILURE_OTHER, EIO, "py-spy failed on %s",
      "`hotlens doctor` checks Python, py-spy and permissions." },
};

/* The words of py-spy help where ours are not sure to be enough. */
static bool wants_quote(enum hl_failure failure)
{
    return failure == HL_FAILURE_OTHER || failure == HL_FAILURE_USAGE ||
           failure == HL_FAILURE_CRASHED || failure == HL_FAILURE_TOO_NEW ||
           failure == HL_FAILURE_PROGRAM;
}

int hl_failure_explain(enum hl_failure failure, const struct hl_failure_context *context,
                       struct hl_error *error)
{
    if (failure == HL_FAILURE_NONE) {
        return 0;
    }
    size_t row = ARRAY_SIZE(texts) - 1;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        row = texts[i].failure == failure ? i : row;
    }
    _cleanup_free_ char *target = name_target(context);
    if (failure == HL_FAILURE_GONE && context->pid <= 0) {
        (void)hl_error_set(error, ESRCH, "%s ended before py-spy was attached, so nothing was saved",
                           target);
        hl_error_set_remedy(error, "Only Python can be sampled, and not in a program that ends at once.");
        return -ESRCH;
    }
    const char *place = strstr(texts[row].message, "%s");
    _cleanup_free_ char *message =
        hl_xasprintf("%.*s%s%s", (int)(place - texts[row].message), texts[row].message, target,
                     place + 2);
    _cleanup_free_ char *line = wants_quote(failure) ? useful_line(context->output) : NULL;
    (void)hl_error_set(error, texts[row].code, "%s%s%s", message, line ? ": " : "",
                       line ? line : "");
    if (failure == HL_FAILURE_PERMISSION) {
        permission_remedy(context, error);
    } else {
        hl_error_set_remedy(error, "%s", texts[row].remedy);
    }
    return -texts[row].code;
}
