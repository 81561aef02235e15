// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// All messages below one another, that to which something has happened last first.

import { find } from "./elements.js";
import { row } from "./message.js";
import { nameOf, person, read, store } from "./store.js";

const shown = new Map();

export function drawList(messages) {
  const list = find("list");
  const numbers = new Set(messages.map((each) => each.number));
  for (const [number, { made }] of shown) {
    if (numbers.has(number)) continue;
    made.remove();
    shown.delete(number);
  }
  [...messages].reverse().forEach((each, index) => {
    const made = one(each);
    if (list.children[index] !== made) list.insertBefore(made, list.children[index] ?? null);
  });
}

// Whoever moves by keyboard has read what is in the window.
export function readVisible() {
  const visible = ({ made }) => made.getBoundingClientRect().bottom > 0 && made.getBoundingClientRect().top < innerHeight;
  read([...shown].filter(([number, each]) => store.unread.has(number) && visible(each)).map(([number]) => number));
}

function one(message) {
  const mark = `${message.identity} ${message.state} ${message.state_at} ${store.zone} ${store.unread.has(message.number)} ${nameOf(person(message))}`;
  const before = shown.get(message.number);
  if (before?.mark === mark) return before.made;
  const made = row(message);
  made.addEventListener("pointerenter", () => read([message.number]));
  before?.made.replaceWith(made);
  shown.set(message.number, { mark, made });
  return made;
}
