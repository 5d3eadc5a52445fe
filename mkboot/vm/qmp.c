/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/qmp.h"
#include "base/mem.h"
#include "vm/machine.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

void qmp_begin(struct qmp *q)
{
	*q = (struct qmp){.end = JUDGE_EXITED};
}

unsigned qmp_say(struct qmp *q, int fd, const char *name, const char *arguments)
{
	char *line = mem_printf("{\"execute\": \"%s\", %s%s%s\"id\": %u}\n", name,
				arguments != NULL ? "\"arguments\": " : "",
				arguments != NULL ? arguments : "", arguments != NULL ? ", " : "",
				++q->said);

	if (fd >= 0)
		send(fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT);
	free(line);
	return q->said;
}

static bool same(const char *a, const char *b)
{
	return a != NULL && strcmp(a, b) == 0;
}

static void read_event(struct qmp *q, const char *event, json_t *data, struct judge *j)
{
	const char *why = json_string_value(json_object_get(data, "reason"));

	if (same(event, "RESET") && same(why, "guest-reset")) {
		q->resets++;
		judge_reset(j);
	} else if (same(event, "GUEST_PANICKED")) {
		judge_panicked(j);
	}
	if (!same(event, "SHUTDOWN"))
		return;
	q->shut_down = true;
	if (same(why, "guest-reset"))
		q->end = JUDGE_RESET;
	else if (same(why, "guest-shutdown"))
		q->end = JUDGE_POWEROFF;
	else if (same(why, "host-signal"))
		q->end = JUDGE_KILLED;
}

static void read_line(struct qmp *q, const char *line, struct judge *j)
{
	json_t *msg = json_loads(line, 0, NULL);
	json_t *id = json_object_get(msg, "id");
	const char *event = json_string_value(json_object_get(msg, "event"));

	if (event != NULL) {
		read_event(q, event, json_object_get(msg, "data"), j);
	} else if (json_is_integer(id)) {
		q->answered = (unsigned)json_integer_value(id);
		q->refused = json_object_get(msg, "error") != NULL;
	} else if (json_object_get(msg, "QMP") != NULL) {
		q->greeted = true;
	}
	json_decref(msg);
}

void qmp_read(struct qmp *q, struct strbuf *got, struct judge *j)
{
	size_t at = 0;

	for (const char *line; (line = machine_line(got, &at)) != NULL;)
		read_line(q, line, j);
}
