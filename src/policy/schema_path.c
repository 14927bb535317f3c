/* Paths of the tables of elements and attributes. */
#include "policy/schema_path.h"

#include <string.h>

const char *
schema_path_leaf(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

bool
schema_path_is_in(const char *path, const char *parent)
{
	size_t length;

	if (parent == NULL)
		return strchr(path, '/') == NULL;
	length = strlen(parent);
	return strncmp(path, parent, length) == 0 && path[length] == '/' &&
	       strchr(path + length + 1, '/') == NULL;
}
