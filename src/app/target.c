#include "hotlens/app/target.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hotlens/base/buffer.h"
#include "hotlens/base/file.h"
#include "hotlens/base/memory.h"
#include "hotlens/base/path.h"
#include "hotlens/base/sha256.h"
#include "hotlens/base/strv.h"
#include "hotlens/base/utf8.h"
#include "hotlens/record/find.h"

#define MAX_KEY 2048
#define MAX_TITLE 200
#define MAX_CODE 40 /* code points of `-c` code in a title */
#define MAX_COMMAND_LINE (UINT64_C(1) << 20)

/* What the words after the interpreter mean. */
enum what {
    WHAT_FILE,
    WHAT_MODULE,
    WHAT_CODE,
    WHAT_INPUT, /* from standard input, or interactive */
};

struct program {
    enum what what;
    const char *text;      /* file, module or code */
    char *const *arguments; /* after it */
};

int hl_is_python_name(const char *program)
{
    const char *name = program ? hl_path_base_name(program) : "";
    if (strncmp(name, "python", 6) != 0) {
        return 0;
    }
    name += 6;
    name += strspn(name, "0123456789.");
    name += strspn(name, "dmtuw"); /* build variants: debug, free-threaded … */
    return *name == '\0' || strcmp(name, "-dbg") == 0;
}

/* The option letters of python(1) that take a value, in the same word or the next. -c and -m end the
 * options as well. */
static const char *find_value_letter(const char *word)
{
    return word + 1 + strcspn(word + 1, "WXcm");
}

/* Sorts the words after the interpreter as Python's own getopt does. */
static struct program parse_python(char *const *words)
{
    for (; *words && (*words)[0] == '-' && (*words)[1]; words++) {
        if (strcmp(*words, "--") == 0) {
            words++;
            break;
        }
        if (strncmp(*words, "--", 2) == 0) {
            words += strcmp(*words, "--check-hash-based-pycs") == 0 && words[1];
            continue;
        }
        const char *letter = find_value_letter(*words);
        if (!*letter) {
            continue;
        }
        const char *value = letter[1] ? letter + 1 : NULL;
        if (!value && words[1]) {
            value = *++words;
        }
        if (*letter == 'c' || *letter == 'm') {
            enum what what = *letter == 'c' ? WHAT_CODE : WHAT_MODULE;
            return (struct program){what, value ? value : "", words + 1};
        }
    }
    if (!*words || strcmp(*words, "-") == 0) {
        return (struct program){WHAT_INPUT, "-", *words ? words + 1 : words};
    }
    return (struct program){WHAT_FILE, *words, words + 1};
}

static bool is_plain(const char *word)
{
    static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "%+,-./:=@_^~";
    for (const char *at = word; *at; at++) {
        if (!strchr(PLAIN, *at) && (unsigned char)*at < 0x80) {
            return false;
        }
    }
    return *word != '\0';
}

/* As one would type it: words with anything special in them are quoted. */
static void put_word(struct hl_buffer *out, const char *word)
{
    if (is_plain(word)) {
        hl_buffer_puts(out, word);
        return;
    }
    hl_buffer_putc(out, '\'');
    for (const char *at = word; *at; at++) {
        if (*at == '\'') {
            hl_buffer_puts(out, "'\\''");
        } else {
            hl_buffer_putc(out, *at);
        }
    }
    hl_buffer_putc(out, '\'');
}

static void put_arguments(struct hl_buffer *out, char *const *arguments)
{
    for (; *arguments; arguments++) {
        hl_buffer_putc(out, ' ');
        put_word(out, *arguments);
    }
}

static void put_digest(struct hl_buffer *out, const char *data, size_t length)
{
    uint8_t digest[HL_SHA256_SIZE];
    hl_sha256(data, length, digest);
    for (int i = 0; i < 8; i++) {
        hl_buffer_printf(out, "%02x", digest[i]);
    }
}

/* A key stays comparable but not endless. */
static char *take_key(struct hl_buffer *key)
{
    if (key->length > MAX_KEY) {
        _cleanup_buffer_ struct hl_buffer tail = {0};
        put_digest(&tail, key->data, key->length);
        key->length = MAX_KEY;
        hl_buffer_printf(key, "…%s", tail.data);
    }
    return hl_buffer_take(key);
}

