//! How the page looks: light and dark, wide and narrow, on paper.

/// The style sheet.
pub(crate) const STYLE: &str = "
:root{--ink:#1b1f24;--paper:#fff;--line:#d0d7de;--active:#1f6feb;--failed:#cf222e;--waiting:#8c959f;--fold:#8c959f33}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--paper:#0d1117;--line:#30363d;--active:#58a6ff;--failed:#ff7b72;--waiting:#7d8590;--fold:#7d859044}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.4 system-ui,sans-serif}
main{max-width:1200px;margin:0 auto;padding:1rem}
h1{font-size:1.3rem;overflow-wrap:anywhere}
h2{font-size:1rem}
.facts{display:flex;flex-wrap:wrap;gap:.3rem 1.5rem;margin:0 0 1rem}
.facts div{min-width:0}
dt{font-size:.8rem;opacity:.8}
dd{margin:0;overflow-wrap:anywhere}
.error{color:var(--failed);overflow-wrap:anywhere}
.status{font-size:.8rem}
[data-status=FAILED],[data-status=TIMED_OUT],[data-status=STOPPED]{color:var(--failed);font-weight:bold}
pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid var(--line);padding:.5rem;margin:.3rem 0}
table{border-collapse:collapse;width:100%}
caption{text-align:left;font-size:.85rem;padding:.3rem 0}
th,td{text-align:left;font-weight:normal;vertical-align:top;border-top:1px solid var(--line);padding:.2rem .4rem}
.timeline{table-layout:fixed}
.timeline th:nth-child(1){width:34%;overflow-wrap:anywhere}
.timeline th:nth-child(2){width:7.5rem}
.d1{padding-left:1.3rem!important}.d2{padding-left:2.2rem!important}.d3{padding-left:3.1rem!important}.d4{padding-left:4.0rem!important}.d5{padding-left:4.9rem!important}.d6{padding-left:5.8rem!important}.d7{padding-left:6.7rem!important}.d8{padding-left:7.6rem!important}.d9{padding-left:8.5rem!important}.d10{padding-left:9.4rem!important}.d11{padding-left:10.3rem!important}.d12{padding-left:11.2rem!important}
small{opacity:.75}
summary{font-size:.8rem;cursor:pointer}
.shades{position:absolute;width:0;height:0}
.axis{display:block;width:100%;height:1.5rem;overflow:hidden}
.lane{position:relative;height:1.5rem}
.lane svg{position:absolute;inset:0;width:100%;height:100%;overflow:hidden}
.axis text{font-size:.75rem;fill:var(--ink);text-anchor:middle}
.lane,.timeline thead th:nth-child(3){padding:0}
rect{y:.35rem;height:.8rem;rx:2px}
.fold{y:0;height:100%;rx:0;fill:var(--fold)}
.active{fill:var(--active)}
.failed{fill:var(--failed)}
.waiting{fill:var(--waiting);fill-opacity:.3;stroke:var(--waiting);stroke-dasharray:3 2}
.around{height:.35rem;fill:none;stroke:var(--ink);stroke-opacity:.6}
@media(max-width:640px){.timeline thead th:nth-child(-n+2){display:none}.timeline,.timeline thead,.timeline tbody,.timeline caption{display:block}.timeline tr{display:flex;flex-wrap:wrap;border-top:1px solid var(--line)}.timeline th,.timeline td{border:0}.timeline tbody th,.timeline th:nth-child(1){flex:1 1 60%;width:auto;min-width:0}.timeline td.status{flex:0 0 auto}.lane,.timeline thead th:nth-child(3){flex:1 0 100%;width:100%}}
@media print{*{print-color-adjust:exact;-webkit-print-color-adjust:exact}tr{break-inside:avoid}}
";
