# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold the style of the page of a report on cost, for light and dark, wide and narrow screens, and paper."""

from __future__ import annotations

STYLE = """
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #ffffff; --text: #1b2430; --soft: #566273; --line: #dde2e8; --base: #98a3b1;
  --out: #2f6fde; --in: #c4690f; --other: #7b8794; --cost: #0f8074;
  --alarm: #fdf0e3; --alarm-line: #c4690f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #11151a; --card: #1a2027; --text: #e7ebf0; --soft: #a3afbd; --line: #303944; --base: #66717f;
    --out: #6ea2ff; --in: #f0a04b; --other: #97a3b1; --cost: #43c2b2;
    --alarm: #33260f; --alarm-line: #f0a04b;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 0 0 .75rem; font-size: 1.05rem; }
header p { margin: .35rem 0 0; color: var(--soft); overflow-wrap: anywhere; }
header bdi { display: inline-block; max-width: 100%; }
header .warning { margin-top: 1rem; padding: .75rem 1rem; border-left: 4px solid var(--alarm-line); border-radius: 4px;
  background: var(--alarm); color: var(--text); }
section { margin-top: 1rem; padding: 1.25rem; border: 1px solid var(--line); border-radius: 10px;
  background: var(--card); min-width: 0; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 1rem; margin: 1.5rem 0 0; }
.tiles div { padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
.tiles dt { color: var(--soft); font-size: .875rem; }
.tiles dd { margin: .1rem 0 0; font-size: 1.75rem; font-weight: 600; line-height: 1.3; overflow-wrap: anywhere; }
.tiles small { display: block; color: var(--soft); font-size: .8125rem; font-weight: 400; }
.pairs { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1rem; align-items: start; }
.plot { display: block; width: calc(100% - 3.25rem); margin-left: 3.25rem; overflow: visible; }
.plot text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.plot .mark, .plot .end { text-anchor: end; }
.plot .middle { text-anchor: middle; }
.grid { stroke: var(--line); }
.base { stroke: var(--base); }
.area { fill: transparent; }
g:hover .area { fill: var(--line); }
.out { fill: var(--out); background: var(--out); }
.in { fill: var(--in); background: var(--in); }
.other { fill: var(--other); background: var(--other); }
.cost { fill: var(--cost); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 .75rem; padding: 0; list-style: none;
  color: var(--soft); font-size: .875rem; }
.key { display: inline-block; width: .75rem; height: .75rem; margin-right: .4rem; border-radius: 2px; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
th, td { padding: .4rem 0 .4rem .75rem; border-top: 1px solid var(--line); text-align: right; vertical-align: top;
  font-weight: 400; font-variant-numeric: tabular-nums; }
tr:first-child > * { border-top: 0; color: var(--soft); font-size: .8125rem; vertical-align: bottom; }
th[scope=row] { width: 54%; padding-left: 0; text-align: left; overflow-wrap: anywhere; }
i, .number { color: var(--soft); }
.bar { display: block; width: 100%; margin-top: .2rem; }
th[scope=col] { min-width: 4.5rem; }
.pairs th[scope=row] { width: 38%; }
details { margin-top: 1rem; }
summary { width: fit-content; color: var(--soft); font-size: .875rem; cursor: pointer; }
details table { margin-top: .75rem; }
.notes { margin: 0; padding-left: 1.1rem; color: var(--soft); font-size: .875rem; }
.notes li + li { margin-top: .25rem; }
@media (max-width: 46rem) {
  main { padding: 1.25rem .75rem 2rem; }
  section { padding: 1rem; }
  .tiles { grid-template-columns: 1fr 1fr; gap: .6rem; margin-top: 1rem; }
  .tiles div { padding: .75rem .9rem; }
  .tiles dd { font-size: 1.4rem; }
  .pairs { grid-template-columns: 1fr; }
  .plot .minor { display: none; }
  table { font-size: .875rem; }
  th[scope=row] { width: 46%; }
}
@media print {
  body { background: none; }
  section, .tiles div { break-inside: avoid; }
}
"""
