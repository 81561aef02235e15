// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// All that the page knows of the sandbox. Changes come from the feed; the parts of the page subscribe to them.

export const store = {
  messages: new Map(),
  requests: new Map(),
  answers: [],
  settings: {},
  zone: "UTC",
  unread: new Set(),
  loaded: false,
  // Milliseconds by which the sandbox's clock is ahead of this machine's: both run on the same machine.
  ahead: 0,
};

// What came last has the highest, by whatever clock: the sandbox's can be set back.
let arrivals = 0;

const listeners = [];

export function subscribe(listener) {
  listeners.push(listener);
}

export function now() {
  return Date.now() + store.ahead;
}

// `change` is an event of /sandbox/events. Listeners get the new messages, the changed ones, and whether everything must
// be drawn again.
export function apply(change) {
  const known = change.full ? store.messages : null;
  if (change.full) {
    store.messages = new Map();
    store.requests = new Map();
  }
  if (change.clock) {
    store.ahead = Date.parse(change.clock.now) - Date.now();
    store.zone = change.clock.zone;
    store.settings = change.settings;
    store.answers = change.answers;
  }
  for (const each of change.requests ?? []) store.requests.set(each.number, each);
  const news = take(change.messages ?? [], known);
  const first = !store.loaded;
  store.loaded = true;
  forget();
  // What was scheduled is new once more when it has arrived.
  const arrived = [...news.added, ...news.changed.filter((each) => each.state === "SENT")];
  if (!first) for (const each of arrived) store.unread.add(each.number);
  for (const listener of listeners) listener({ ...news, first, full: change.full });
}

// After a lost connection everything comes again: what was there already is neither new nor changed.
function take(messages, known) {
  const news = { added: [], changed: [] };
  const since = (each) => Date.parse(each.state_at);
  for (const each of [...messages].sort((one, other) => since(one) - since(other) || one.number - other.number)) {
    const before = (known ?? store.messages).get(each.number);
    const isNew = !before || before.identity !== identity(each);
    const isSame = !isNew && before.state === each.state;
    if (isNew) news.added.push(each);
    else if (!isSame) news.changed.push(each);
    store.messages.set(each.number, { ...each, identity: identity(each), arrival: isSame ? before.arrival : ++arrivals });
  }
  return news;
}

function identity(message) {
  return `${message.smsid} ${message.to} ${message.msg}`;
}

function forget() {
  for (const number of store.unread) if (!store.messages.has(number)) store.unread.delete(number);
}

export function read(numbers) {
  let any = false;
  for (const number of numbers) any = store.unread.delete(number) || any;
  if (any) for (const listener of listeners) listener({ added: [], changed: [], first: false, full: false });
}

// The owner of the phone: the other person's number, in both directions.
export function person(message) {
  return message.inout === "IN" ? message.from : message.to;
}

// The name that belongs to a number in the contacts, empty where there is none.
export function nameOf(number) {
  return store.settings?.names?.[number] ?? "";
}

export function account(message) {
  return message.inout === "IN" ? message.to : message.from;
}

export function kind(message) {
  return message.inout === "IN" ? "INCOMING" : message.state;
}
