/* Ports of this host. */
#ifndef NET_LOCAL_PORT_H
#define NET_LOCAL_PORT_H

#include <stdbool.h>
#include <stdint.h>

/* A port of 127.0.0.1 that nobody has, for UDP and TCP: for a program that is started now. Another
 * may take it before that does. False: there is none. */
bool local_port_free(uint16_t *port);

#endif
