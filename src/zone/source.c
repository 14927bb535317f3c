/* Where a line number points to. */
#include "zone/source.h"

#include <stdlib.h>
#include <string.h>

#include <zonegate/limits.h>
#include "base/arena.h"

void
source_map_clear(struct source_map *map)
{
	for (size_t i = 0; i < map->n_files; i++)
		free(map->files[i]);
	free(map->files);
	free(map->pieces);
	*map = (struct source_map){0};
}

zg_status
source_map_add_file(struct source_map *map, const char *name, uint32_t *file)
{
	void *files = map->files;
	zg_status status = array_reserve(
	    &files, &map->files_size, map->n_files, sizeof(map->files[0]), ZG_INCLUDE_FILES_MAX);

	map->files = files;
	if (status != ZG_OK)
		return status;
	map->files[map->n_files] = strdup(name);
	if (map->files[map->n_files] == NULL)
		return ZG_MEMORY;
	*file = (uint32_t)map->n_files++;
	return ZG_OK;
}

zg_status
source_map_add_piece(
    struct source_map *map, uint32_t first_global, uint32_t file, uint32_t first_line)
{
	void *pieces = map->pieces;
	zg_status status = array_reserve(&pieces, &map->pieces_size, map->n_pieces,
	    sizeof(map->pieces[0]), (size_t)ZG_INCLUDE_FILES_MAX * 2 + 1);

	map->pieces = pieces;
	if (status != ZG_OK)
		return status;
	map->pieces[map->n_pieces++] = (struct source_piece){
	    .first_global = first_global, .first_line = first_line, .file = file};
	return ZG_OK;
}

const char *
source_map_find(const struct source_map *map, uint32_t global, uint32_t *line)
{
	size_t low = 0, high = map->n_pieces;

	*line = 0;
	if (global == 0 || high == 0 || map->pieces[0].first_global > global)
		return NULL;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (map->pieces[middle].first_global <= global)
			low = middle;
		else
			high = middle;
	}
	*line = map->pieces[low].first_line + (global - map->pieces[low].first_global);
	return map->files[map->pieces[low].file];
}