/* The start of a text of at most `limit` bytes that ends between two code points. */
static size_t cut_at(const char *text, size_t length, size_t limit)
{
    if (length <= limit) {
        return length;
    }
    while (limit > 0 && ((unsigned char)text[limit] & 0xc0u) == 0x80) {
        limit--;
    }
    return limit;
}

static char *take_title(struct hl_buffer *title)
{
    _cleanup_buffer_ struct hl_buffer visible = {0};
    size_t length = cut_at(title->data ? title->data : "", title->length, MAX_TITLE);
    if (length > 0) {
        hl_utf8_append_visible(&visible, title->data, length);
    }
    if (length < title->length) {
        hl_buffer_puts(&visible, "…");
    }
    hl_buffer_finish(title);
    return hl_buffer_take(&visible);
}

static char *absolute_path(const char *path, const char *cwd)
{
    _cleanup_free_ char *here = cwd ? NULL : hl_current_folder();
    const char *base = cwd ? cwd : here;
    _cleanup_free_ char *joined = base ? hl_path_join(base, path) : hl_xstrdup(path);
    return hl_path_normalize(joined);
}

static void put_code_title(struct hl_buffer *title, const char *code)
{
    size_t length = strlen(code);
    size_t at = 0;
    for (int points = 0; at < length && points < MAX_CODE; points++) {
        uint32_t point;
        at += hl_utf8_decode(code + at, length - at, &point);
    }
    hl_buffer_puts(title, "-c \"");
    hl_buffer_append(title, code, at);
    hl_buffer_puts(title, at < length ? "…\"" : "\"");
}

static void describe_file(const char *path, const char *cwd, struct hl_buffer *key,
                          struct hl_buffer *title, char **ret_script)
{
    char *script = absolute_path(path, cwd);
    hl_buffer_puts(key, "file:");
    put_word(key, script);
    put_word(title, hl_path_base_name(script));
    *ret_script = script;
}

static void describe(const struct program *program, const char *cwd, struct hl_target *target)
{
    _cleanup_buffer_ struct hl_buffer key = {0};
    _cleanup_buffer_ struct hl_buffer title = {0};
    switch (program->what) {
    case WHAT_FILE:
        describe_file(program->text, cwd, &key, &title, &target->script);
        break;
    case WHAT_MODULE:
        hl_buffer_puts(&key, "module:");
        put_word(&key, program->text);
        hl_buffer_puts(&title, "python -m ");
        put_word(&title, program->text);
        break;
    case WHAT_CODE:
        hl_buffer_puts(&key, "code:");
        put_digest(&key, program->text, strlen(program->text));
        put_code_title(&title, program->text);
        break;
    case WHAT_INPUT:
        hl_buffer_puts(&key, "input:-");
        hl_buffer_puts(&title, "python -");
        break;
    }
    put_arguments(&key, program->arguments);
    put_arguments(&title, program->arguments);
    target->key = take_key(&key);
    target->title = take_title(&title);
}

static void describe_command(char *const *argv, const char *cwd, struct hl_target *target)
{
    _cleanup_buffer_ struct hl_buffer key = {0};
    _cleanup_buffer_ struct hl_buffer title = {0};
    _cleanup_free_ char *program =
        strchr(argv[0], '/') ? absolute_path(argv[0], cwd) : hl_xstrdup(argv[0]);
    hl_buffer_puts(&key, "command:");
    put_word(&key, program);
    put_arguments(&key, argv + 1);
    put_word(&title, hl_path_base_name(argv[0]));
    put_arguments(&title, argv + 1);
    target->key = take_key(&key);
    target->title = take_title(&title);
}

/* Whether the file starts with `#!` and a Python, also through env. */
static bool is_python_script(const char *path)
{
    FILE *file = fopen(path, "re");
    char line[256] = "";
    bool read = file && fgets(line, sizeof(line), file);
    if (file) {
        (void)fclose(file);
    }
    if (!read || strncmp(line, "#!", 2) != 0) {
        return false;
    }
    char *rest = NULL;
    char *word = strtok_r(line + 2, " \t\r\n", &rest);
    if (word && strcmp(hl_path_base_name(word), "env") == 0) {
        do {
            word = strtok_r(NULL, " \t\r\n", &rest);
        } while (word && (word[0] == '-' || strchr(word, '=')));
    }
    return word && hl_is_python_name(word);
}

