// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// The events of the sandbox. The browser reconnects after a lost connection, but not after an answer that was
// no stream of events, which is what a port gives that something else has taken meanwhile.

import { apply } from "./store.js";

const AGAIN = 1500;

export function follow(tell) {
  const source = new EventSource("/sandbox/events");
  source.addEventListener("open", () => tell(true));
  source.addEventListener("change", (event) => apply(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    tell(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(() => follow(tell), AGAIN);
  });
}
