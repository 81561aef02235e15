// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// A phone for each person, in the order in which they were first written to.

import { element, find, setText } from "./elements.js";
import { post } from "./control.js";
import { bubble } from "./message.js";
import { attempt, say } from "./notices.js";
import { grouped } from "./numbers.js";
import { account, nameOf, person, read, store } from "./store.js";

const phones = new Map();

class Phone {
  constructor(number, country) {
    this.number = number;
    this.shown = new Map();
    this.latest = 0;
    this.unread = element("span", { class: "unread-count", hidden: true });
    this.thread = element("ol", { class: "thread", tabindex: "0", "aria-label": `Messages of ${number}` });
    this.answering = new Answering(number);
    this.name = element("bdi", { class: "name", hidden: true });
    const seen = () => this.seen();
    const seeing = { pointermove: seen, pointerdown: seen, focusin: seen };
    this.element = element(
      "section",
      { class: "phone", "aria-label": `Phone ${number}`, on: seeing },
      element(
        "header",
        {},
        element("h3", {}, this.name, element("bdi", { title: number }, grouped(number))),
        country ? element("span", { class: "country" }, country) : null,
        this.unread,
      ),
      this.thread,
      this.answering.element,
    );
  }

  seen() {
    read([...this.shown.keys()]);
  }

  draw(messages) {
    setText(this.name, nameOf(this.number));
    this.name.hidden = !this.name.textContent;
    const atEnd = this.thread.scrollHeight - this.thread.scrollTop - this.thread.clientHeight < 8;
    const wanted = ordered(messages);
    const numbers = new Set(wanted.map((each) => each.number));
    for (const [number, { made }] of this.shown) {
      if (numbers.has(number)) continue;
      made.remove();
      this.shown.delete(number);
    }
    let grown = false;
    wanted.forEach((each, index) => {
      const made = this.one(each);
      if (this.thread.children[index] !== made) {
        this.thread.insertBefore(made, this.thread.children[index] ?? null);
        grown = true;
      }
    });
    this.answering.offer(messages);
    const unread = wanted.filter((each) => store.unread.has(each.number));
    const fresh = unread.filter((each) => each.arrival > this.latest);
    this.latest = Math.max(this.latest, ...wanted.map((each) => each.arrival));
    const isLookedAt = this.element.matches(":hover, :focus-within");
    if ((grown && atEnd) || (fresh.length && !isLookedAt)) this.show(fresh.at(-1) ?? wanted.at(-1));
    this.unread.hidden = !unread.length;
    setText(this.unread, `${unread.length} new`);
  }

  // What waits lies behind what has just arrived, and may be long.
  show(message) {
    const made = this.shown.get(message.number).made.getBoundingClientRect();
    const thread = this.thread.getBoundingClientRect();
    if (made.bottom > thread.bottom) this.thread.scrollTop += Math.min(made.bottom - thread.bottom + 16, made.top - thread.top);
    else if (made.top < thread.top) this.thread.scrollTop -= thread.top - made.top + 16;
  }

  one(message) {
    const mark = `${message.identity} ${message.state} ${message.state_at} ${store.zone} ${store.unread.has(message.number)}`;
    const before = this.shown.get(message.number);
    if (before?.mark === mark) return before.made;
    const made = bubble(message);
    before?.made.replaceWith(made);
    this.shown.set(message.number, { mark, made });
    return made;
  }
}

// What waits comes last, the next to go out first.
function ordered(messages) {
  const waiting = messages.filter((each) => each.state === "PENDING");
  waiting.sort((one, other) => Date.parse(one.delivery_at) - Date.parse(other.delivery_at) || one.number - other.number);
  return [...messages.filter((each) => each.state !== "PENDING"), ...waiting];
}

// The line below a phone: write as this person to a number that has written to them.
class Answering {
  constructor(number) {
    this.number = number;
    this.senders = "";
    this.text = element("input", {
      type: "text",
      autocomplete: "off",
      placeholder: "Answer as this person",
      "aria-label": `Answer as ${number}`,
    });
    this.to = element("select", { "aria-label": "Answer to", hidden: true });
    this.button = element("button", { type: "submit" }, "Send");
    this.element = element(
      "form",
      { class: "answering", on: { submit: (event) => this.send(event) } },
      this.to,
      this.text,
      this.button,
    );
  }

  offer(messages) {
    const senders = [...new Set(messages.filter((each) => each.state !== "REFUSED").map(account))];
    this.element.hidden = !senders.length;
    if (senders.join() === this.senders) return;
    this.senders = senders.join();
    const chosen = this.to.value;
    this.to.replaceChildren(...senders.map((each) => element("option", { value: each }, `to ${grouped(each)}`)));
    if (senders.includes(chosen)) this.to.value = chosen;
    this.to.hidden = senders.length < 2;
  }

  async send(event) {
    event.preventDefault();
    const msg = this.text.value;
    if (!msg) return;
    const sent = await attempt(() => post("messages", { from: this.number, to: this.to.value, msg }));
    if (!sent) return;
    this.text.value = "";
    say(`Answered as ${this.number}`);
  }
}

export function drawPhones(messages) {
  const groups = new Map();
  for (const each of messages) {
    const number = person(each);
    if (!groups.has(number)) groups.set(number, []);
    groups.get(number).push(each);
  }
  for (const [number, phone] of phones) {
    if (groups.has(number)) continue;
    phone.element.remove();
    phones.delete(number);
  }
  const begun = (group) => Math.min(...group.map((each) => each.number));
  for (const [number, group] of [...groups].sort(([, one], [, other]) => begun(one) - begun(other))) {
    if (!phones.has(number)) phones.set(number, new Phone(number, group[0].country));
    const phone = phones.get(number);
    if (!phone.element.isConnected) find("phones").append(phone.element);
    phone.draw(group);
  }
}
