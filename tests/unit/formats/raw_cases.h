/* Stacks that are hard to take apart, with the right answer. */
#ifndef HOTLENS_TESTS_RAW_CASES_H
#define HOTLENS_TESTS_RAW_CASES_H

#include "hotlens/profile/frames.h"

struct expected_frame {
    enum hl_frame_kind kind;
    const char *name;
    const char *file; /* NULL for none */
    uint32_t line;
    uint64_t number;
};

struct raw_case {
    const char *text; /* one record without line end */
    uint64_t count;
    size_t depth;
    struct expected_frame frames[6];
};

#define S(name, file, line) {HL_FRAME_SOURCE, name, file, line, 0}
#define P(pid, command) {HL_FRAME_PROCESS, command, NULL, 0, pid}
#define T(tid, name) {HL_FRAME_THREAD, name, NULL, 0, tid}
#define O(text) {HL_FRAME_OPAQUE, text, NULL, 0, 0}

static const struct raw_case CASES[] = {
    {"<module> (x.py:7);f (x.py:2) 41", 41, 2, {S("<module>", "x.py", 7), S("f", "x.py", 2)}},
    {"<module> (/home/u/p/x.py:7) 1", 1, 1, {S("<module>", "/home/u/p/x.py", 7)}},
    {"<module> (x.py) 3", 3, 1, {S("<module>", "x.py", 0)}},
    {" 1999", 1999, 0, {{0}}},
    {"f (x.py:-3) 2", 2, 1, {S("f", "x.py", 0)}},
    {"_find_and_load (<frozen importlib._bootstrap>:1176) 5",
     5,
     1,
     {S("_find_and_load", "<frozen importlib._bootstrap>", 1176)}},
    {"<module> (<string>:1);<lambda> (<string>:1);<listcomp> (<string>:1) 4",
     4,
     3,
     {S("<module>", "<string>", 1), S("<lambda>", "<string>", 1), S("<listcomp>", "<string>", 1)}},
    {"outer.<locals>.inner (/s/x.py:9) 6", 6, 1, {S("outer.<locals>.inner", "/s/x.py", 9)}},
    {"K.m (/s/x.py:9);K.m.<locals>.<genexpr> (/s/x.py:10) 6",
     6,
     2,
     {S("K.m", "/s/x.py", 9), S("K.m.<locals>.<genexpr>", "/s/x.py", 10)}},
    {"<generic parameters of f> (/s/g.py:4) 1",
     1,
     1,
     {S("<generic parameters of f>", "/s/g.py", 4)}},
    {"<cell line: 1> (/tmp/ipykernel_4321/1234567890.py:1) 9",
     9,
     1,
     {S("<cell line: 1>", "/tmp/ipykernel_4321/1234567890.py", 1)}},
    {"<module> (1234567890.py:3) 9", 9, 1, {S("<module>", "1234567890.py", 3)}},
    {"__init__ (<attrs generated init pkg.mod.C>:12) 2",
     2,
     1,
     {S("__init__", "<attrs generated init pkg.mod.C>", 12)}},
    {"run (/w/app.zip/pkg/mod.py:31) 2", 2, 1, {S("run", "/w/app.zip/pkg/mod.py", 31)}},
    {"f (/home/u/My Project (copy)/a b.py:3) 8",
     8,
     1,
     {S("f", "/home/u/My Project (copy)/a b.py", 3)}},
    {"f (/x/a;b (c).py:3);g (/x/a;b (c).py:9) 8",
     8,
     2,
     {S("f", "/x/a;b (c).py", 3), S("g", "/x/a;b (c).py", 9)}},
    {"f (/x/a(b.py:3);g (/x/y.py:1) 8", 8, 2, {S("f", "/x/a(b.py", 3), S("g", "/x/y.py", 1)}},
    {"f (/x/a).py:3) 8", 8, 1, {S("f", "/x/a).py", 3)}},
    {"f (C:\\Users\\me\\x.py:12);g (pkg\\mod.py:4) 3",
     3,
     2,
     {S("f", "C:\\Users\\me\\x.py", 12), S("g", "pkg\\mod.py", 4)}},
    {"f (C:\\x.py) 3", 3, 1, {S("f", "C:\\x.py", 0)}},
    {"функция (/п/юникод💩.py:6) 3", 3, 1, {S("функция", "/п/юникод💩.py", 6)}},
    {"thread (4242);<module> (x.py:1) 3", 3, 2, {T(4242, ""), S("<module>", "x.py", 1)}},
    {"thread (0x7F3A10);<module> (x.py:1) 3", 3, 2, {T(0x7F3A10, ""), S("<module>", "x.py", 1)}},
    {"thread (4242): MainThread;<module> (x.py:1) 3",
     3,
     2,
     {T(4242, "MainThread"), S("<module>", "x.py", 1)}},
    {"thread (4243): Thread-1 (worker);_bootstrap (threading.py:995) 3",
     3,
     2,
     {T(4243, "Thread-1 (worker)"), S("_bootstrap", "threading.py", 995)}},
    {"thread (4243): job;42;run (t.py:5) 3", 3, 2, {T(4243, "job;42"), S("run", "t.py", 5)}},
    {"thread (4244): worker 7 42", 42, 1, {T(4244, "worker 7")}},
    {"process 95656:\"/opt/bin/python /w/main.py\" 23",
     23,
     1,
     {P(95656, "/opt/bin/python /w/main.py")}},
    {"process 10:\"python main.py\";<module> (main.py:14) 20",
     20,
     2,
     {P(10, "python main.py"), S("<module>", "main.py", 14)}},
    {"process 10:\"python m.py\";process 11:\"python -c from multiprocessing.spawn import "
     "spawn_main; spawn_main(tracker_fd=4, pipe_handle=6) --multiprocessing-fork\";<module> "
     "(<string>:1) 5",
     5,
     3,
     {P(10, "python m.py"),
      P(11, "python -c from multiprocessing.spawn import spawn_main; "
            "spawn_main(tracker_fd=4, pipe_handle=6) --multiprocessing-fork"),
      S("<module>", "<string>", 1)}},
    {"process 10:\"python -c print(\"a;b\");f()\";<module> (<string>:1) 5",
     5,
     2,
     {P(10, "python -c print(\"a;b\");f()"), S("<module>", "<string>", 1)}},
    {"process 10:\"python -c import time\nt = 7\ntime.sleep(1)\";<module> (<string>:3) 12",
     12,
     2,
     {P(10, "python -c import time\nt = 7\ntime.sleep(1)"), S("<module>", "<string>", 3)}},
    {"process 10:\"python -c x = 5\ny = 6\";thread (10): MainThread;<module> (<string>:2) 12",
     12,
     3,
     {P(10, "python -c x = 5\ny = 6"), T(10, "MainThread"), S("<module>", "<string>", 2)}},
    {"process 12:\"\";process 13:\"bash run.sh\";<module> (m.py:1) 1",
     1,
     3,
     {P(12, ""), P(13, "bash run.sh"), S("<module>", "m.py", 1)}},
    {"_start (python3.11);main (python3.11);<module> (x.py:3);time_sleep (python3.11);"
     "__clock_nanosleep (libc.so.6) 7",
     7,
     5,
     {S("_start", "python3.11", 0), S("main", "python3.11", 0), S("<module>", "x.py", 3),
      S("time_sleep", "python3.11", 0), S("__clock_nanosleep", "libc.so.6", 0)}},
    {"f (x.py:1);0x7f12ab34cd (?);0x7f12 (libfoo.so) 2",
     2,
     3,
     {S("f", "x.py", 1), S("0x7f12ab34cd", "?", 0), S("0x7f12", "libfoo.so", 0)}},
    {"f (/w/x.py:1);(anonymous namespace)::run (/w/lib.cpp:88) 2",
     2,
     2,
     {S("f", "/w/x.py", 1), S("(anonymous namespace)::run", "/w/lib.cpp", 88)}},
    {"f (x.py:1);at::apply<int, (anonymous namespace)::Op>::operator() (/w/libtorch.so) 2",
     2,
     2,
     {S("f", "x.py", 1),
      S("at::apply<int, (anonymous namespace)::Op>::operator()", "/w/libtorch.so", 0)}},
    {"fib (x.py:2);fib (x.py:2);fib (x.py:2) 11",
     11,
     3,
     {S("fib", "x.py", 2), S("fib", "x.py", 2), S("fib", "x.py", 2)}},
    {"run (/repo/py-spy> demo.py:20) 2", 2, 1, {S("run", "/repo/py-spy> demo.py", 20)}},
    {"f (x.py:1) 18446744073709551615", UINT64_MAX, 1, {S("f", "x.py", 1)}},

    /* beyond the real ones */
    {"process 10:\"p\";f (/x/a;b.py:3) 4", 4, 2, {P(10, "p"), S("f", "/x/a;b.py", 3)}},
    {"process 10:\"p\";(anonymous namespace)::run (libx.so);f (x.py:1) 4",
     4,
     3,
     {P(10, "p"), S("(anonymous namespace)::run", "libx.so", 0), S("f", "x.py", 1)}},
    {"process 1:\"p\";thread (2): a\nb;f (x.py:1) 4",
     4,
     3,
     {P(1, "p"), T(2, "a\nb"), S("f", "x.py", 1)}},
    {"f (x.py:1);at::apply<int, (anonymous namespace)::Op>::operator() (libtorch.so) 2",
     2,
     2,
     {S("f", "x.py", 1),
      S("at::apply<int, (anonymous namespace)::Op>::operator()", "libtorch.so", 0)}},
    {"f (<dynamic; code (x)>:2) 2", 2, 1, {S("f", "<dynamic; code (x)>", 2)}},
    {"f (/a\nb.py:3);g (/a\nb.py:4) 2", 2, 2, {S("f", "/a\nb.py", 3), S("g", "/a\nb.py", 4)}},
    {"f (/x/a);b.py:3);g (x.py:1) 2", 2, 2, {S("f", "/x/a);b.py", 3), S("g", "x.py", 1)}},
    {"main;f;g 2", 2, 3, {O("main"), O("f"), O("g")}},
    {"main();f() 2", 2, 2, {O("main()"), O("f()")}},
    {"f (x.py:1);\x01\xff;g (y.py:2) 2",
     2,
     3,
     {S("f", "x.py", 1), O("\x01\xff"), S("g", "y.py", 2)}},
    {"f (x.py:3;g 2", 2, 2, {O("f (x.py:3"), O("g")}},
    {"; 2", 2, 2, {O(""), O("")}},
    {"f () 2", 2, 1, {O("f ()")}},
    {"f (x.py:99999999999) 2", 2, 1, {S("f", "x.py:99999999999", 0)}},
    {"f (x.py:) 2", 2, 1, {S("f", "x.py:", 0)}},
    {"thread (99999999999999999999);f (x.py:1) 2",
     2,
     2,
     {S("thread", "99999999999999999999", 0), S("f", "x.py", 1)}},
    {"process 5;f (x.py:1) 2", 2, 2, {O("process 5"), S("f", "x.py", 1)}},
    {"f  7", 7, 1, {O("f ")}},
};

#endif
