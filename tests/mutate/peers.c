/* placeholder */
#include "mutate.h"
int run_peers(const struct selection *selection){(void)selection;return 2;}
