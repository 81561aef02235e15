// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// Which messages are shown: a search, and a state.

import { element, find, setText } from "./elements.js";
import { haystack, money } from "./message.js";
import { kind, store } from "./store.js";

// As many are drawn; a browser gets slow with more. All are in GET /sandbox/messages.
const MOST = 2000;

const STATES = [
  ["ALL", "All"],
  ["PENDING", "Pending"],
  ["SENT", "Sent"],
  ["REFUSED", "Refused"],
  ["CANCELLED", "Cancelled"],
  ["INCOMING", "Answers"],
];

let wanted = "ALL";
let words = [];
const counters = new Map();

export function setUpSelection(changed) {
  for (const [name, label] of STATES) {
    const count = element("span", { class: "count" }, "0");
    const choose = () => {
      wanted = name;
      for (const [other, made] of counters) made.button.setAttribute("aria-pressed", String(other === name));
      changed();
    };
    const button = element("button", { type: "button", "aria-pressed": String(name === wanted), on: { click: choose } });
    button.append(label, " ", count);
    counters.set(name, { button, count });
    find("states").append(button);
  }
  find("search").addEventListener("input", (event) => {
    words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    changed();
  });
}

// In the order in which they were sent, scheduled, cancelled or refused, each by the last of these; of too many the newest.
export function selected() {
  const all = [...store.messages.values()].sort((one, other) => one.arrival - other.arrival).filter(isWanted);
  find("more").hidden = all.length <= MOST;
  setText(find("more"), `The newest ${MOST} of ${all.length} messages are shown; a search finds the others.`);
  return all.slice(-MOST);
}

export function isNarrowed() {
  return wanted !== "ALL" || words.length > 0;
}

export function count() {
  const counts = new Map([["ALL", store.messages.size]]);
  let cost = 0;
  for (const each of store.messages.values()) {
    counts.set(kind(each), (counts.get(kind(each)) ?? 0) + 1);
    if (each.state === "SENT") cost += each.sale;
  }
  for (const [name, { count: shown }] of counters) setText(shown, String(counts.get(name) ?? 0));
  const left = store.settings.balance;
  setText(find("cost"), `spent ${money(cost)}${left === null || left === undefined ? "" : `, ${money(left)} left`}`);
}

function isWanted(message) {
  if (wanted !== "ALL" && kind(message) !== wanted) return false;
  if (!words.length) return true;
  const within = haystack(message);
  return words.every((word) => within.includes(word));
}
