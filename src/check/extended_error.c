/* Extended DNS errors: what a validator would say about a defect. */
#include <zonegate/check.h>

static const struct {
	int code;
	const char *text;
} extended_errors[] = {
    {1, "Unsupported DNSKEY Algorithm"},
    {2, "Unsupported DS Digest Type"},
    {5, "DNSSEC Indeterminate"},
    {6, "DNSSEC Bogus"},
    {7, "Signature Expired"},
    {8, "Signature Not Yet Valid"},
    {9, "DNSKEY Missing"},
    {10, "RRSIGs Missing"},
    {11, "No Zone Key Bit Set"},
    {12, "NSEC Missing"},
    {25, "Signature Expired before Valid"},
    {27, "Unsupported NSEC3 Iterations Value"},
};

const char *
zg_ede_text(int code)
{
	for (size_t i = 0; i < sizeof(extended_errors) / sizeof(extended_errors[0]); i++) {
		if (extended_errors[i].code == code)
			return extended_errors[i].text;
	}
	return NULL;
}
