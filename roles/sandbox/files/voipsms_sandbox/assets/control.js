// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// The control API. What it refuses is an Error with its own sentence.

export async function control(method, call, wish) {
  let response;
  try {
    response = await fetch(`/sandbox/${call}`, {
      method,
      headers: wish === undefined ? {} : { "Content-Type": "application/json" },
      body: wish === undefined ? undefined : JSON.stringify(wish),
    });
  } catch {
    throw new Error("The sandbox does not answer. Is it still running?");
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error_message);
  return answer;
}

export const post = (call, wish = {}) => control("POST", call, wish);
