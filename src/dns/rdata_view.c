/* Typed views of RDATA. */
#include "dns/rdata_view.h"

#include "base/byte_reader.h"
#include "dns/name.h"
#include "dns/type_bitmap.h"

/* Octets of an RRSIG before the signer's name: RFC 4034 section 3.1. */
#define RRSIG_FIXED_OCTETS 18

/* The rest of the RDATA, stored with its length. */
static const uint8_t *
take_rest(struct byte_reader *reader, size_t *length)
{
	*length = reader->left;
	return byte_reader_take(reader, reader->left);
}

/* Looked at for each signature several times: the fixed fields are taken in one. */
bool
rrsig_view(const uint8_t *rdata, size_t length, struct rrsig_view *view)
{
	size_t signer;

	if (length <= RRSIG_FIXED_OCTETS)
		return false;
	signer = name_check(rdata + RRSIG_FIXED_OCTETS, length - RRSIG_FIXED_OCTETS);
	view->type_covered = load_u16(rdata);
	view->algorithm = rdata[2];
	view->labels = rdata[3];
	view->original_ttl = load_u32(rdata + 4);
	view->expiration = load_u32(rdata + 8);
	view->inception = load_u32(rdata + 12);
	view->key_tag = load_u16(rdata + 16);
	view->signer = rdata + RRSIG_FIXED_OCTETS;
	view->header_len = RRSIG_FIXED_OCTETS + signer;
	view->signature = rdata + view->header_len;
	view->signature_len = length - view->header_len;
	return signer > 0 && view->signature_len > 0;
}

bool
dnskey_view(const uint8_t *rdata, size_t length, struct dnskey_view *view)
{
	struct byte_reader reader = byte_reader_init(rdata, length);

	view->flags = byte_reader_u16(&reader);
	view->protocol = byte_reader_u8(&reader);
	view->algorithm = byte_reader_u8(&reader);
	view->key = take_rest(&reader, &view->key_len);
	return !reader.failed;
}

bool
ds_view(const uint8_t *rdata, size_t length, struct ds_view *view)
{
	struct byte_reader reader = byte_reader_init(rdata, length);

	view->key_tag = byte_reader_u16(&reader);
	view->algorithm = byte_reader_u8(&reader);
	view->digest_type = byte_reader_u8(&reader);
	view->digest = take_rest(&reader, &view->digest_len);
	return !reader.failed;
}

bool
nsec_view(const uint8_t *rdata, size_t length, struct nsec_view *view)
{
	struct byte_reader reader = byte_reader_init(rdata, length);

	view->next = name_take(&reader);
	view->bitmap = take_rest(&reader, &view->bitmap_len);
	return !reader.failed && type_bitmap_check(view->bitmap, view->bitmap_len);
}

/* The fields that NSEC3 and NSEC3PARAM share. */
static void
take_nsec3_parameters(struct byte_reader *reader, struct nsec3_view *view)
{
	view->hash_algorithm = byte_reader_u8(reader);
	view->flags = byte_reader_u8(reader);
	view->iterations = byte_reader_u16(reader);
	view->salt_len = byte_reader_u8(reader);
	view->salt = byte_reader_take(reader, view->salt_len);
}

bool
nsec3_view(const uint8_t *rdata, size_t length, struct nsec3_view *view)
{
	struct byte_reader reader = byte_reader_init(rdata, length);

	take_nsec3_parameters(&reader, view);
	view->next_len = byte_reader_u8(&reader);
	view->next = byte_reader_take(&reader, view->next_len);
	view->bitmap = take_rest(&reader, &view->bitmap_len);
	return !reader.failed && view->next_len > 0 &&
	       type_bitmap_check(view->bitmap, view->bitmap_len);
}

bool
nsec3param_view(const uint8_t *rdata, size_t length, struct nsec3_view *view)
{
	struct byte_reader reader = byte_reader_init(rdata, length);

	take_nsec3_parameters(&reader, view);
	view->next = view->bitmap = NULL;
	view->next_len = view->bitmap_len = 0;
	return !reader.failed && reader.left == 0;
}

bool
soa_view(const uint8_t *rdata, size_t length, struct soa_view *view)
{
	struct byte_reader reader = byte_reader_init(rdata, length);

	view->mname = name_take(&reader);
	view->rname = name_take(&reader);
	view->serial = byte_reader_u32(&reader);
	view->refresh = byte_reader_u32(&reader);
	view->retry = byte_reader_u32(&reader);
	view->expire = byte_reader_u32(&reader);
	view->minimum = byte_reader_u32(&reader);
	return !reader.failed && reader.left == 0;
}

bool
zonemd_view(const uint8_t *rdata, size_t length, struct zonemd_view *view)
{
	struct byte_reader reader = byte_reader_init(rdata, length);

	view->serial = byte_reader_u32(&reader);
	view->scheme = byte_reader_u8(&reader);
	view->hash = byte_reader_u8(&reader);
	view->digest = take_rest(&reader, &view->digest_len);
	return !reader.failed;
}

uint16_t
dnskey_tag(const uint8_t *rdata, size_t length)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += i & 1 ? rdata[i] : (uint32_t)rdata[i] << 8;
	sum += sum >> 16 & 0xffff;
	return (uint16_t)sum;
}
