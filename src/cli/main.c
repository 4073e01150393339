#include "hotlens/cli/cli.h"

#include <stdio.h>
#include <string.h>

int hl_cli_main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        printf("hotlens %s\n", HOTLENS_VERSION);
        return 0;
    }
    fprintf(stderr, "usage: hotlens --version\n");
    return 2;
}