/* The file that would run for argv[0]; a pipe or device is not opened. */
static char *find_program(const char *name, const char *cwd)
{
    char *path = strchr(name, '/') ? absolute_path(name, cwd) : hl_find_in_path(name, NULL);
    struct stat status;
    if (path && (stat(path, &status) < 0 || !S_ISREG(status.st_mode))) {
        free(path);
        return NULL;
    }
    return path;
}

void hl_target_from_argv(char *const *argv, const char *cwd, struct hl_target *ret_target)
{
    *ret_target = (struct hl_target){0};
    if (!argv || !argv[0]) {
        ret_target->key = hl_xstrdup("command:");
        ret_target->title = hl_xstrdup("?");
        return;
    }
    if (hl_is_python_name(argv[0])) {
        struct program program = parse_python(argv + 1);
        describe(&program, cwd, ret_target);
        return;
    }
    _cleanup_free_ char *path = find_program(argv[0], cwd);
    if (path && is_python_script(path)) {
        describe(&(struct program){WHAT_FILE, path, argv + 1}, cwd, ret_target);
        return;
    }
    describe_command(argv, cwd, ret_target);
}

/* The words of /proc/PID/cmdline. */
static char **split_command_line(const struct hl_buffer *text)
{
    size_t count = 0;
    for (size_t at = 0; at < text->length; at += strlen(text->data + at) + 1) {
        count++;
    }
    char **words = count > 0 ? hl_xcalloc(count + 1, sizeof(*words)) : NULL;
    const char *word = text->data;
    for (size_t i = 0; i < count; i++) {
        words[i] = hl_xstrdup(word);
        word += strlen(word) + 1;
    }
    return words;
}

static int read_proc(const char *proc, int pid, const char *name, struct hl_buffer *text)
{
    _cleanup_free_ char *path = hl_xasprintf("%s/%d/%s", proc, pid, name);
    return hl_file_read(path, MAX_COMMAND_LINE, text, NULL);
}

static char *read_cwd(const char *proc, int pid)
{
    _cleanup_free_ char *path = hl_xasprintf("%s/%d/cwd", proc, pid);
    char target[4096];
    ssize_t length = readlink(path, target, sizeof(target));
    return length > 0 && (size_t)length < sizeof(target) ? hl_xstrndup(target, (size_t)length)
                                                         : NULL;
}

char **hl_process_argv(int pid, const char *proc)
{
    _cleanup_buffer_ struct hl_buffer text = {0};
    int result = read_proc(proc ? proc : "/proc", pid, "cmdline", &text);
    return result == 0 ? split_command_line(&text) : NULL;
}

void hl_target_from_process(int pid, const char *proc, struct hl_target *ret_target)
{
    const char *root = proc ? proc : "/proc";
    _cleanup_buffer_ struct hl_buffer text = {0};
    _cleanup_(hl_strv_free_p) char **words = hl_process_argv(pid, root);
    if (words) {
        _cleanup_free_ char *cwd = read_cwd(root, pid);
        hl_target_from_argv(words, cwd ? cwd : "/", ret_target);
        return;
    }
    *ret_target = (struct hl_target){0};
    (void)read_proc(root, pid, "comm", &text);
    size_t length = strcspn(text.data ? text.data : "", "\n");
    _cleanup_free_ char *name = hl_xstrndup(length > 0 ? text.data : "?", length > 0 ? length : 1);
    _cleanup_buffer_ struct hl_buffer title = {0};
    hl_buffer_puts(&title, name);
    ret_target->key = hl_xasprintf("process:%s", name);
    ret_target->title = take_title(&title);
}

void hl_target_from_file(const char *path, struct hl_target *ret_target)
{
    const char *name = strcmp(path, "-") == 0 ? "standard input" : hl_path_base_name(path);
    _cleanup_buffer_ struct hl_buffer title = {0};
    hl_buffer_puts(&title, name);
    *ret_target = (struct hl_target){.key = hl_xasprintf("import:%s", name)};
    ret_target->title = take_title(&title);
}

void hl_target_finish(struct hl_target *target)
{
    free(target->key);
    free(target->title);
    free(target->script);
    *target = (struct hl_target){0};
}
