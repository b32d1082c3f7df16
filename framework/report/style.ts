// The page's look: light, dark and on paper; outcomes differ in colour and in shape or pattern, for eyes of every kind.

const COLOURS_LIGHT = `--page:#ffffff;--card:#f6f8fa;--line:#d0d7de;--ink:#1f2328;--faint:#59636e;--link:#0550ae;
--good:#116329;--good-soft:#dafbe1;--bad:#a40e26;--bad-soft:#ffebe9;--doubt:#7d4e00;--doubt-soft:#fff8c5;--expected:#0550ae;--expected-soft:#ddf4ff;
--ok:#0072b2;--ok-ink:#ffffff;--fail:#d55e00;--fail-text:#a84400;--fail-soft:#fbe3d2;--info:#aa4499;--info-soft:#f3dcef;
--fault:#e0c878;--fault-ink:#3d2f00;--band:#e0c87838;--leader:#5b3fa8;--proof:#a40e26;--grid:#d8dee4`;

const COLOURS_DARK = `--page:#0d1117;--card:#161b22;--line:#3d444d;--ink:#e6edf3;--faint:#9198a1;--link:#79c0ff;
--good:#56d364;--good-soft:#12261e;--bad:#ff8182;--bad-soft:#33161a;--doubt:#e3b341;--doubt-soft:#2d2508;--expected:#79c0ff;--expected-soft:#10243c;
--ok:#56b4e9;--ok-ink:#05263b;--fail:#ff9d5c;--fail-text:#ff9d5c;--fail-soft:#4a2a12;--info:#dd8fd0;--info-soft:#432a3f;
--fault:#8a7328;--fault-ink:#fff6d6;--band:#8a732838;--leader:#b9a4ff;--proof:#ff8182;--grid:#2b3139`;

