/* Prints what hotlens reads of a git work tree, for tests: commit, branch, dirty, a line each. */
#include <stdio.h>

#include "hotlens/app/git.h"

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct hl_git_facts facts;
        hl_git_read(argv[i], &facts);
        printf("%s %s %d\n", facts.commit ? facts.commit : "-", facts.branch ? facts.branch : "-",
               facts.dirty);
        hl_git_facts_finish(&facts);
    }
    return argc > 1 ? 0 : 2;
}
