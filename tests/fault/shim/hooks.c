/*
 * The functions that can be made to fail and of which nothing else need be known: up to six words
 * in and one out, as the calling conventions of 64-bit machines have it. No header that declares
 * one of them may be included.
 */
#include "hooks.h"

#include <dlfcn.h>
#include <errno.h>

#define HOOK(name, failure, error)                                                                 \
	long name(long a, long b, long c, long d, long e, long f);                                 \
	long name(long a, long b, long c, long d, long e, long f)                                  \
	{                                                                                          \
		long (*real)(long, long, long, long, long, long) =                                 \
		    (long (*)(long, long, long, long, long, long))dlsym(RTLD_NEXT, #name);         \
                                                                                                   \
		return fault_fails(#name, error) ? (failure) : real(a, b, c, d, e, f);             \
	}

HOOK(pipe2, -1, EMFILE)
HOOK(signalfd, -1, EMFILE)
HOOK(getrandom, -1, ENOSYS)
HOOK(prctl, -1, EINVAL)
HOOK(waitid, -1, ECHILD)
HOOK(open, -1, EMFILE)
HOOK(read, -1, EIO)
HOOK(pthread_create, EAGAIN, EAGAIN)

HOOK(xmlNewParserCtxt, 0, 0)
HOOK(xmlCtxtReadMemory, 0, 0)
HOOK(xmlRelaxNGNewMemParserCtxt, 0, 0)
HOOK(xmlRelaxNGParse, 0, 0)
HOOK(xmlRelaxNGNewValidCtxt, 0, 0)
HOOK(xmlRelaxNGValidateDoc, -1, 0)

HOOK(EVP_MD_fetch, 0, 0)
HOOK(EVP_MD_CTX_new, 0, 0)
HOOK(EVP_DigestInit_ex2, 0, 0)
HOOK(EVP_DigestUpdate, 0, 0)
HOOK(EVP_DigestFinal_ex, 0, 0)
HOOK(SHA256_Init, 0, 0)
HOOK(SHA256_Update, 0, 0)
HOOK(SHA256_Final, 0, 0)
HOOK(EVP_PKEY_CTX_new_from_name, 0, 0)
HOOK(EVP_PKEY_fromdata, 0, 0)
HOOK(EVP_PKEY_verify_init, -1, 0)
HOOK(EVP_PKEY_verify, -1, 0)
HOOK(EVP_DigestVerifyInit, 0, 0)
HOOK(EVP_DigestVerify, -1, 0)

HOOK(json_object, 0, 0)
HOOK(json_dump_callback, -1, 0)
