/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DEMO_SERIAL_H
#define DEMO_SERIAL_H

/* COM1, 115200 8N1, polled. A port that is missing or stuck costs a moment, never a hang. */
void serial_init(void);
void serial_put(char c);
/* Wait until the last bit has left: a machine that ends sooner takes it along. */
void serial_drain(void);

#endif
