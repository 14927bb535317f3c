/* Reads wire data from a bounded buffer. The first read beyond the end sticks: test once, last. */
#ifndef BASE_BYTE_READER_H
#define BASE_BYTE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct byte_reader {
	const uint8_t *at;
	size_t left;
	bool failed;
};

static inline struct byte_reader
byte_reader_init(const uint8_t *bytes, size_t length)
{
	return (struct byte_reader){.at = bytes, .left = length};
}

/* The next `length` octets, or NULL (and failed) when there are fewer. */
static inline const uint8_t *
byte_reader_take(struct byte_reader *reader, size_t length)
{
	const uint8_t *at = reader->at;

	if (reader->failed || length > reader->left) {
		reader->failed = true;
		return NULL;
	}
	reader->at += length;
	reader->left -= length;
	return at;
}

static inline uint8_t
byte_reader_u8(struct byte_reader *reader)
{
	const uint8_t *at = byte_reader_take(reader, 1);

	return at == NULL ? 0 : at[0];
}

/* Network byte order, here and below. */
static inline uint16_t
load_u16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t
load_u32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline uint16_t
byte_reader_u16(struct byte_reader *reader)
{
	const uint8_t *at = byte_reader_take(reader, 2);

	return at == NULL ? 0 : load_u16(at);
}

static inline uint32_t
byte_reader_u32(struct byte_reader *reader)
{
	const uint8_t *at = byte_reader_take(reader, 4);

	return at == NULL ? 0 : load_u32(at);
}

static inline void
store_u16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline void
store_u32(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 24);
	at[1] = (uint8_t)(value >> 16);
	at[2] = (uint8_t)(value >> 8);
	at[3] = (uint8_t)value;
}

#endif
