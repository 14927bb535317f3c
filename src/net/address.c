/* Addresses of servers. */
#include "net/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/* The address before any '%' or '@': the longest is an IPv4-mapped one. */
#define HOST_MAX INET6_ADDRSTRLEN

#define KEY_OCTETS 23

static void
address_v4(const uint8_t octets[4], uint16_t port, struct net_address *address)
{
	struct sockaddr_in socket = {.sin_family = AF_INET, .sin_port = htons(port)};

	memcpy(&socket.sin_addr, octets, sizeof(socket.sin_addr));
	*address = (struct net_address){.length = sizeof(socket)};
	memcpy(&address->socket, &socket, sizeof(socket));
}

static void
address_v6(const uint8_t octets[16], uint32_t scope, uint16_t port, struct net_address *address)
{
	struct sockaddr_in6 socket = {
	    .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_scope_id = scope};

	memcpy(&socket.sin6_addr, octets, sizeof(socket.sin6_addr));
	*address = (struct net_address){.length = sizeof(socket)};
	memcpy(&address->socket, &socket, sizeof(socket));
}

/* The address of `length` characters, "%interface" with it. */
static bool
host_read(const char *text, size_t length, uint16_t port, struct net_address *address)
{
	const char *percent = memchr(text, '%', length);
	size_t host_len = percent == NULL ? length : (size_t)(percent - text);
	char host[HOST_MAX + 1], interface[IF_NAMESIZE];
	uint8_t octets[16];
	uint32_t scope = 0;

	if (port == 0 || host_len > HOST_MAX)
		return false;
	memcpy(host, text, host_len);
	host[host_len] = '\0';
	if (percent == NULL && inet_pton(AF_INET, host, octets) == 1) {
		address_v4(octets, port, address);
		return true;
	}
	if (inet_pton(AF_INET6, host, octets) != 1)
		return false;
	if (percent != NULL) {
		size_t interface_len = length - host_len - 1;

		if (interface_len == 0 || interface_len >= sizeof(interface))
			return false;
		memcpy(interface, percent + 1, interface_len);
		interface[interface_len] = '\0';
		scope = if_nametoindex(interface);
		if (scope == 0)
			return false;
	}
	address_v6(octets, scope, port, address);
	return true;
}

/* A port in decimal digits, nothing else. */
static bool
port_read(const char *text, uint16_t *port)
{
	unsigned value = 0;
	const char *at = text;

	for (; *at >= '0' && *at <= '9' && value <= UINT16_MAX; at++)
		value = value * 10 + (unsigned)(*at - '0');
	*port = (uint16_t)value;
	return at != text && *at == '\0' && value <= UINT16_MAX;
}

bool
net_address_read(const char *text, uint16_t port_if_none, struct net_address *address)
{
	const char *at = strchr(text, '@');
	uint16_t port = port_if_none;

	if (at != NULL && !port_read(at + 1, &port))
		return false;
	return host_read(text, at == NULL ? strlen(text) : (size_t)(at - text), port, address);
}

bool
net_address_make(const char *text, uint16_t port, struct net_address *address)
{
	return host_read(text, strlen(text), port, address);
}

bool
net_address_from_rdata(
    const uint8_t *rdata, size_t length, uint16_t port, struct net_address *address)
{
	if (port == 0 || (length != 4 && length != 16))
		return false;
	if (length == 4)
		address_v4(rdata, port, address);
	else
		address_v6(rdata, 0, port, address);
	return true;
}

void
net_address_text(const struct net_address *address, char text[NET_ADDRESS_TEXT])
{
	char host[INET6_ADDRSTRLEN], interface[IF_NAMESIZE];
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->socket.ss_family == AF_INET) {
		memcpy(&v4, &address->socket, sizeof(v4));
		(void)inet_ntop(AF_INET, &v4.sin_addr, host, sizeof(host));
		(void)snprintf(text, NET_ADDRESS_TEXT, "%s@%u", host, ntohs(v4.sin_port));
		return;
	}
	memcpy(&v6, &address->socket, sizeof(v6));
	(void)inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof(host));
	if (v6.sin6_scope_id != 0 && if_indextoname(v6.sin6_scope_id, interface) != NULL)
		(void)snprintf(
		    text, NET_ADDRESS_TEXT, "%s%%%s@%u", host, interface, ntohs(v6.sin6_port));
	else
		(void)snprintf(text, NET_ADDRESS_TEXT, "%s@%u", host, ntohs(v6.sin6_port));
}

/* Family, address, port and interface, in an order of no meaning. */
static void
address_key(const struct net_address *address, uint8_t key[KEY_OCTETS])
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	memset(key, 0, KEY_OCTETS);
	if (address->socket.ss_family == AF_INET) {
		memcpy(&v4, &address->socket, sizeof(v4));
		key[0] = 4;
		memcpy(key + 1, &v4.sin_addr, 4);
		memcpy(key + 17, &v4.sin_port, 2);
		return;
	}
	memcpy(&v6, &address->socket, sizeof(v6));
	key[0] = 6;
	memcpy(key + 1, &v6.sin6_addr, 16);
	memcpy(key + 17, &v6.sin6_port, 2);
	memcpy(key + 19, &v6.sin6_scope_id, 4);
}

int
net_address_compare(const struct net_address *a, const struct net_address *b)
{
	uint8_t key[KEY_OCTETS], other[KEY_OCTETS];

	address_key(a, key);
	address_key(b, other);
	return memcmp(key, other, KEY_OCTETS);
}

bool
net_address_equal(const struct net_address *a, const struct net_address *b)
{
	return net_address_compare(a, b) == 0;
}
