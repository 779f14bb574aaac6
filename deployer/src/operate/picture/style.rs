//! How the page looks: light and dark, wide and narrow, on paper.

/// The style sheet.
pub(crate) const STYLE: &str = "
:root{--ink:#1b1f24;--paper:#fff;--line:#d0d7de;--active:#1f6feb;--elsewhere:#8250df;--failed:#cf222e;--waiting:#6e7781;--good:#1a7f37;--fold:#8c959f33}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--paper:#0d1117;--line:#30363d;--active:#58a6ff;--elsewhere:#a371f7;--failed:#ff7b72;--waiting:#8d96a0;--good:#3fb950;--fold:#7d859044}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.4 system-ui,sans-serif}
main{max-width:1200px;margin:0 auto;padding:1rem}
h1{font-size:1.3rem;overflow-wrap:anywhere;margin:.3rem 0 .6rem}
h2{font-size:1.05rem;margin:1rem 0 .3rem}
.facts{display:flex;flex-wrap:wrap;gap:.3rem 1.5rem;margin:0 0 1rem}
.facts div{min-width:0}
dt{font-size:.8rem;opacity:.8}
dd{margin:0;overflow-wrap:anywhere}
.error{color:var(--failed);overflow-wrap:anywhere}
.status{font-size:.8rem}
[data-status=FAILED],[data-status=TIMED_OUT],[data-status=STOPPED]{color:var(--failed);font-weight:bold}
pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid var(--line);padding:.5rem;margin:.3rem 0}
table{border-collapse:collapse;width:100%}
.timeline{table-layout:fixed}
caption{text-align:left;font-size:.85rem;padding:.3rem 0}
th,td{text-align:left;font-weight:normal;vertical-align:top;border-top:1px solid var(--line);padding:.2rem .4rem}
.timeline th:nth-child(1){width:34%;overflow-wrap:anywhere}
.timeline th:nth-child(2){width:7.5rem}
.timeline tbody th{padding-left:calc(.4rem + var(--depth)*.9rem)}
small{opacity:.75}
summary{font-size:.8rem;cursor:pointer}
.timeline tbody th details:not([open]){display:inline-block;margin-left:.4rem}
.lane,.axis{position:relative;background:var(--folds)}
.axis{height:2.4rem}
.axis span{position:absolute;bottom:0;text-align:center;font-size:.75rem;white-space:nowrap;overflow:hidden}
.axis b{position:absolute;top:0;height:1.2rem;padding:0 .2rem;border-left:1px solid var(--waiting);font-weight:normal;font-size:.75rem;white-space:nowrap}
.axis b[data-last]{border-left:0;border-right:1px solid var(--waiting);transform:translateX(-100%)}
.lane{height:1.7rem}
.lane,.timeline thead th:nth-child(3){padding-left:0;padding-right:0}
.lane i{position:absolute;top:.35rem;height:.9rem;min-width:3px;border-radius:2px}
.active{background:var(--active)}
.elsewhere{background:color-mix(in srgb,var(--elsewhere) 30%,transparent);border:2px solid var(--elsewhere)}
.failed{background:repeating-linear-gradient(90deg,var(--failed) 0 3px,var(--paper) 3px 4px)}
.waiting{background:repeating-linear-gradient(45deg,var(--waiting) 0 3px,transparent 3px 6px);border:1px solid var(--waiting)}
.open{border:1px dashed var(--ink);border-right:0}
.answered,.refused,.late{background:repeating-linear-gradient(45deg,var(--waiting) 0 3px,transparent 3px 6px);border:1px solid var(--waiting);border-right:3px solid var(--good)}
.refused,.late{border-right-color:var(--failed)}
[data-end]::after{content:attr(data-end);position:absolute;right:1px;top:0;padding:0 2px;border-radius:2px;background:var(--paper);font:bold .75rem/.8rem system-ui,sans-serif}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:0;padding:0;font-size:.85rem}
.legend li{display:flex;align-items:center;gap:.4rem}
.legend i{position:relative;width:2rem;height:.9rem;border-radius:2px}
.legend .fold{background:var(--fold)}
.inner>td{padding:.2rem 0 .6rem calc(.4rem + 1rem)}
.inner>td>details{border-left:3px solid var(--line);padding-left:.6rem}
.around{border:1px solid var(--ink);border-width:1px 1px 0;opacity:.6;height:.4rem!important}
@media(max-width:640px){.timeline thead th:nth-child(-n+2){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.inner>td{flex:1 0 100%;min-width:0}.timeline,.timeline thead,.timeline tbody,.timeline caption{display:block}.timeline tr{display:flex;flex-wrap:wrap;border-top:1px solid var(--line)}.timeline th,.timeline td{border:0}.timeline tbody th,.timeline th:nth-child(1){flex:1 1 60%;width:auto;min-width:0}.timeline td.status{flex:0 0 auto}.lane,.timeline thead th:nth-child(3){flex:1 0 100%;width:100%}}
@media print{*{print-color-adjust:exact;-webkit-print-color-adjust:exact}tr{break-inside:avoid}:root{--ink:#1b1f24;--paper:#fff;--line:#d0d7de;--active:#1f6feb;--elsewhere:#8250df;--failed:#cf222e;--waiting:#6e7781;--good:#1a7f37;--fold:#8c959f33}html,body{font-size:11px}main{padding:0}details:not([open]),tbody th details:not([open]){display:none}h2,caption{break-after:avoid}}
";
