#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "hotlens/app/html.h"
#include "hotlens/base/macros.h"

static const struct {
    const char *path, *workspace, *shown;
} PATHS[] = {
    {"/home/ann/work/app/train.py", "/home/ann/work/app", "train.py"},
    {"/home/ann/work/app/lib/a.py", "/home/ann/work/app", "lib/a.py"},
    {"/home/ann/work/app/.venv/lib/python3.11/site-packages/x/y.py", "/home/ann/work/app",
     ".venv/lib/python3.11/site-packages/x/y.py"},
    {"/home/ann/work/apple/a.py", "/home/ann/work/app", "…/apple/a.py"},
    {"/home/ann/secret/customer/a.py", "/home/ann/work/app", "…/customer/a.py"},
    {"/home/ann/.pyenv/versions/3.12.1/lib/python3.12/json/decoder.py", "/w",
     "python3.12/json/decoder.py"},
    {"/home/ann/.local/lib/python3.12/site-packages/numpy/core.py", "/w", "site-packages/numpy/core.py"},
    {"/usr/lib/python3/dist-packages/apt/cache.py", NULL, "dist-packages/apt/cache.py"},
    {"/home/ann/work/app/../../secret/key.py", "/home/ann/work/app", "…/secret/key.py"},
    {"/home/ann/work/app/x/../../key.py", "/home/ann/work/app", "…/../key.py"},
    {"/srv/shop/a.py", "/", "…/shop/a.py"},
    {"/a.py", NULL, "…/a.py"},
    {"/", NULL, "…/"},
    {"C:\\Users\\ann\\x\\a.py", NULL, "…/x\\a.py"},
    {"C:\\Python311\\lib\\site-packages\\x.py", NULL, "site-packages\\x.py"},
    {"<frozen importlib._bootstrap>", "/w", "<frozen importlib._bootstrap>"},
    {"<string>", NULL, "<string>"},
    {"libc.so.6", NULL, "libc.so.6"},
    {"", NULL, ""},
};

START_TEST(path_is_private)
{
    struct hl_buffer shown = {0};
    hl_html_path(PATHS[_i].path, strlen(PATHS[_i].path), PATHS[_i].workspace, &shown);
    ck_assert_str_eq(shown.data ? shown.data : "", PATHS[_i].shown);
    hl_buffer_finish(&shown);
}
END_TEST

static const struct {
    const char *title;
    uint32_t flags;
    bool command;
    const char *shown;
} TITLES[] = {
    {"train.py --password=x", 0, false, "train.py"},
    {"train.py --password=x", 0, true, "train.py --password=x"},
    {"python -m pytest -q", 0, false, "python -m pytest"},
    {"-c \"import secret\"", 0, false, "python -c …"},
    {"'my prog.py' --key k", 0, false, "'my prog.py'"},
    {"'my prog.py", 0, false, "'my prog.py"},
    {"my profile.raw", HL_RUN_IMPORTED, false, "my profile.raw"},
    {"python -m", 0, false, "python"},
    {"", 0, false, ""},
};

START_TEST(title_is_private)
{
    struct hl_run run = {.title = (char *)TITLES[_i].title, .flags = TITLES[_i].flags};
    struct hl_html_options options = {.command = TITLES[_i].command};
    struct hl_buffer shown = {0};
    hl_html_title(&run, &options, &shown);
    ck_assert_str_eq(shown.data ? shown.data : "", TITLES[_i].shown);
    hl_buffer_finish(&shown);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("html");
    TCase *tcase = tcase_create("private");
    tcase_add_loop_test(tcase, path_is_private, 0, ARRAY_SIZE(PATHS));
    tcase_add_loop_test(tcase, title_is_private, 0, ARRAY_SIZE(TITLES));
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
