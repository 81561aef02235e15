// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// Results in words: read aloud to a screen reader, and shown when something failed.

import { find, setText } from "./elements.js";
import { kind } from "./store.js";

const WORDS = {
  PENDING: "scheduled",
  SENT: "sent",
  CANCELLED: "cancelled",
  REFUSED: "refused",
  INCOMING: "received",
};

// One sentence for all that came together, such as "3 messages: 2 sent, 1 refused".
export function announce(messages) {
  if (!messages.length) return;
  const counts = new Map();
  for (const each of messages) counts.set(kind(each), (counts.get(kind(each)) ?? 0) + 1);
  const parts = [...counts].map(([name, count]) => `${count} ${WORDS[name]}`);
  say(`${messages.length} ${messages.length === 1 ? "message" : "messages"}: ${parts.join(", ")}`);
}

// A sentence that is there already would not be read aloud again, so it goes first.
export function say(sentence) {
  setText(find("said"), "");
  requestAnimationFrame(() => setText(find("said"), sentence));
}

let timer;

export function complain(sentence) {
  const alert = find("alert");
  setText(alert, sentence);
  alert.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => {
    alert.hidden = true;
    setText(alert, "");
  }, 8000);
}

// Runs what a button does, and says why when it fails. Whether it succeeded.
export async function attempt(action) {
  try {
    await action();
    return true;
  } catch (error) {
    complain(error.message);
    return false;
  }
}
