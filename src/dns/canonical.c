/* The canonical form of records. */
#include "dns/canonical.h"

#include "dns/name.h"

/*
 * Types with names that go to lower case: those that RFC 4034 section 6.2 lists, without NSEC (RFC
 * 6840 section 5.1), and without HINFO, which has no name. `fields` is what the RDATA begins with:
 * 'n' a name, a digit so many octets, 's' a character-string, 'a' prefix length and address of A6.
 */
static const struct {
	uint16_t type;
	const char *fields;
} types_with_names[] = {
    {2, "n"},	   /* NS */
    {3, "n"},	   /* MD */
    {4, "n"},	   /* MF */
    {5, "n"},	   /* CNAME */
    {6, "nn"},	   /* SOA */
    {7, "n"},	   /* MB */
    {8, "n"},	   /* MG */
    {9, "n"},	   /* MR */
    {12, "n"},	   /* PTR */
    {14, "nn"},	   /* MINFO */
    {15, "2n"},	   /* MX */
    {17, "nn"},	   /* RP */
    {18, "2n"},	   /* AFSDB */
    {21, "2n"},	   /* RT */
    {24, "99n"},   /* SIG */
    {26, "2nn"},   /* PX */
    {30, "n"},	   /* NXT */
    {33, "6n"},	   /* SRV */
    {35, "4sssn"}, /* NAPTR */
    {36, "2n"},	   /* KX */
    {38, "an"},	   /* A6 */
    {39, "n"},	   /* DNAME */
    {46, "99n"},   /* RRSIG */
};

/* RFC 2874 section 3.1.1: the length of the prefix, and the octets that hold the rest of the
 * address. Returns whether a name follows: not when the prefix is empty. */
static bool
take_a6_address(struct byte_reader *reader)
{
	unsigned prefix = byte_reader_u8(reader);

	reader->failed |= prefix > 128;
	(void)byte_reader_take(reader, prefix > 128 ? 0 : (128 - prefix + 7) / 8);
	return prefix > 0;
}

bool
canonical_rdata(uint16_t type, uint8_t *rdata, size_t length)
{
	struct byte_reader reader = byte_reader_init(rdata, length);
	const char *field = "";

	for (size_t i = 0; i < sizeof(types_with_names) / sizeof(types_with_names[0]); i++) {
		if (types_with_names[i].type == type)
			field = types_with_names[i].fields;
	}
	for (; *field != '\0' && !reader.failed; field++) {
		uint8_t *at = rdata + (length - reader.left);

		if (*field == 'n') {
			if (name_take(&reader) != NULL)
				name_lower(at);
		} else if (*field == 's') {
			(void)byte_reader_take(&reader, byte_reader_u8(&reader));
		} else if (*field == 'a') {
			if (!take_a6_address(&reader))
				break;
		} else
			(void)byte_reader_take(&reader, (size_t)(*field - '0'));
	}
	return !reader.failed;
}
