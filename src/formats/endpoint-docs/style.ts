/** The colours are those of web/src/app/tokens.css: text ≥ 7:1, dim text and states ≥ 4.5:1. */
export const style = `
:root { color-scheme: light dark; --bg: #ffffff; --surface: #f7f8f8; --line: #dfe3e4; --line-strong: #7d888c; --text: #14191b; --dim: #566165; --accent: #0b6e63; --on-accent: #ffffff; --fine: #1a7031; --failed: #b3261e; --failed-soft: #fbe7e5; --code: #f2f4f4;
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace; --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif; }
@media (prefers-color-scheme: dark) {
  :root { --bg: #101415; --surface: #161b1d; --line: #2a3235; --line-strong: #6d7a7f; --text: #e9eeef; --dim: #9eabaf; --accent: #4fc3b0; --on-accent: #06201c; --fine: #62c77a; --failed: #f28b82; --failed-soft: #3d1a17; --code: #1e2527; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--text); font: 14px/1.45 var(--sans); font-variant-numeric: tabular-nums; }
header, main { max-width: 1120px; margin: 0 auto; padding: 16px 24px; }
header { padding-bottom: 0; }
h1 { font-size: 20px; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 15px; margin: 0 0 10px; }
h3 { font-size: 13px; margin: 14px 0 6px; }
p { margin: 0 0 8px; max-width: 75ch; }
a { color: var(--accent); }
.dim { color: var(--dim); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
main { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 28px 36px; align-items: start; }
section { min-width: 0; }
.wide { grid-column: 1 / -1; }
.fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 200px), 1fr)); gap: 10px 14px; border: 0; margin: 0; padding: 0; min-width: 0; }
legend { padding: 0; margin: 12px 0 6px; font-weight: 600; font-size: 13px; }
.field { display: flex; flex-direction: column; gap: 3px; min-width: 0; }
label { font-weight: 600; font-size: 13px; overflow-wrap: anywhere; }
input, select, textarea { font: 13px/1.4 var(--mono); color: var(--text); background: var(--bg); border: 1px solid var(--line-strong); border-radius: 4px; padding: 6px 8px; width: 100%; min-height: 32px; }
textarea { min-height: 180px; resize: vertical; }
[aria-invalid='true'] { border-color: var(--failed); }
.hint { color: var(--dim); font-size: 12px; overflow-wrap: anywhere; }
.error { color: var(--failed); font-size: 12px; overflow-wrap: anywhere; }
.error:empty { display: none; }
.actions { display: flex; gap: 10px; align-items: center; margin-top: 14px; flex-wrap: wrap; }
button { font: 600 13px/1.4 var(--sans); padding: 6px 14px; min-height: 32px; border-radius: 4px; border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); cursor: pointer; }
button.quiet { background: none; border-color: var(--line-strong); color: var(--text); font-weight: 400; padding: 2px 10px; min-height: 26px; }
button[disabled] { opacity: 0.6; cursor: default; }
details { margin-top: 14px; }
summary { cursor: pointer; font-weight: 600; font-size: 13px; }
details > *:not(summary) { margin-top: 8px; }
pre { margin: 0; padding: 10px 12px; background: var(--code); border-radius: 4px; overflow: auto; max-height: 320px; font: 12px/1.5 var(--mono); }
code { font-family: var(--mono); font-size: 0.92em; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin-bottom: 12px; }
fieldset + fieldset { margin-top: 14px; }
table { border-collapse: collapse; width: 100%; min-width: 560px; font-size: 13px; }
td:first-child code { white-space: nowrap; }
th, td { text-align: left; padding: 5px 14px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--dim); font-size: 12px; white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 14px; margin: 0 0 10px; font-size: 13px; }
dt { color: var(--dim); }
dd { margin: 0; font-family: var(--mono); font-size: 12px; overflow-wrap: anywhere; }
#status { font-weight: 600; min-height: 20px; }
#status[data-state='fine'] { color: var(--fine); }
#status[data-state='failed'] { color: var(--failed); }
#problems:empty { display: none; }
#problems { margin: 0 0 10px; padding: 8px 12px 8px 26px; background: var(--failed-soft); border-radius: 4px; font-size: 13px; overflow-wrap: anywhere; }
.snippet { display: flex; justify-content: space-between; align-items: center; gap: 8px; }
[hidden] { display: none !important; }
@media (max-width: 820px) { main { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 500px) { header, main { padding-left: 16px; padding-right: 16px; } }
`;
