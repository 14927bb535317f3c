/* Addresses of servers: IPv4 or IPv6 with a port. No names: nothing is looked up here. */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define NET_PORT     53
#define NET_TLS_PORT 853
/* "ffff:...:255.255.255.255%interface@65535" and a NUL. */
#define NET_ADDRESS_TEXT 80

struct net_address {
	struct sockaddr_storage socket;
	socklen_t length;
};

/* Reads "ADDRESS" or "ADDRESS@PORT" as it stands in options; false: it is neither. */
bool net_address_read(const char *text, uint16_t port_if_none, struct net_address *address);

/* From an address in text and a port, as configurations have them. */
bool net_address_make(const char *text, uint16_t port, struct net_address *address);

/* From the RDATA of an A (4 octets) or AAAA (16 octets) record. */
bool net_address_from_rdata(
    const uint8_t *rdata, size_t length, uint16_t port, struct net_address *address);

/* "192.0.2.1@53". */
void net_address_text(const struct net_address *address, char text[NET_ADDRESS_TEXT]);

bool net_address_equal(const struct net_address *a, const struct net_address *b);

/* Some order of addresses: < 0, 0, > 0. */
int net_address_compare(const struct net_address *a, const struct net_address *b);

#endif
