/* The compiler extensions that are used, all in one place. */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

#if defined(__GNUC__)
#define LIKELY(x)	  __builtin_expect(!!(x), 1)
#define UNLIKELY(x)	  __builtin_expect(!!(x), 0)
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define MUST_CHECK	  __attribute__((warn_unused_result))
#else
#define LIKELY(x)   (x)
#define UNLIKELY(x) (x)
#define PRINTF_LIKE(f, a)
#define MUST_CHECK
#endif

#endif
