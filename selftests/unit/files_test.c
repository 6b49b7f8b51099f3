// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/files.h: what makes the daemon read its files again, by real inotify in
 * directories of the test's own.
 */
#include <poll.h>

#include "files.h"
#include "scratch.h"

#define DIR "/run/watched"
#define PATH DIR "/config"
#define OTHER "/run/other"

enum {
	/* What the kernel tells at once comes long before. */
	NOTICE_S = 10,
};

static struct files files_new(void)
{
	struct files files;

	must(files_open(&files) == 0, "files_open");
	files_watch_dir(&files, DIR);
	return files;
}

/* Is there a notice, without waiting? */
static bool is_readable(const struct files *files)
{
	struct pollfd fd = { .fd = files->fd, .events = POLLIN };

	return ppoll(&fd, 1, &(struct timespec){ 0 }, NULL) == 1;
}

/* Wait for a notice. Return: did one come? */
static bool becomes_readable(const struct files *files)
{
	struct pollfd fd = { .fd = files->fd, .events = POLLIN };

	return ppoll(&fd, 1, &(struct timespec){ .tv_sec = NOTICE_S }, NULL) ==
	       1;
}

/* --- what matters --- */

static int open_fd;

static void fd_keep(int fd)
{
	must(fd >= 0, "open");
	open_fd = fd;
}

static void nothing_do(void)
{
}

static void file_write_to(void)
{
	file_make(PATH, "mode: flat\n");
}

