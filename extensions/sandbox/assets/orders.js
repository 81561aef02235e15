// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// Answers on order: what the next requests get instead of the true answer.

import { control, post } from "./control.js";
import { element, find, setText } from "./elements.js";
import { attempt, say } from "./notices.js";
import { store } from "./store.js";

// In words, what is done to the request. Each becomes an order of the control API.
const FAULTS = {
  "503": { status: 503, body: { error: true, error_message: "Sandbox: ordered on its page" } },
  "500-accepted": { status: 500, body: "Sandbox: ordered on its page", accept: true },
  "429": { status: 429, headers: { "Retry-After": "1" } },
  "401": { status: 401 },
  envelope: { status: 200, body: { error: true, error_message: "Sandbox: ordered on its page" } },
  "no-smsid": { record: { smsid: null } },
  slow: { delay: 5 },
};

export function setUpOrders() {
  const dialog = find("orders");
  find("open-orders").addEventListener("click", () => dialog.showModal());
  find("orders-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const order = { ...FAULTS[find("fault").value], path: find("fault-path").value, times: Number(find("times").value) };
    if (!(await attempt(() => post("answers", order)))) return;
    dialog.close();
    say("The answer is on order");
  });
  find("withdraw").addEventListener("click", () => attempt(() => control("DELETE", "answers")));
}

export function drawOrders() {
  const times = store.answers.reduce((sum, each) => sum + each.times, 0);
  setText(find("order-count"), times ? String(times) : "");
  find("order-count").hidden = !times;
  find("ordered").hidden = !times;
  find("order-list").replaceChildren(...store.answers.map((each) => element("li", {}, describe(each))));
}

function describe(order) {
  const what = [];
  if (order.status !== null) what.push(`answer ${order.status}`);
  if (Object.keys(order.record).length) what.push(`records ${Object.entries(order.record).map(changed).join(", ")}`);
  if (order.body !== null && order.status === null) what.push("another body");
  if (order.delay) what.push(`${order.delay} s late`);
  if (order.status !== null && order.accept) what.push("carried out all the same");
  return `${order.times} × ${order.path}: ${what.join(", ") || "nothing else"}`;
}

function changed([name, value]) {
  return value === null ? `without ${name}` : `with ${name} ${JSON.stringify(value)}`;
}
