/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nic/nic.h"
#include "recipe/read.h"

#include <stdlib.h>
#include <string.h>

/* network.nic: who drives the network card. */

struct nic_reading {
	struct recipe_network *network;
	size_t n; /* how many values there are */
};

static const struct {
	const char *word;
	bool drivers; /* all of them */
	bool firmware;
} nic_words[] = {
	{"firmware", false, true},
	{"auto", true, true},
	{"all", true, false},
};

static void one_nic(struct rd *rd, const struct node *n, void *target)
{
	struct nic_reading *reading = target;
	struct recipe_network *w = reading->network;
	struct text name = {0};
	uint32_t found;
	char *why;

	if (!read_text(rd, n, false, &name))
		return;
	for (size_t i = 0; i < sizeof nic_words / sizeof nic_words[0]; i++) {
		if (strcmp(name.text, nic_words[i].word) != 0)
			continue;
		if (reading->n > 1)
			rd_error(rd, n->at, "'%s' stands alone; take it or the other names out",
				 name.text);
		w->drivers |= nic_words[i].drivers ? nic_all() : 0;
		w->firmware = nic_words[i].firmware;
		goto done;
	}
	found = nic_find(name.text);
	w->drivers |= found;
	if (found == 0) {
		why = nic_unknown(name.text);
		rd_error(rd, n->at, "%s", why);
		free(why);
	}
done:
	free(name.text);
}

void read_nic(struct rd *rd, const struct node *n, void *target)
{
	struct nic_reading reading = {.network = target, .n = n->kind == NODE_LIST ? n->n : 1};

	reading.network->nic_at = n->at;
	if (reading.n == 0)
		rd_error(rd, n->at, "the list of network cards is empty");
	read_list(rd, n, &reading, one_nic);
}
