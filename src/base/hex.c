/* Octets as hexadecimal digits. */
#include "base/hex.h"

void
hex_write(const uint8_t *octets, size_t n, char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digits[octets[i] >> 4];
		text[2 * i + 1] = digits[octets[i] & 15];
	}
	text[2 * n] = '\0';
}

static int
lower_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
hex_digit(char c)
{
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : lower_digit(c);
}

/* Reads with a function that knows which digits there are. */
static bool
read_digits(const char *text, size_t n, uint8_t *octets, int (*digit)(char))
{
	for (size_t i = 0; i < n; i++) {
		int high = digit(text[2 * i]);
		int low = high < 0 ? -1 : digit(text[2 * i + 1]);

		if (low < 0)
			return false;
		octets[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool
hex_read(const char *text, size_t n, uint8_t *octets)
{
	return read_digits(text, n, octets, hex_digit);
}

bool
hex_read_lower(const char *text, size_t n, uint8_t *octets)
{
	return read_digits(text, n, octets, lower_digit);
}

bool
hex_is_text(const char *text, size_t digits)
{
	size_t length = 0;

	while (lower_digit(text[length]) >= 0)
		length++;
	return length == digits && text[length] == '\0';
}
