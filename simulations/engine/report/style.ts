/** The style sheet of the report: system fonts, light and dark by the reader's preference, black on white in print. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --ink: #24292f; --quiet: #5d6873; --rule: #d9dee3; --panel: #f5f7f9; --alert: #a33c00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14181c; --ink: #d8dce0; --quiet: #98a2ad; --rule: #30363d; --panel: #1c2228; --alert: #ff9e64;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1000px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { font-size: 1.75rem; line-height: 1.2; font-weight: 650; margin: 0 0 8px; text-wrap: balance; }
h2 { font-size: 1.2rem; line-height: 1.3; font-weight: 650; margin: 48px 0 4px; }
h2 code { margin-left: 6px; font-weight: 400; font-size: 0.875rem; color: var(--quiet); }
h3 { font-size: 1rem; font-weight: 600; margin: 20px 0 0; }
p { margin: 0 0 12px; max-width: 68ch; }
.quiet { color: var(--quiet); }
.alert { color: var(--alert); }
.facts { margin: 0 0 14px; padding: 0; list-style: none; color: var(--quiet); }
.facts li { display: inline; }
.facts li + li::before { content: " · "; }
.chart { min-height: 420px; margin: 8px -4px 0; }
.scroll { overflow-x: auto; margin-top: 8px; }
table { border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 14px 5px 0; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }
th, td { vertical-align: top; }
th { font-weight: 600; }
thead th { border-bottom: 1.5px solid var(--quiet); }
td + td, th + th { padding-left: 10px; }
.left { text-align: left; }
td small, th small { display: block; font-size: 0.8125rem; font-weight: 400; color: var(--quiet); }
code, pre { font: 0.875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
pre { background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; padding: 12px 14px; margin: 8px 0; overflow-x: auto; }
summary { cursor: pointer; color: var(--quiet); font-size: 0.9375rem; }
details { margin-top: 4px; }
.swatch { display: inline-block; width: 22px; margin-right: 8px; vertical-align: middle; border-top: 3px solid; }
@media print {
  :root { --page: #ffffff; --ink: #000000; --quiet: #444444; --rule: #bbbbbb; --panel: #ffffff; --alert: #7a2d00; }
  main { max-width: none; padding: 0; }
  h2, h2 code { margin-left: 6px; font-weight: 400; font-size: 0.875rem; color: var(--quiet); }
h3 { break-after: avoid; }
  .chart, tr { break-inside: avoid; }
  .modebar { display: none !important; }
}
`;
