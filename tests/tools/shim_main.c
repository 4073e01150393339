/* `hotlens exec` without the rest of hotlens, for the tests of the record room. */
#include "hotlens/record/shim.h"

int main(int argc, char **argv)
{
    return hl_shim_main(argc, argv);
}
