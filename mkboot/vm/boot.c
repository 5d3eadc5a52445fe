/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/boot.h"
#include "base/clock.h"
#include "base/mem.h"
#include "vm/secure_boot.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PICTURE_MS 5000 /* longer than any takes */

/* What a kernel has to say of its own end (registers, a backtrace) is read until it has been quiet
 * for so long, or has gone on for so long: a panic that repeats itself for ever is one, too. */
#define QUIET_MS      200
#define LAST_WORDS_MS 1000

static double seconds_since(int64_t then)
{
	return (double)(clock_ms() - then) / 1000;
}

static enum mk_status check_artifact(const struct vm_setup *s)
{
	char *artifact = vm_artifact(s->via, s->dir, s->recipe->name);
	enum mk_status st = MK_OK;

	if (access(artifact, R_OK) != 0)
		st = msg_errno(artifact, errno, "cannot boot from it");
	free(artifact);
	return st;
}

static enum mk_status open_network(struct boot *b)
{
	const struct vm_setup *s = &b->setup;
	enum mk_status st;

	if (s->nic == NULL)
		return MK_OK;
	st = vm_network_plan(s->via, s->recipe, &b->network);
	return st == MK_OK ? vm_network_open(&b->network, s->dir, s->recipe) : st;
}

static void write_command(struct boot *b)
{
	const struct recipe_menu *menu = &b->setup.recipe->menu;
	size_t entry = b->job->entry;
	struct vm_argv argv = {0};

	b->emulator->by_hand(&b->setup, &argv);
	if (argv.n > 0)
		b->result.command = vm_argv_quoted(&argv);
	if (entry != VM_ENTRY_DEFAULT && entry != menu->default_entry)
		b->result.choose = mem_dup(menu->entries[entry].title.text);
	vm_argv_free(&argv);
}

enum mk_status boot_begin(struct boot *b, const struct vm_job *job, const char *dir,
			  const struct recipe *r, const struct vm_options *options)
{
	struct machine *m = &b->machine;
	const char *title = NULL;
	enum mk_status st;
	int err;

	*b = (struct boot){
		.job = job,
		.emulator = job->emulator != NULL ? job->emulator : vm_emulators[0],
		.network = {.tree = -1},
		.picture = -1,
		.setup = {.via = job->via,
			  .nic = job->nic,
			  .dir = dir,
			  .recipe = r,
			  .network = &b->network,
			  .accel = options->accel != NULL ? options->accel : "tcg",
			  .memory = r->test.memory,
			  .cpus = r->test.cpus,
			  .screenshot = options->screenshot},
		.log = {.cpus = r->test.cpus},
		.result = {.menu = -1, .kernel = -1},
	};
	if (job->entry != VM_ENTRY_DEFAULT)
		title = r->menu.entries[job->entry].title.text;
	keys_begin(&b->keys, title, job->entry);
	b->test = r->test;
	if (b->emulator->no_exit && r->test.has_exit) {
		b->test.has_exit = false;
		b->result.note = mem_printf("test.exit was not asked for: %s ends with no status "
					    "of the guest's",
					    b->emulator->title);
	}
	judge_begin(&b->judge, &b->test);
	if (job->via->platform != PLATFORM_BIOS)
		judge_uefi(&b->judge, r->menu.file.text != NULL);
	qmp_begin(&b->qmp);
	err = machine_open(m);
	if (err == 0 && options->screenshot)
		err = machine_add_file(m, "", 0, &b->picture);
	if (err < 0)
		return msg_errno(b->emulator->title, err, "cannot make the channels to it");
	st = check_artifact(&b->setup);
	if (st == MK_OK)
		st = open_network(b);
	if (st == MK_OK)
		st = b->emulator->prepare(&b->setup, m, &b->result);
	if (st != MK_OK)
		return st;
	write_command(b);
	b->started = b->heard = clock_ms();
	err = machine_start(m);
	if (err < 0)
		return msg_errno(m->program, err, "cannot run");
	/* Events are sent only after this (qmp-spec.txt §2.3). Where it has ended already there is
	 * nobody to greet. */
	qmp_say(&b->qmp, m->ours[MACHINE_QMP], "qmp_capabilities", NULL);
	return MK_OK;
}

/* When the test's patience is over. */
static int64_t deadline(const struct boot *b)
{
	return b->started + (int64_t)b->setup.recipe->test.timeout * 1000;
}

