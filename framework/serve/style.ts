// What the pages of the server look like beyond the report's own style.

export const SERVE_STYLE = `
.top{padding:4px 0 8px;font-weight:600}.top a{color:var(--ink);text-decoration:none}.top a:hover{text-decoration:underline}
.filters{display:flex;flex-wrap:wrap;gap:6px 12px;align-items:end;margin:10px 0}
.filters label{display:grid;gap:2px;font-size:13px;color:var(--faint)}
input,select{font:inherit;font-size:14px;padding:4px 6px;height:32px;border:1px solid var(--line);border-radius:6px;background:var(--page);color:var(--ink);max-width:22em}
input[type=checkbox]{width:18px;height:18px;margin:1px;padding:0;accent-color:var(--link)}
.bar{display:flex;flex-wrap:wrap;gap:6px 16px;align-items:center;font-size:14px;margin:6px 0}
.bar .pages{margin-left:auto;display:flex;gap:10px}
.bar .here{font-weight:700}
.runs td,.runs th{white-space:nowrap;min-width:0}.runs .long{white-space:normal;display:inline-block;min-width:11em;max-width:26em}
figure+h3{margin-top:0}
.runs tbody tr:hover{background:var(--card)}
.tally{list-style:none;display:flex;flex-wrap:wrap;gap:4px 14px;padding:0;margin:6px 0}
.change{font-weight:600;white-space:nowrap}
.diff{padding:6px 0}.diff span{display:block;padding:0 10px;min-height:1.4em}
.diff .added{background:var(--good-soft)}.diff .gone{background:var(--bad-soft)}.diff .skipped{color:var(--faint)}
a.button{display:inline-block;padding:5px 12px;border:1px solid var(--line);border-radius:6px;background:var(--card);color:var(--ink);text-decoration:none;font-size:14px}
a.button.main{background:var(--link);color:var(--page);border-color:var(--link)}
.actions{display:flex;flex-wrap:wrap;gap:8px;margin:12px 0}
.columns{display:grid;grid-template-columns:minmax(0,1fr);gap:0 28px}
@media (min-width:1000px){.columns{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}}
progress{width:100%;height:14px;accent-color:var(--link)}
.live ol,.live ul{padding-left:0;list-style:none;font-size:14px}
.live li{padding:2px 0 2px 8px;border-left:4px solid var(--line);margin:3px 0;overflow-wrap:anywhere}
.live #faults-now li{border-color:var(--fault)}.live li.bad{border-color:var(--bad)}.live li.info{border-color:var(--info)}.live li.fail{border-color:var(--fail)}
svg .line{fill:none;stroke-width:2}svg .a{stroke:var(--ok)}svg .b{stroke:var(--fail);stroke-dasharray:6 3}svg .dot{stroke:none}svg .dot.a{fill:var(--ok)}svg .dot.b{fill:var(--fail)}
svg .v{stroke-width:1.5}svg .v.good{fill:var(--good-soft);stroke:var(--good)}svg .v.bad{fill:var(--bad);stroke:var(--bad)}svg .v.doubt{fill:var(--doubt-soft);stroke:var(--doubt)}svg .v.expected{fill:var(--expected-soft);stroke:var(--expected)}
svg .v-sign{text-anchor:middle;font-weight:700}svg .v-sign.good{fill:var(--good)}svg .v-sign.bad{fill:var(--page)}svg .v-sign.doubt{fill:var(--doubt)}svg .v-sign.expected{fill:var(--expected)}
.swatch-a,.swatch-b{display:inline-block;width:22px;border-top:3px solid var(--ok);vertical-align:4px;margin-right:4px}.swatch-b{border-top:3px dashed var(--fail)}
.swatch-info{display:inline-block;width:22px;border-top:3px solid var(--info);vertical-align:4px;margin-right:4px}
#rate-ok{fill:none;stroke:var(--ok);stroke-width:2}#rate-fail{fill:none;stroke:var(--fail);stroke-width:2;stroke-dasharray:6 3}#rate-info{fill:none;stroke:var(--info);stroke-width:2;stroke-dasharray:2 2}
@media print{.top,.filters,.actions,.bar,input{display:none}}
`;
