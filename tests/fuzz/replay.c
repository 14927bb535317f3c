/* A main for a fuzz target without a fuzzer: gives it each file named, as `make test` does. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX_OCTETS (8 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
replay(const char *path, uint8_t *buffer)
{
	FILE *file = fopen(path, "r");
	uint8_t *exact;
	size_t n;

	if (file == NULL) {
		perror(path);
		return EXIT_FAILURE;
	}
	n = fread(buffer, 1, FILE_MAX_OCTETS, file);
	(void)fclose(file);
	/* A block of just this size, so that a sanitizer sees a step beyond it. */
	exact = malloc(n > 0 ? n : 1);
	if (exact == NULL)
		return EXIT_FAILURE;
	for (size_t i = 0; i < n; i++)
		exact[i] = buffer[i];
	(void)LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	uint8_t *buffer = malloc(FILE_MAX_OCTETS);
	int status = buffer == NULL ? EXIT_FAILURE : EXIT_SUCCESS;

	for (int i = 1; i < argc && status == EXIT_SUCCESS; i++)
		status = replay(argv[i], buffer);
	free(buffer);
	return status;
}
