#include "hotlens/formats/raw.h"
int main(void){return 0;}
