#include "hotlens/cli/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hotlens/base/memory.h"
#include "hotlens/cli/cli.h"
#include "hotlens/cli/output.h"

int hl_options_misuse(const struct hl_command *command, const char *format, ...)
{
    _cleanup_free_ char *before = hl_xasprintf("hotlens %s: ", command->name);
    va_list arguments;
    va_start(arguments, format);
    hl_output_vnote(before, format, arguments);
    va_end(arguments);
    fprintf(stderr, "usage: hotlens %s %s\n(hotlens %s --help lists the options)\n",
            command->name, command->usage, command->name);
    return HL_EXIT_USAGE;
}

static void print_option(const struct hl_option *option)
{
    char left[64];
    char letter[8] = "";
    if (option->letter) {
        snprintf(letter, sizeof(letter), "-%c, ", option->letter);
    }
    snprintf(left, sizeof(left), "%s--%s%s%s", letter, option->name, option->value ? " " : "",
             option->value ? option->value : "");
    printf("  %-26s %s\n", left, option->help);
}

void hl_options_print_help(const struct hl_command *command)
{
    printf("hotlens %s - %s\n\nusage: hotlens %s %s\n", command->name, command->summary,
           command->name, command->usage);
    if (command->details) {
        printf("\n%s\n", command->details);
    }
    printf("\noptions:\n");
    for (size_t i = 0; i < command->option_count; i++) {
        print_option(&command->options[i]);
    }
    printf("  %-26s %s\n", "-h, --help", "this text");
}

static const struct hl_option *find_long(const struct hl_command *command, const char *name,
                                         size_t length)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const struct hl_option *option = &command->options[i];
        if (strlen(option->name) == length && strncmp(option->name, name, length) == 0) {
            return option;
        }
    }
    return NULL;
}

static const struct hl_option *find_letter(const struct hl_command *command, char letter)
{
    for (size_t i = 0; i < command->option_count; i++) {
        if (command->options[i].letter == letter) {
            return &command->options[i];
        }
    }
    return NULL;
}

static bool takes_value(const struct hl_option *option)
{
    return option->kind != HL_OPTION_SET && option->kind != HL_OPTION_CLEAR;
}

/* Strict: the whole text is the number, no sign, no exponent games beyond what strtod reads. */
static int store_number(const struct hl_command *command, const struct hl_option *option,
                        const char *text, void *target)
{
    char *end = NULL;
    errno = 0;
    double number = strtod(text, &end);
    bool whole = option->kind == HL_OPTION_NUMBER;
    bool is_number = end != text && *end == '\0' && errno == 0 && text[0] >= '0' && text[0] <= '9';
    is_number = is_number && strspn(text, whole ? "0123456789" : "0123456789.eE+-") == strlen(text);
    if (!whole && !(is_number && number > 0 && number <= option->maximum)) {
        return hl_options_misuse(command, "--%s takes a number above 0, up to %u, not '%s'",
                                 option->name, option->maximum, text);
    }
    if (!is_number || number < option->minimum || number > option->maximum) {
        return hl_options_misuse(command, "--%s takes a whole number from %u to %u, not '%s'",
                                 option->name, option->minimum, option->maximum, text);
    }
    if (whole) {
        *(uint32_t *)target = (uint32_t)number;
    } else {
        *(double *)target = number;
    }
    return -1;
}

static int store_value(const struct hl_command *command, const struct hl_option *option,
                       const char *text, void *values)
{
    void *target = (char *)values + option->offset;
    switch (option->kind) {
    case HL_OPTION_SET:
    case HL_OPTION_CLEAR:
        *(bool *)target = option->kind == HL_OPTION_SET;
        return -1;
    case HL_OPTION_TEXT:
        if (text[0] == '\0') {
            return hl_options_misuse(command, "--%s cannot be empty", option->name);
        }
        *(const char **)target = text;
        return -1;
    case HL_OPTION_NUMBER:
    case HL_OPTION_REAL:
        hl_assert(text); /* gcc -O3 cannot see that take_option() gave these a value */
        return store_number(command, option, text, target);
    }
    return -1;
}

struct parse {
    const struct hl_command *command;
    int argc;
    char **argv;
    void *values;
    int at; /* the word that is looked at */
};

/* One option; `attached` is its value when written in the same word. */
static int take_option(struct parse *parse, const struct hl_option *option, const char *attached)
{
    const struct hl_command *command = parse->command;
    if (!takes_value(option)) {
        if (attached) {
            return hl_options_misuse(command, "--%s takes no value", option->name);
        }
        return store_value(command, option, NULL, parse->values);
    }
    if (!attached) {
        if (parse->at + 1 >= parse->argc) {
            return hl_options_misuse(command, "--%s needs a value (%s)", option->name,
                                     option->value);
        }
        attached = parse->argv[++parse->at];
    }
    return store_value(command, option, attached, parse->values);
}

static int take_long(struct parse *parse)
{
    const struct hl_command *command = parse->command;
    const char *name = parse->argv[parse->at] + 2;
    size_t length = strcspn(name, "=");
    if (strcmp(name, "help") == 0) {
        hl_options_print_help(command);
        return HL_EXIT_OK;
    }
    const struct hl_option *option = find_long(command, name, length);
    if (!option) {
        return hl_options_misuse(command, "there is no option --%.*s", (int)length, name);
    }
    const char *attached = name[length] == '=' ? name + length + 1 : NULL;
    return take_option(parse, option, attached);
}

/* A word of short options: -ig, -r 200, -r200. */
static int take_letters(struct parse *parse)
{
    const struct hl_command *command = parse->command;
    const char *word = parse->argv[parse->at];
    for (size_t i = 1; word[i]; i++) {
        if (word[i] == 'h') {
            hl_options_print_help(command);
            return HL_EXIT_OK;
        }
        const struct hl_option *option = find_letter(command, word[i]);
        if (!option) {
            return hl_options_misuse(command, "there is no option -%c", word[i]);
        }
        bool value = takes_value(option);
        const char *attached = value && word[i + 1] ? word + i + 1 : NULL;
        int code = take_option(parse, option, attached);
        if (code >= 0 || value) {
            return code;
        }
    }
    return -1;
}

static int check_operands(const struct hl_command *command, const struct hl_operands *operands)
{
    if (operands->count < command->operands_least) {
        return hl_options_misuse(command, "%s is missing",
                                 command->operand ? command->operand : "something");
    }
    if (operands->count > command->operands_most) {
        return hl_options_misuse(command, "'%s' is one too many",
                                 operands->items[command->operands_most]);
    }
    return -1;
}

int hl_options_parse(const struct hl_command *command, int argc, char **argv, void *values,
                     struct hl_operands *ret_operands)
{
    struct hl_operands operands = {.items = argv + 1};
    struct parse parse = {command, argc, argv, values, 1};
    for (; parse.at < argc; parse.at++) {
        char *word = argv[parse.at];
        int code = -1;
        bool rest = strcmp(word, "--") == 0;
        if (rest || (command->stops_at_operand && (word[0] != '-' || word[1] == '\0'))) {
            for (parse.at += rest; parse.at < argc; parse.at++) {
                operands.items[operands.count++] = argv[parse.at];
            }
        } else if (word[0] == '-' && word[1] == '-') {
            code = take_long(&parse);
        } else if (word[0] == '-' && word[1] != '\0') {
            code = take_letters(&parse);
        } else {
            operands.items[operands.count++] = word;
        }
        if (code >= 0) {
            return code;
        }
    }
    int code = check_operands(command, &operands);
    if (code < 0) {
        operands.items[operands.count] = NULL;
        *ret_operands = operands;
    }
    return code;
}
