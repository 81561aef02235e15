// SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// Phone numbers in groups, as people write them.

// No country code begins with another one; all that are not here have three digits.
const CODES = new Set(
  `1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90
   91 92 93 94 95 98`.split(/\s+/),
);

// How many digits stand together, where a country has a habit of its own for numbers of this length.
const HABITS = { "1 10": [3, 3, 4], "33 9": [1, 2, 2, 2, 2], "44 10": [4, 3, 3], "7 10": [3, 3, 4] };

// Groups of four and three, the shorter ones last.
function usual(length) {
  const count = Math.max(1, Math.ceil(length / 4));
  const short = count * 4 - length;
  return Array.from({ length: count }, (_each, index) => (index < count - short ? 4 : 3));
}

// "+1 281 234 5678"; what is no number in E.164, such as the sender of BULK messages, stays as it is.
export function grouped(number) {
  const digits = String(number).replace(/^\+/, "");
  if (!/^\d{8,15}$/.test(digits)) return String(number);
  const code = [1, 2].map((size) => digits.slice(0, size)).find((begin) => CODES.has(begin)) ?? digits.slice(0, 3);
  let rest = digits.slice(code.length);
  const words = [`+${code}`];
  for (const size of HABITS[`${code} ${rest.length}`] ?? usual(rest.length)) {
    words.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return words.join(" ");
}
