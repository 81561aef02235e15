// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// Dates as the account sees them, and how long it is until then.

const formats = new Map();

function format(zone, name, options) {
  const key = `${zone} ${name}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }));
  return formats.get(key);
}

const DAY = { weekday: "short", day: "numeric", month: "short", year: "numeric" };
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const SECONDS = { ...TIME, second: "2-digit" };
const NUMERIC = { year: "numeric", month: "2-digit", day: "2-digit", ...SECONDS };

export const day = (moment, zone) => format(zone, "day", DAY).format(moment).replace(",", "");
export const time = (moment, zone) => format(zone, "time", TIME).format(moment);
export const seconds = (moment, zone) => format(zone, "seconds", SECONDS).format(moment);

// The time alone for what is of the same day as `now`, else the day too.
export function brief(moment, now, zone) {
  const its = day(moment, zone);
  return its === day(now, zone) ? time(moment, zone) : `${its.split(" ").slice(0, -1).join(" ")} ${time(moment, zone)}`;
}

// Milliseconds from UTC to the wall time of a zone, read as if it were UTC.
function wall(moment, zone) {
  const parts = Object.fromEntries(format(zone, "numeric", NUMERIC).formatToParts(moment).map((p) => [p.type, p.value]));
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
}

// The moment of a wall time such as 2026-12-01T10:00 in a zone; NaN for what is none.
export function fromWall(text, zone) {
  const wanted = Date.parse(`${text}Z`);
  if (Number.isNaN(wanted)) return NaN;
  const guess = wanted - (wall(wanted, zone) - wanted);
  return guess - (wall(guess, zone) - wanted);
}

export function toWall(moment, zone) {
  return new Date(wall(moment, zone)).toISOString().slice(0, 19);
}

const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

// Two units at most: "1 h 59 min", "12 s".
export function span(milliseconds) {
  let rest = Math.max(0, Math.ceil(milliseconds / 1000));
  const first = UNITS.findIndex(([, size]) => rest >= size);
  if (first < 0) return "0 s";
  const words = [];
  for (const [name, size] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count) words.push(`${count} ${name}`);
  }
  return words.join(" ");
}