export const STYLE = `:root{color-scheme:light dark;${COLOURS_LIGHT}}
@media (prefers-color-scheme:dark){:root{${COLOURS_DARK}}}
.paper{${COLOURS_LIGHT}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1420px;padding:12px 24px 48px;background:var(--page);color:var(--ink);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif}
h1{font-size:21px;line-height:1.3;margin:0}
h2{font-size:19px;margin:28px 0 8px;padding-top:8px}
h3{font-size:15px;margin:14px 0 4px}
p{margin:6px 0}
a{color:var(--link)}
code,pre{font:13px/1.4 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
h1,h2,summary,p,td,th,li,dt,dd,pre,code,bdi{overflow-wrap:anywhere;unicode-bidi:isolate}th,td{min-width:4.5em}thead th{overflow-wrap:normal}
pre{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:8px 10px;margin:6px 0;overflow:auto;white-space:pre-wrap;max-height:30em}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--page);padding:6px}
.verdict{display:flex;gap:18px;align-items:center;border:1px solid var(--tone);border-left-width:8px;border-radius:8px;background:var(--soft);padding:10px 16px;margin-top:4px}
.verdict .stamp{margin:0;color:var(--tone);font-size:21px;white-space:nowrap;line-height:1}
.verdict .symbol{font-size:26px;vertical-align:-2px}
.verdict .plan{color:var(--faint);margin:2px 0 0}
.good{--tone:var(--good);--soft:var(--good-soft)}.bad{--tone:var(--bad);--soft:var(--bad-soft)}.doubt{--tone:var(--doubt);--soft:var(--doubt-soft)}.expected{--tone:var(--expected);--soft:var(--expected-soft)}
.tone{color:var(--tone);font-weight:600;white-space:nowrap}
.chip{border:1px solid var(--line);border-radius:10px;padding:0 8px;background:var(--page)}
nav{display:flex;flex-wrap:wrap;gap:4px 16px;font-size:13px;margin:8px 0 0}
.first{display:grid;grid-template-columns:minmax(0,1fr);gap:0 28px}
@media (min-width:1100px){.first{grid-template-columns:minmax(0,1fr) 400px}}
.first h2{margin-top:8px;padding-top:4px}
.side section+section{border-top:1px solid var(--line);margin-top:10px}
.side h2{font-size:16px;margin:6px 0 2px}
.message{font-size:16px}
.message.long{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:5;overflow:hidden}.message.long:has(+.toggle .more:checked){display:block}
.guilty{font-size:15px;border-left:4px solid var(--fault);padding-left:8px}.meaning{border-left:3px solid var(--line);padding-left:8px}
.steps-said{list-style:none;padding:0;margin:8px 0;font-size:15px}.steps-said li{margin:4px 0;padding:1px 4px}.steps-said.plain{list-style:decimal;padding-left:24px}
.letter{display:inline-block;width:19px;border-radius:10px;background:var(--faint);color:var(--page);text-align:center;font-size:12px;font-weight:700;line-height:19px}.letter.result{background:var(--proof)}
.name{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;color:var(--bad)}
.faint{color:var(--faint)}.note,figcaption{color:var(--faint);font-size:13px;margin:4px 0}
.notice{color:var(--doubt)}.notices{border-left:4px solid var(--doubt);background:var(--doubt-soft);padding:6px 12px;margin:8px 0}
ul{margin:4px 0;padding-left:20px}.faults{list-style:none;padding:0}.faults li{border-left:4px solid var(--fault);padding-left:8px;margin:5px 0;font-size:14px;line-height:1.35}
.inline{list-style:none;padding:0;display:flex;gap:8px;flex-wrap:wrap}
.command{display:flex;gap:8px;align-items:flex-start}.command pre{flex:1;margin:4px 0}
button{font:inherit;font-size:13px;padding:5px 10px;border:1px solid var(--line);border-radius:6px;background:var(--card);color:var(--ink);cursor:pointer;margin-top:4px}
dl.facts{display:grid;grid-template-columns:fit-content(40%) minmax(0,1fr);gap:2px 14px;margin:4px 0;font-size:14px}
ul.records{list-style:none;padding:0;margin:0}dl.facts dt{color:var(--faint)}dl.facts dd{margin:0}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px;margin:6px 0}
#operations caption,#checks caption,#anomaly caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
caption{text-align:left;color:var(--faint);font-size:13px;padding:2px 0}
th,td{text-align:left;padding:4px 10px;border-bottom:1px solid var(--line);vertical-align:top;font-variant-numeric:tabular-nums}
thead th{color:var(--faint);font-weight:600;font-size:13px}tbody th{font-weight:600}
.n{text-align:right;white-space:nowrap}
.outcome{font-weight:600}.outcome.ok{color:var(--ok)}.outcome.fail,.key-fail{color:var(--fail-text)}.outcome.info,.key-info{color:var(--info)}
span.badge{display:inline-block;min-width:20px;border-radius:10px;background:var(--ink);color:var(--page);text-align:center;font-size:12px;line-height:20px}
details{margin:6px 0}summary{cursor:pointer;color:var(--link)}
figure{margin:8px 0}figure svg{display:block;width:100%;min-width:680px;height:auto}
svg text{font-size:12px;fill:var(--ink);unicode-bidi:isolate;font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif}
svg .axis text,svg .faint,svg .lane.faint{fill:var(--faint)}
svg .grid{stroke:var(--grid);stroke-width:1;fill:none}svg .rule{stroke:var(--line);stroke-width:1}
svg .what{font-weight:600;font-size:13px}svg .witness text{paint-order:stroke;stroke:var(--page);stroke-width:3px;stroke-linejoin:round}svg .witness .badge-text{stroke:none}
svg .band{fill:var(--band)}svg .fault{fill:var(--fault)}svg .on-fault{fill:var(--fault-ink);font-size:11.5px}
svg .leader{stroke:var(--leader);stroke-width:2;stroke-dasharray:5 3;fill:none}svg .leader-name{fill:var(--leader);font-size:11.5px}
svg .op{stroke-width:1.2}
svg .op.ok{fill:var(--ok);stroke:var(--ok)}
svg .op.fail{fill:url(#hatch);stroke:var(--fail)}
svg .op.info{fill:url(#dots);stroke:var(--info);stroke-dasharray:4 2}
svg .proof{stroke:var(--proof)!important;stroke-width:3}
svg circle.badge{fill:var(--ink)}svg .badge-text{fill:var(--page);font-weight:700;pointer-events:none}
svg .order{stroke:var(--faint);stroke-width:1.5;fill:none;stroke-dasharray:3 3}svg .order-head{fill:var(--faint)}
svg .order-letter{fill:var(--faint)}svg .result{stroke:var(--proof);stroke-width:2;fill:none}svg .result-head,svg .result-letter{fill:var(--proof)}
svg .witness [role=button]{cursor:pointer;outline:none}svg .witness.here .op,svg .witness .op:focus-visible{stroke:var(--ink);stroke-width:3}.badge.here,.steps-said li.here{outline:2px solid var(--link)}
svg .cross{stroke:var(--bad);stroke-width:2.5;fill:none}
svg .h-line{stroke:var(--fail);stroke-width:2}svg .h-ground{fill:var(--fail-soft)}svg .d-ground{fill:var(--info-soft)}svg .d-dot{fill:var(--info)}
.legend{white-space:nowrap}.key{margin-right:8px}
.patterns{position:absolute;width:0;height:0}
.toggle{font-size:13px}
#tip{position:fixed;left:0;top:0;max-width:520px;white-space:pre-line;overflow-wrap:anywhere;background:var(--ink);color:var(--page);font-size:13px;padding:6px 10px;border-radius:6px;pointer-events:none;z-index:9;unicode-bidi:plaintext}
footer{color:var(--faint);font-size:13px;margin-top:28px;border-top:1px solid var(--line);padding-top:8px}
@media (max-width:700px){body{padding:8px 12px 32px}.verdict{display:block}.verdict .stamp{margin-bottom:6px}}
@media print{:root{${COLOURS_LIGHT}}body{max-width:none;padding:0;font-size:11px;print-color-adjust:exact;-webkit-print-color-adjust:exact}nav,button,.toggle,.skip{display:none}pre{max-height:none}.message.long{display:block}section,figure,tr{break-inside:avoid}section:has(table,pre){break-inside:auto}figure svg{min-width:0}.first{display:block}}
`;

/** Patterns that every picture of the page refers to; they take their colours from the style. */
export const PATTERNS = `<svg class="patterns" aria-hidden="true" focusable="false"><defs>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="h-ground" width="6" height="6"/><path class="h-line" d="M0 0V6"/></pattern>
<pattern id="dots" width="5" height="5" patternUnits="userSpaceOnUse"><rect class="d-ground" width="5" height="5"/><circle class="d-dot" cx="2.5" cy="2.5" r="1.3"/></pattern>
</defs></svg>
`;