static void file_create(void)
{
	fd_keep(open(PATH, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
}

static void file_create_and_write(void)
{
	file_create();
	must(write(open_fd, "mode: flat\n", 11) == 11, "write");
}

static void file_write_and_begin(void)
{
	file_make(DIR "/other", "mode: flat\n");
	file_create();
}

static void file_open(void)
{
	fd_keep(open(PATH, O_RDWR | O_CLOEXEC));
}

static void file_open_and_write(void)
{
	file_open();
	must(write(open_fd, "mode: flat\n", 11) == 11, "write");
}

static void file_close(void)
{
	close(open_fd);
	open_fd = -1;
}

static void file_read_only(void)
{
	char byte;
	int fd = open(PATH, O_RDONLY | O_CLOEXEC);

	must(fd >= 0 && read(fd, &byte, 1) >= 0, PATH);
	close(fd);
}

static void file_chmod(void)
{
	must(chmod(PATH, 0600) == 0, "chmod");
}

static void other_make(void)
{
	file_make(OTHER, "mode: isolated\n");
}

static void other_rename_over(void)
{
	must(rename(OTHER, PATH) == 0, "rename");
}

static void other_link(void)
{
	must(link(OTHER, PATH) == 0, "link");
}

static void symlink_make(void)
{
	must(symlink(OTHER, PATH) == 0, "symlink");
}

static void file_move_away(void)
{
	must(rename(PATH, OTHER) == 0, "rename");
}

static void file_remove(void)
{
	must(unlink(PATH) == 0, "unlink");
}

static void dir_below_make(void)
{
	must(mkdir(DIR "/below", 0755) == 0, "mkdir");
}

static void dir_below_write(void)
{
	file_make(DIR "/below/config", "mode: flat\n");
}

static void dir_move_away(void)
{
	must(rename(DIR, "/run/away") == 0, "rename");
}

static void dir_remove(void)
{
	must(rmdir(DIR) == 0, "rmdir");
}

/* As kubelet lays it out: config -> ..data/config, ..data -> ..1. */
static void configmap_make(void)
{
	must(mkdir(DIR "/..1", 0755) == 0, "mkdir");
	file_make(DIR "/..1/config", "mode: flat\n");
	must(symlink("..1", DIR "/..data") == 0, "symlink");
	must(symlink("..data/config", PATH) == 0, "symlink");
}

static void configmap_prepare(void)
{
	must(mkdir(DIR "/..2", 0755) == 0, "mkdir");
	file_make(DIR "/..2/config", "mode: isolated\n");
	must(symlink("..2", DIR "/..data_tmp") == 0, "symlink");
}

static void configmap_swap(void)
{
	must(rename(DIR "/..data_tmp", DIR "/..data") == 0, "rename");
}

struct event_row {
	const char *name;
	/* Before the directory is watched; then one thing, then the other. */
	void (*before)(void);
	void (*first)(void); /* its notices are drained */
	void (*event)(void);
	bool matters;
};

static const struct event_row events[] = {
	{ "nothing", nothing_do, nothing_do, nothing_do, false },
	{ "made and written", nothing_do, nothing_do, file_write_to, true },
	{ "made, and not yet closed", nothing_do, nothing_do, file_create,
	  false },
	{ "made and written, and not yet closed", nothing_do, nothing_do,
	  file_create_and_write, false },
	{ "closed by who has made it", nothing_do, file_create_and_write,
	  file_close, true },
	{ "written again", file_write_to, nothing_do, file_write_to, true },
	{ "opened", file_write_to, nothing_do, file_open, false },
	{ "written, and not yet closed", file_write_to, nothing_do,
	  file_open_and_write, false },
	{ "closed by who has written", file_write_to, file_open_and_write,
	  file_close, true },
	{ "read", file_write_to, nothing_do, file_read_only, false },
	{ "another mode", file_write_to, nothing_do, file_chmod, false },
	{ "a file beside it", nothing_do, nothing_do, other_make, false },
	{ "renamed over it", file_write_to, other_make, other_rename_over,
	  true },
	{ "renamed to it", other_make, nothing_do, other_rename_over, true },
	{ "linked to it", other_make, nothing_do, other_link, true },
	{ "a symbolic link made", nothing_do, nothing_do, symlink_make, true },
	{ "a symbolic link made to a file", other_make, nothing_do,
	  symlink_make, true },
	{ "written, and another begun", nothing_do, nothing_do,
	  file_write_and_begin, true },
	{ "what the link leads to, written", symlink_make, nothing_do,
	  other_make, false },
	{ "moved away", file_write_to, nothing_do, file_move_away, true },
	{ "removed", file_write_to, nothing_do, file_remove, true },
	{ "a directory made", nothing_do, nothing_do, dir_below_make, true },
	{ "a file in a directory below", dir_below_make, nothing_do,
	  dir_below_write, false },
	{ "a ConfigMap mounted", nothing_do, nothing_do, configmap_make, true },
	{ "a ConfigMap swapped", configmap_make, configmap_prepare,
	  configmap_swap, true },
	{ "the directory moved away", nothing_do, nothing_do, dir_move_away,
	  true },
	{ "the directory removed", nothing_do, nothing_do, dir_remove, true },
};

/* What does not matter may be told or not; what matters must be. */
static void check_event(const struct event_row *row)
{
	struct files files;

	scratch_clear();
	dir_make(DIR);
	open_fd = -1;
	row->before();
	files = files_new();
	CHECK(!is_readable(&files));
	row->first();
	(void)files_drain(&files);
	row->event();
	if (row->matters)
		CHECK(becomes_readable(&files));
	CHECK_EQUAL(files_drain(&files), row->matters);
	CHECK(!is_readable(&files));
	CHECK(!files_drain(&files));
	files_close(&files);
	if (open_fd >= 0)
		file_close();
}

static void what_changes_a_file_matters(void)
{
	CHECK_ROWS(events, check_event);
}

/* More at once than one read takes. */
static void many_notices_are_drained(void)
{
	struct files files;
	char path[64];

	scratch_clear();
	dir_make(DIR);
	files = files_new();
	for (int i = 0; i < 2000; i++) {
		snprintf(path, sizeof(path), DIR "/%d", i);
		file_make(path, "");
	}
	CHECK(files_drain(&files));
	CHECK(!is_readable(&files));
	files_close(&files);
}

/* --- directories --- */

static void a_directory_may_come_later(void)
{
	struct files files;

	scratch_clear();
	files = files_new();
	CHECK_EQUAL(files.dirs[0].watch, -1);
	CHECK(!files_look(&files));
	dir_make(DIR);
	CHECK(!is_readable(&files));
	CHECK(files_look(&files));
	CHECK(!files_look(&files));
	file_write_to();
	CHECK(becomes_readable(&files));
	CHECK(files_drain(&files));
	files_close(&files);
}

static void a_directory_may_be_replaced(void)
{
	struct files files;

	scratch_clear();
	dir_make(DIR);
	files = files_new();
	CHECK(!files_look(&files));
	dir_move_away();
	dir_make(DIR);
	CHECK(files_look(&files));
	(void)files_drain(&files);
	CHECK(!files_look(&files));
	file_write_to();
	CHECK(becomes_readable(&files));
	CHECK(files_drain(&files));
	files_close(&files);
}

static void a_directory_may_go_and_come_back(void)
{
	struct files files;

	scratch_clear();
	dir_make(DIR);
	files = files_new();
	dir_remove();
	CHECK(files_drain(&files));
	(void)files_look(&files);
	CHECK(!files_look(&files));
	dir_make(DIR);
	CHECK(files_look(&files));
	file_write_to();
	CHECK(files_drain(&files));
	files_close(&files);
}

static void the_directory_of_a_file_is_watched(void)
{
	struct files files;

	scratch_clear();
	dir_make(DIR);
	must(files_open(&files) == 0, "files_open");
	files_watch_around(&files, PATH);
	CHECK_STRING(files.dirs[0].path, DIR);
	file_write_to();
	CHECK(files_drain(&files));
	files_close(&files);
}

static void a_file_without_a_directory_is_in_this_one(void)
{
	struct files files;

	must(files_open(&files) == 0, "files_open");
	files_watch_around(&files, "config.yaml");
	CHECK_STRING(files.dirs[0].path, ".");
	files_watch_around(&files, "/config.yaml");
	CHECK_STRING(files.dirs[1].path, "/");
	files_close(&files);
}

static void no_directory_is_watched_twice(void)
{
	struct files files;

	scratch_clear();
	dir_make(DIR);
	must(files_open(&files) == 0, "files_open");
	CHECK(files_watch_dir(&files, DIR));
	CHECK(!files_watch_around(&files, PATH));
	CHECK(!files_watch_dir(&files, DIR));
	CHECK_STRING(files.dirs[0].path, DIR);
	CHECK_STRING(files.dirs[1].path, "");
	files_close(&files);
}

static void each_directory_is_watched(void)
{
	char path[64];
	struct files files;

	scratch_clear();
	must(files_open(&files) == 0, "files_open");
	for (int i = 0; i <= FILES_DIRS_MAX; i++) {
		snprintf(path, sizeof(path), "/run/%d", i);
		dir_make(path);
		files_watch_dir(&files, path);
	}
	for (int i = 0; i <= FILES_DIRS_MAX; i++) {
		snprintf(path, sizeof(path), "/run/%d/config", i);
		file_make(path, "");
		/* there is room for so many */
		CHECK_EQUAL(files_drain(&files), i < FILES_DIRS_MAX);
	}
	files_close(&files);
}

/* As after a configuration that names other files. */
static void what_is_not_asked_for_anew_is_left(void)
{
	struct files files;

	scratch_clear();
	dir_make(DIR);
	dir_make("/run/next");
	files = files_new();
	files_watch_begin(&files);
	CHECK(files_watch_dir(&files, "/run/next"));
	files_watch_end(&files);
	file_write_to();
	CHECK(!files_drain(&files)); /* not even that it is left */
	file_make("/run/next/config", "");
	CHECK(files_drain(&files));
	files_watch_begin(&files);
	CHECK(files_watch_dir(&files, DIR));
	CHECK(!files_watch_dir(&files, "/run/next"));
	files_watch_end(&files);
	file_write_to();
	CHECK(files_drain(&files));
	files_close(&files);
}

static void a_directory_of_two_names_is_left_with_the_last(void)
{
	struct files files;

	scratch_clear();
	dir_make(DIR);
	must(symlink(DIR, "/run/name") == 0, "symlink");
	files = files_new();
	CHECK(files_watch_dir(&files, "/run/name"));
	files_watch_begin(&files);
	CHECK(!files_watch_dir(&files, "/run/name"));
	files_watch_end(&files);
	file_write_to();
	CHECK(files_drain(&files));
	files_watch_begin(&files);
	files_watch_end(&files);
	file_write_to();
	CHECK(!files_drain(&files));
	files_close(&files);
}

static void places_that_are_left_are_free(void)
{
	char path[64];
	struct files files;

	scratch_clear();
	must(files_open(&files) == 0, "files_open");
	for (int i = 0; i < 3 * FILES_DIRS_MAX; i++) {
		snprintf(path, sizeof(path), "/run/%d", i);
		dir_make(path);
		files_watch_begin(&files);
		CHECK(files_watch_dir(&files, path));
		files_watch_end(&files);
		snprintf(path, sizeof(path), "/run/%d/config", i);
		file_make(path, "");
		CHECK(files_drain(&files));
	}
	files_close(&files);
}

static void what_is_no_directory_is_not_watched(void)
{
	struct files files;

	scratch_clear();
	file_make(DIR, "");
	files = files_new();
	CHECK_EQUAL(files.dirs[0].watch, -1);
	file_make(DIR, "more");
	CHECK(!files_drain(&files));
	files_close(&files);
}

/* To pass a directory is one right, to read it another. */
static void what_may_not_be_watched_is_said(void)
{
	struct capture capture;
	struct files files;
	char *said;

	scratch_clear();
	dir_make(DIR);
	must(chmod(DIR, 0711) == 0, "chmod");
	must(files_open(&files) == 0, "files_open");
	must(seteuid(65534) == 0, "seteuid");
	capture = capture_begin(stderr);
	CHECK(files_watch_dir(&files, DIR));
	CHECK(!files_watch_dir(&files, DIR));
	CHECK(files_watch_dir(&files, "/run/none"));
	said = capture_end(&capture);
	must(seteuid(0) == 0, "seteuid");
	CHECK_STRING(said, "bpfmasq: cannot watch " DIR ": Permission denied: "
			   "what changes there is read at SIGHUP alone\n");
	free(said);
	files_close(&files);
}

static const struct test_case cases[] = {
	{ "what changes a file matters", what_changes_a_file_matters },
	{ "many notices are drained", many_notices_are_drained },
	{ "a directory may come later", a_directory_may_come_later },
	{ "a directory may be replaced", a_directory_may_be_replaced },
	{ "a directory may go and come back",
	  a_directory_may_go_and_come_back },
	{ "the directory of a file is watched",
	  the_directory_of_a_file_is_watched },
	{ "a file without a directory is in this one",
	  a_file_without_a_directory_is_in_this_one },
	{ "no directory is watched twice", no_directory_is_watched_twice },
	{ "each directory is watched", each_directory_is_watched },
	{ "what is not asked for anew is left",
	  what_is_not_asked_for_anew_is_left },
	{ "a directory of two names is left with the last",
	  a_directory_of_two_names_is_left_with_the_last },
	{ "places that are left are free", places_that_are_left_are_free },
	{ "what is no directory is not watched",
	  what_is_no_directory_is_not_watched },
	{ "what may not be watched is said", what_may_not_be_watched_is_said },
};

int main(void)
{
	scratch_begin();
	return test_main(cases, COUNT(cases));
}
