/* The compiler extensions that are used, all in one place. */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

#if defined(__GNUC__)
#define LIKELY(x)	  __builtin_expect(!!(x), 1)
#define UNLIKELY(x)	  __builtin_expect(!!(x), 0)
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define MUST_CHECK	  __attribute__((warn_unused_result))
/* Zero bits below the lowest one; `x` is not 0. */
#define TRAILING_ZEROS_64(x) ((unsigned)__builtin_ctzll(x))
/* What lies there is going to be written. */
#define PREFETCH(address) __builtin_prefetch(address, 1)
/* The same of what is going to be read only. */
#define PREFETCH_READ(address) __builtin_prefetch(address)
#else
#define LIKELY(x)   (x)
#define UNLIKELY(x) (x)
#define PRINTF_LIKE(f, a)
#define MUST_CHECK
static inline unsigned
trailing_zeros_64(unsigned long long x)
{
	unsigned zeros = 0;

	for (; (x & 1) == 0; x >>= 1)
		zeros++;
	return zeros;
}
#define TRAILING_ZEROS_64(x)   trailing_zeros_64(x)
#define PREFETCH(address)      ((void)(address))
#define PREFETCH_READ(address) ((void)(address))
#endif

#endif