/* When the guest has been silent for too long. */
static int64_t too_silent(const struct boot *b)
{
	int64_t silence = (int64_t)b->setup.recipe->test.silence * 1000;

	return silence > 0 && b->guest_bytes > 0 ? b->heard + silence : INT64_MAX;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* When the guest's last words are taken to be at their end. */
static int64_t last_words_due(const struct boot *b)
{
	return earlier(b->over + LAST_WORDS_MS, b->wrote + QUIET_MS);
}

int64_t boot_due(const struct boot *b)
{
	if (b->phase == BOOT_LEAVING)
		return b->leave_by;
	if (b->over > 0)
		return last_words_due(b);
	return earlier(keys_due(&b->keys), earlier(deadline(b), too_silent(b)));
}

void boot_excuse(struct boot *b, int64_t ms)
{
	int64_t age = clock_ms() - b->started;

	ms = ms < age ? ms : age;
	b->started += ms;
	b->heard += ms;
	b->leave_by += ms;
	if (b->over > 0) {
		b->over += ms;
		b->wrote += ms;
	}
}

static void note_progress(struct boot *b)
{
	size_t bytes = judge_guest_bytes(&b->judge);

	if (b->result.menu < 0 && judge_menu_shown(&b->judge))
		b->result.menu = seconds_since(b->started);
	if (bytes == b->guest_bytes)
		return;
	b->guest_bytes = bytes;
	b->heard = clock_ms();
	if (b->result.kernel < 0)
		b->result.kernel = seconds_since(b->started);
}

/* What the emulator tells of. The exit port first: QEMU's own device ends the machine there and
 * then, and what it does later does not count here either. Then the log: a triple fault is the
 * cause of the reset that QMP has an event for. */
static void follow(struct boot *b)
{
	struct machine *m = &b->machine;

	if (!b->exited && m->got[MACHINE_EXIT].len > 0) {
		b->exited = true;
		/* as isa-debug-exit does: the value 2 N + 1, of which an exit status has 8 bits */
		b->event.status = ((unsigned char)m->got[MACHINE_EXIT].data[0] << 1 | 1) & 0xff;
		judge_exit(&b->judge, b->event.status);
	}
	if (b->emulator->follow != NULL)
		b->emulator->follow(&b->setup, m, &b->judge);
	qemu_log_read(&b->log, &m->got[MACHINE_LOG], m->pid < 0, &b->judge);
	qmp_read(&b->qmp, &m->got[MACHINE_QMP], &b->judge);
	note_progress(b);
}

/* The end as QEMU's monitor told it. A signal ends QEMU in order, with status 0; which one it was
 * is among its words (softmmu/runstate.c). */
static void end_as_told(struct boot *b)
{
	static const char mark[] = "terminating on signal ";
	const char *words = b->machine.got[MACHINE_STDERR].data;
	const char *at = words != NULL ? strstr(words, mark) : NULL;

	b->event.end = b->qmp.end;
	if (b->event.end == JUDGE_KILLED)
		b->event.status = at != NULL ? atoi(at + strlen(mark)) : SIGTERM;
}

/* It has ended by itself. */
static void collect(struct boot *b)
{
	int status = b->event.status;

	machine_collect(&b->machine, &b->judge, &b->event);
	follow(b);
	if (b->exited)
		b->event = (struct judge_event){.end = JUDGE_EXITED, .status = status};
	else if (b->event.end == JUDGE_EXITED)
		end_as_told(b);
	if (b->emulator->ended != NULL)
		b->emulator->ended(&b->machine, &b->judge, &b->event);
	b->result.seconds = seconds_since(b->started);
	b->phase = BOOT_ENDED;
}

/* The verdict is certain: is the guest still saying why? */
static bool has_last_words(struct boot *b, int64_t now)
{
	const struct machine *m = &b->machine;
	size_t bytes = m->total[MACHINE_SERIAL] + m->total[MACHINE_DEBUGCON];

	/* a machine that stands still for its picture says no more */
	if (!judge_last_words(&b->judge) || b->keys.wrong != NULL || b->qmp.shut_down)
		return false;
	if (b->over == 0)
		b->over = now;
	if (b->bytes != bytes)
		b->wrote = now;
	b->bytes = bytes;
	return now < last_words_due(b);
}

/* Is it to be ended? Sets why. */
static bool is_due(struct boot *b)
{
	int64_t now = clock_ms();

	if (b->exited)
		b->event.end = JUDGE_EXITED;
	else if (has_last_words(b, now))
		return false;
	else if (judge_over(&b->judge) || b->keys.wrong != NULL)
		b->event.end = JUDGE_STOPPED;
	else if (b->setup.screenshot && b->qmp.shut_down)
		end_as_told(b);
	else if (now >= deadline(b))
		b->event.end = JUDGE_DEADLINE;
	else if (now >= too_silent(b))
		b->event.end = JUDGE_SILENT;
	else
		return false;
	return true;
}

static void stop(struct boot *b)
{
	machine_stop(&b->machine);
	/* for the logs; a verdict by the clock stays as it was at that time */
	if (judge_over(&b->judge))
		machine_drain(&b->machine, &b->judge);
	b->phase = BOOT_ENDED;
}

/* End it, or begin to. The name is that of the file in QEMU. */
static void leave(struct boot *b)
{
	int fd = b->machine.ours[MACHINE_QMP];
	char *arguments;

	b->result.seconds = seconds_since(b->started);
	if (b->picture < 0 || !b->qmp.greeted) {
		stop(b);
		return;
	}
	arguments =
		mem_printf("{\"filename\": \"/proc/self/fd/%d\", \"format\": \"png\"}", b->picture);
	qmp_say(&b->qmp, fd, "stop", NULL);
	b->shot = qmp_say(&b->qmp, fd, "screendump", arguments);
	b->leave_by = clock_ms() + PICTURE_MS;
	b->phase = BOOT_LEAVING;
	free(arguments);
}

static void keep_picture(struct boot *b)
{
	struct stat st;
	struct strbuf *png = &b->result.screenshot;

	if (b->qmp.refused || fstat(b->picture, &st) != 0 || st.st_size <= 0)
		return;
	strbuf_zeros(png, (size_t)st.st_size);
	if (pread(b->picture, png->data, png->len, 0) != (ssize_t)png->len)
		strbuf_free(png);
}

/* The verdict is certain. */
static void wait_for_picture(struct boot *b, bool gone)
{
	struct machine *m = &b->machine;

	qmp_read(&b->qmp, &m->got[MACHINE_QMP], &b->judge);
	if (b->qmp.answered >= b->shot)
		keep_picture(b);
	else if (!gone && clock_ms() < b->leave_by)
		return;
	qmp_say(&b->qmp, m->ours[MACHINE_QMP], "quit", NULL);
	stop(b);
}

bool boot_turn(struct boot *b, const struct pollfd *fds)
{
	struct machine *m = &b->machine;
	bool gone = machine_read(m, fds, &b->judge);

	if (b->phase == BOOT_LEAVING) {
		wait_for_picture(b, gone);
		return b->phase == BOOT_ENDED;
	}
	follow(b);
	keys_press(&b->keys, m, &b->qmp, &b->judge, clock_ms());
	if (gone)
		collect(b);
	else if (is_due(b))
		leave(b);
	return b->phase == BOOT_ENDED;
}

static void take(struct machine *m, enum machine_channel channel, struct strbuf *to)
{
	struct strbuf *got = &m->got[channel];

	if (got->len > VM_KEEP)
		strbuf_add(to, got->data + got->len - VM_KEEP, VM_KEEP);
	else
		*to = *got;
	if (to->data == got->data)
		*got = (struct strbuf){0};
}

void boot_finish(struct boot *b, struct vm_result *result)
{
	struct vm_result *r = &b->result;
	char *unchosen;

	b->event.words = b->machine.got[MACHINE_STDERR].data;
	r->ok = judge_verdict(&b->judge, &b->event, &r->reason);
	unchosen = keys_failed(&b->keys, &b->judge);
	if (unchosen != NULL && (r->ok || b->keys.wrong != NULL)) {
		free(r->reason);
		r->reason = unchosen;
		r->ok = false;
	} else {
		free(unchosen);
	}
	if (!r->ok)
		r->expected = judge_wanted(b->judge.test);
	take(&b->machine, MACHINE_SERIAL, &r->serial);
	take(&b->machine, MACHINE_DEBUGCON, &r->debugcon);
	take(&b->machine, MACHINE_SCREEN, &r->screen);
	secure_boot_explain(r);
	*result = *r;
	*r = (struct vm_result){0};
}

void boot_close(struct boot *b)
{
	machine_close(&b->machine);
	vm_network_close(&b->network);
	judge_free(&b->judge);
	keys_free(&b->keys);
	vm_result_free(&b->result);
}

void vm_result_free(struct vm_result *result)
{
	free(result->reason);
	free(result->expected);
	free(result->command);
	free(result->choose);
	vm_argv_free(&result->repeat);
	free(result->note);
	strbuf_free(&result->serial);
	strbuf_free(&result->debugcon);
	strbuf_free(&result->screen);
	strbuf_free(&result->screenshot);
	*result = (struct vm_result){0};
}
