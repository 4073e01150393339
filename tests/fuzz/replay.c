/* Runs a fuzz target over files instead of libFuzzer, and reports TAP: one line per file, in the order
 * of their names, then the empty input. A target reports a broken property by aborting, which the last
 * "# running" line then explains. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* The whole file in a block of exactly its size, so that sanitizers see every read past the end. */
static uint8_t *read_whole(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        return NULL;
    }
    struct stat status;
    if (fstat(fileno(file), &status) < 0 || !S_ISREG(status.st_mode)) {
        fclose(file);
        return NULL;
    }
    size_t size = (size_t)status.st_size;
    uint8_t *data = malloc(size ? size : 1);
    if (data && fread(data, 1, size, file) != size) {
        free(data);
        data = NULL;
    }
    fclose(file);
    *ret_size = size;
    return data;
}

static int replay(const char *folder, const char *name, int number)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    printf("# running %s\n", path);
    fflush(stdout);
    size_t size = 0;
    uint8_t *data = read_whole(path, &size);
    if (!data) {
        printf("not ok %d - %s cannot be read\n", number, name);
        return 1;
    }
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    printf("ok %d - %s\n", number, name);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
        return 2;
    }
    struct dirent **entries = NULL;
    int count = scandir(argv[1], &entries, is_visible, alphasort);
    if (count < 0) {
        fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
        return 1;
    }
    printf("1..%d\n", count + 1);
    int failed = 0;
    for (int i = 0; i < count; i++) {
        failed |= replay(argv[1], entries[i]->d_name, i + 1);
        free(entries[i]);
    }
    free(entries);
    printf("# running the empty input\n");
    fflush(stdout);
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    printf("ok %d - empty input\n", count + 1);
    return failed;
}
