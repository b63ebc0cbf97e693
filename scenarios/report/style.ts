/** How a report looks: light and dark, on a page and on paper. Six colours are six terms in turn. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1d2330; --paper: #fbfbf9; --line: #d5d8df; --soft: #667085;
  --good: #18794e; --bad: #b42318; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9f0; --paper: #14171f; --line: #333a49; --soft: #98a2b3;
  --good: #4cc38a; --bad: #ff8b80; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 62rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; } h3 { margin-top: 2rem; }
h3 span { font-size: .8rem; font-weight: 600; margin-left: .5rem; }
figure { margin: 1rem 0; overflow-x: auto; } figcaption { color: var(--soft); font-size: .85rem; }
blockquote { margin: .5rem 0; padding-left: .8rem; border-left: 3px solid var(--line); color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-size: .88rem; table-layout: fixed; overflow-wrap: anywhere; }
th:nth-child(1) { width: 34%; } th:nth-child(2) { width: 11%; } th:nth-child(n+4) { width: 9%; }
th, td { text-align: start; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th.number, td.number { text-align: end; white-space: nowrap; font-variant-numeric: tabular-nums; }
tr.skipped, tr.unreached { color: var(--soft); } tr.failed { color: var(--bad); font-weight: 600; }
pre { font-size: .8rem; overflow-x: auto; } .sum { overflow-wrap: anywhere; } .good { color: var(--good); } .bad { color: var(--bad); }
.timeline { width: 100%; min-width: 40rem; } .timeline text { fill: var(--ink); font: 12px system-ui, sans-serif; }
.timeline .name { font-weight: 600; } .timeline .number, .timeline .tick { fill: var(--soft); font-size: 10px; }
.timeline .tick { text-anchor: middle; } .timeline .step { stroke: var(--line); stroke-dasharray: 2 3; }
.timeline .down, .timeline .starting { stroke: var(--soft); stroke-width: 2; stroke-dasharray: 1 5; stroke-linecap: round; }
.timeline .paused { stroke: var(--soft); stroke-width: 4; stroke-dasharray: 6 4; }
.timeline .mark { text-anchor: middle; font-size: 13px; } .timeline .kill, .timeline .wrong { fill: var(--bad); font-weight: 700; }
.timeline .start, .timeline .write, .timeline .read { fill: var(--good); } .timeline .on { fill: #fff; font-size: 11px; font-weight: 600; }
.t0 { fill: #7c8798; } .t1 { fill: #3867d6; } .t2 { fill: #b3530e; } .t3 { fill: #0f7b6c; } .t4 { fill: #8e44ad; } .t5 { fill: #b0355d; }
`;
