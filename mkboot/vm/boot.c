/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/boot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int64_t boot_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static double seconds_since(int64_t then)
{
	return (double)(boot_now() - then) / 1000;
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
	struct vm_argv argv = {0};

	b->emulator->by_hand(&b->setup, &argv);
	b->result.command = vm_argv_quoted(&argv);
	vm_argv_free(&argv);
}

enum mk_status boot_begin(struct boot *b, const struct vm_job *job, const char *dir,
			  const struct recipe *r, const struct vm_options *options)
{
	struct machine *m = &b->machine;
	enum mk_status st;
	int err;

	*b = (struct boot){
		.job = job,
		.emulator = job->emulator != NULL ? job->emulator : vm_emulators[0],
		.network = {.tree = -1},
		.setup = {.via = job->via,
			  .nic = job->nic,
			  .dir = dir,
			  .recipe = r,
			  .network = &b->network,
			  .accel = options->accel != NULL ? options->accel : "tcg",
			  .memory = r->test.memory,
			  .cpus = r->test.cpus,
			  .screenshot = options->screenshot},
		.result = {.menu = -1, .kernel = -1},
	};
	judge_begin(&b->judge, &r->test);
	qmp_begin(&b->qmp);
	err = machine_open(m);
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
	b->started = b->heard = boot_now();
	err = machine_start(m);
	if (err < 0)
		return msg_errno(m->program, err, "cannot run");
	/* Events are sent only after this (qmp-spec.txt §2.3). Where it has ended already there is
	 * nobody to greet. */
	qmp_say(&b->qmp, m->ours[MACHINE_QMP], "qmp_capabilities", NULL);
	return MK_OK;
}

int64_t boot_due(const struct boot *b)
{
	const struct recipe_test *t = &b->setup.recipe->test;
	int64_t due = b->started + (int64_t)t->timeout * 1000;
	int64_t silent = b->heard + (int64_t)t->silence * 1000;

	return t->silence > 0 && b->guest_bytes > 0 && silent < due ? silent : due;
}

/* Where GRUB waits for a key after an error: a byte where the console is the serial port, else one
 * of the machine's keyboard. */
static void press_keys(struct boot *b)
{
	static const char space[] = "{\"keys\": [{\"type\": \"qcode\", \"data\": \"spc\"}]}";
	static const enum judge_source consoles[] = {JUDGE_SERIAL, JUDGE_SCREEN};
	struct machine *m = &b->machine;

	for (size_t i = 0; i < sizeof consoles / sizeof *consoles; i++) {
		enum judge_source s = consoles[i];

		for (; b->pressed[s] < judge_prompts(&b->judge, s); b->pressed[s]++) {
			if (s == JUDGE_SERIAL)
				send(m->keys, " ", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
			else
				qmp_say(&b->qmp, m->ours[MACHINE_QMP], "send-key", space);
		}
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
	b->heard = boot_now();
	if (b->result.kernel < 0)
		b->result.kernel = seconds_since(b->started);
}

static void end(struct boot *b)
{
	b->result.seconds = seconds_since(b->started);
	b->phase = BOOT_ENDED;
}

static void collect(struct boot *b)
{
	struct machine *m = &b->machine;

	machine_collect(m, &b->judge, &b->event);
	qmp_read(&b->qmp, &m->got[MACHINE_QMP], &b->judge);
	note_progress(b);
	if (b->event.end == JUDGE_EXITED)
		b->event.end = b->qmp.end;
}

/* Is it to be stopped? Sets why. */
static bool is_due(struct boot *b)
{
	int64_t now = boot_now();
	int64_t deadline = b->started + (int64_t)b->setup.recipe->test.timeout * 1000;

	if (judge_over(&b->judge))
		b->event.end = JUDGE_STOPPED;
	else if (now >= deadline)
		b->event.end = JUDGE_DEADLINE;
	else if (now >= boot_due(b))
		b->event.end = JUDGE_SILENT;
	else
		return false;
	return true;
}

bool boot_turn(struct boot *b, const struct pollfd *fds)
{
	struct machine *m = &b->machine;
	bool gone = machine_read(m, fds, &b->judge);

	qmp_read(&b->qmp, &m->got[MACHINE_QMP], &b->judge);
	note_progress(b);
	if (gone) {
		collect(b);
		end(b);
	} else if (is_due(b)) {
		machine_stop(m);
		end(b);
	} else {
		press_keys(b);
	}
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

	b->event.words = b->machine.got[MACHINE_STDERR].data;
	r->ok = judge_verdict(&b->judge, &b->event, &r->reason);
	if (!r->ok)
		r->expected = judge_wanted(b->judge.test);
	take(&b->machine, MACHINE_SERIAL, &r->serial);
	take(&b->machine, MACHINE_DEBUGCON, &r->debugcon);
	take(&b->machine, MACHINE_SCREEN, &r->screen);
	*result = *r;
	*r = (struct vm_result){0};
}

void boot_close(struct boot *b)
{
	machine_close(&b->machine);
	vm_network_close(&b->network);
	judge_free(&b->judge);
	vm_result_free(&b->result);
}

void vm_result_free(struct vm_result *result)
{
	free(result->reason);
	free(result->expected);
	free(result->command);
	strbuf_free(&result->serial);
	strbuf_free(&result->debugcon);
	strbuf_free(&result->screen);
	strbuf_free(&result->screenshot);
	*result = (struct vm_result){0};
}
