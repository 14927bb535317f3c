/* Records taken out of a message: names decompressed, everything else left as it is. */
#include "net/record.h"

#include <string.h>

#include "base/byte_reader.h"
#include "base/compiler.h"
#include "net/record_form.h"

static bool
reader_refuse(struct record_reader *reader, const char *why)
{
	reader->why = why;
	return false;
}

/*
 * Each pointer must lead to before the place where the labels that end in it began ("a prior
 * occurrence"): so there are fewer jumps than octets, and no loops.
 */
bool
record_name(struct record_reader *reader, uint8_t name[ZG_NAME_MAX], size_t *length)
{
	const uint8_t *message = reader->message;
	size_t at = reader->at, began = at, behind = 0, used = 0;

	for (;;) {
		uint8_t octet;

		if (UNLIKELY(at >= reader->length))
			return reader_refuse(reader, "a name is cut short");
		octet = message[at];
		if (octet >= 0xc0) {
			if (UNLIKELY(at + 1 >= reader->length))
				return reader_refuse(reader, "a name is cut short");
			if (behind == 0)
				behind = at + 2;
			at = (size_t)(octet & 0x3f) << 8 | message[at + 1];
			if (UNLIKELY(at >= began))
				return reader_refuse(reader, "a name points forward");
			began = at;
			continue;
		}
		if (UNLIKELY(octet > ZG_LABEL_MAX))
			return reader_refuse(reader, "a label of unknown kind");
		if (UNLIKELY((size_t)octet + 1 > ZG_NAME_MAX - used))
			return reader_refuse(reader, "a name is longer than 255 octets");
		if (UNLIKELY((size_t)octet + 1 > reader->length - at))
			return reader_refuse(reader, "a name is cut short");
		memcpy(name + used, message + at, (size_t)octet + 1);
		used += (size_t)octet + 1;
		at += (size_t)octet + 1;
		if (octet == 0)
			break;
	}
	reader->at = behind > 0 ? behind : at;
	*length = used;
	return true;
}

/* Appends to record->unpacked. */
static bool
unpack(struct record_reader *reader, struct wire_record *record, const uint8_t *from, size_t length)
{
	if (length > sizeof(record->unpacked) - record->rdlen)
		return reader_refuse(reader, "RDATA longer than 65535 octets");
	memcpy(record->unpacked + record->rdlen, from, length);
	record->rdlen += length;
	return true;
}

/* RDATA of a form with names up to `end`: field by field, and what is left behind them. */
static bool
unpack_fields(struct record_reader *reader, const struct record_form *form, size_t end,
    struct wire_record *record)
{
	struct record_reader rdata = *reader;
	bool good = true;

	rdata.length = end;
	record->rdlen = 0;
	record->rdata = record->unpacked;
	for (size_t i = 0; form->fields[i] != NULL && good; i++) {
		const uint8_t *from = rdata.message + rdata.at;
		size_t length = end - rdata.at;
		uint8_t name[ZG_NAME_MAX];

		if (form->fields[i]->extent == EXTENT_NAME) {
			good = record_name(&rdata, name, &length) &&
			       unpack(&rdata, record, name, length);
			continue;
		}
		if (record_extent(form->fields[i], from, length) != SIZE_MAX)
			length = record_extent(form->fields[i], from, length);
		good = unpack(&rdata, record, from, length);
		rdata.at += length;
	}
	good = good && unpack(&rdata, record, rdata.message + rdata.at, end - rdata.at);
	reader->why = rdata.why;
	return good;
}

bool
record_take(struct record_reader *reader, struct wire_record *record)
{
	const struct record_form *form;
	const uint8_t *head;
	size_t end;

	if (UNLIKELY(!record_name(reader, record->owner, &record->owner_len)))
		return false;
	if (UNLIKELY(reader->length - reader->at < 10))
		return reader_refuse(reader, "a record is cut short");
	head = reader->message + reader->at;
	record->type = load_u16(head);
	record->class = load_u16(head + 2);
	record->ttl = load_u32(head + 4);
	record->rdlen = load_u16(head + 8);
	reader->at += 10;
	if (UNLIKELY(record->rdlen > reader->length - reader->at))
		return reader_refuse(reader, "a record is cut short");
	end = reader->at + record->rdlen;
	form = record_form(record->type);
	if (form != NULL && form->has_names && record->rdlen > 0) {
		if (!unpack_fields(reader, form, end, record))
			return false;
	} else {
		record->rdata = reader->message + reader->at;
	}
	reader->at = end;
	return true;
}
