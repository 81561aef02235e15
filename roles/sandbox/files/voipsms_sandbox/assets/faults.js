// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// Answers on order: what the next requests get instead of the true answer.

import { control, post } from "./control.js";
import { element, find, setText } from "./elements.js";
import { attempt, say } from "./notices.js";
import { store } from "./store.js";

// In words, what is done to the request. Each becomes an ordered answer of the control API.
const FAULTS = {
  "503": { status: 503, body: { error: true, error_message: "Sandbox: ordered on its page" } },
  "500-accepted": { status: 500, body: "Sandbox: ordered on its page", accept: true },
  "429": { status: 429, headers: { "Retry-After": "1" } },
  "401": { status: 401 },
  envelope: { status: 200, body: { error: true, error_message: "Sandbox: ordered on its page" } },
  "no-smsid": { record: { smsid: null } },
  slow: { delay: 5 },
};

export function setUpFaults() {
  const dialog = find("faults");
  find("open-faults").addEventListener("click", () => dialog.showModal());
  find("faults-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const fault = { ...FAULTS[find("fault").value], path: find("fault-path").value, times: Number(find("times").value) };
    if (!(await attempt(() => post("answers", fault)))) return;
    dialog.close();
    say("The answer is on order");
  });
  find("withdraw").addEventListener("click", () => attempt(() => control("DELETE", "answers")));
}

export function drawFaults() {
  const times = store.answers.reduce((sum, each) => sum + each.times, 0);
  setText(find("fault-count"), times ? String(times) : "");
  find("fault-count").hidden = !times;
  find("pending-faults").hidden = !times;
  find("fault-list").replaceChildren(...store.answers.map((each) => element("li", {}, describe(each))));
}

function describe(fault) {
  const what = [];
  if (fault.status !== null) what.push(`answer ${fault.status}`);
  if (Object.keys(fault.record).length) what.push(`records ${Object.entries(fault.record).map(changed).join(", ")}`);
  if (fault.body !== null && fault.status === null) what.push("another body");
  if (fault.delay) what.push(`${fault.delay} s late`);
  if (fault.status !== null && fault.accept) what.push("carried out anyway");
  return `${fault.times} × ${fault.path}: ${what.join(", ") || "nothing else"}`;
}

function changed([name, value]) {
  return value === null ? `without ${name}` : `with ${name} ${JSON.stringify(value)}`;
}
