/** The style sheet of the page, for light, dark and paper; it fetches nothing. */

/** Colours of the sides on light and on dark paper. */
const COLOURS = {
  light: ["#0063a6", "#b0480a", "#1a7340", "#7b3fa0", "#a1155f", "#00686f", "#6b5b00", "#4a5568"],
  dark: ["#5cb3f2", "#f2a45c", "#63c48f", "#cf9bea", "#ff8fc4", "#4fd0d8", "#d6c64a", "#b8c2cc"],
} as const;
const DASHES = ["none", "6 3", "2 3", "9 3 2 3", "12 4", "5 2 1 2 1 2", "1 2", "8 2 8 5"] as const;

function colours(theme: keyof typeof COLOURS): string {
  return COLOURS[theme].map((colour, index) => `--c${index}:${colour}`).join(";");
}

const SIDE_STYLES = DASHES.map((dash, index) =>
  `.c${index}{--side:var(--c${index})}.d${index}{--dash:${dash}}`
)
  .join("");

export const STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--link:#0057a0;--soft:#57606a;--line:#d5dae0;--grid:#e6e9ed;--paper:#fff;--card:#f6f7f9;
${colours("light")};--band:#dcefe4;--bandline:#3c8259;
--same:#14693f;--little:#33687f;--diff:#b3261e;--open:#8a5a00;--none:#57606a;--confused:#7a3e9d;
--f0:#dbe6f2;--f1:#cbdbec;--p0:#9cc3e6;--p1:#f3c98b;--p2:#a8d5b5;--p3:#d9b8e0;--p4:#e6dc8f;--p5:#c9ced6;--on:#14181d}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e6e9ed;--link:#7cc0f5;--soft:#a3adb8;--line:#3a424c;--grid:#2b323a;--paper:#14181d;--card:#1d232a;
${colours("dark")};--band:#1e3a2b;--bandline:#63b588;
--same:#63c48f;--little:#7fb9d3;--diff:#ff8a80;--open:#e5b454;--none:#a3adb8;--confused:#cf9bea;
--f0:#26384b;--f1:#2e4560}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI","DejaVu Sans",sans-serif}
main{max-width:1280px;margin:0 auto;padding:1.2rem 1.1rem 3rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .6rem}
h2{font-size:1.25rem;margin:2.4rem 0 .4rem;padding-top:.7rem;border-top:2px solid var(--line)}
h3{font-size:1rem;margin:1.4rem 0 .3rem}
p{margin:.35rem 0;max-width:75ch}section>h2{scroll-margin-top:.5rem}header+nav+section>h2,.pair-of-files+section>h2{border:0;padding:0;margin-top:1rem}
h1,h2,h3,p,li,td,th,caption,figcaption,code{overflow-wrap:anywhere}
.soft,.note,.empty{color:var(--soft)}
.note{font-size:.8rem;line-height:1.4}
.sides{list-style:none;padding:0;margin:0 0 1rem;display:grid;gap:.15rem}
${SIDE_STYLES}
.key{display:inline-block;vertical-align:middle;margin-right:.4rem}.key .line{stroke-width:3}
.side{font-weight:700;color:var(--side)}
nav{font-size:.88rem;margin:0 0 1rem}nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;padding:0;margin:.2rem 0}nav p{font-weight:600;margin:.5rem 0 0}
a{color:var(--link)}
.answers{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:.9rem}
.answer{background:var(--card);border:1px solid var(--line);border-left:6px solid var(--none);border-radius:6px;padding:.7rem .9rem .5rem}
.answer h2,.answer h3{border:0;padding:0;margin:0;font-size:.95rem;font-weight:600;color:var(--soft)}
.answer .says{font-size:1.35rem;font-weight:700;line-height:1.25;margin:.1rem 0 .35rem}
.answer.main{grid-column:1/-1}.answer.main .says{font-size:1.8rem}
.answer .facts{font-size:.85rem;color:var(--soft)}
.badge{display:inline-flex;align-items:center;gap:.4rem;font-weight:700;font-size:.85rem;letter-spacing:.02em}
.badge svg{flex:none}.badge circle,.badge rect,.badge .body{fill:currentColor}.badge .open{fill:none;stroke:currentColor;stroke-width:2;stroke-dasharray:4 3}
.badge path{fill:none;stroke:var(--paper);stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}.badge .body{stroke:none}.badge .stroke{stroke:currentColor}
.EQUIVALENT{color:var(--same);border-left-color:var(--same)}.DIFFERENT-WITHIN-MARGIN{color:var(--little);border-left-color:var(--little)}
.DIFFERENT{color:var(--diff);border-left-color:var(--diff)}.INCONCLUSIVE{color:var(--open);border-left-color:var(--open)}
.NO-DATA{color:var(--none);border-left-color:var(--none)}.CONFOUNDED{color:var(--confused);border-left-color:var(--confused)}
.answer{color:var(--ink)}
.notes{list-style:none;padding:0;margin:.3rem 0 .6rem}.notes strong{color:var(--soft)}
.warnings{padding-left:1.2rem}.warnings li::marker{content:"!  ";font-weight:700;color:var(--open)}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,17rem),1fr));gap:1rem 1.6rem}
.figures.two{grid-template-columns:repeat(auto-fill,minmax(min(100%,34rem),1fr))}
figure{margin:.4rem 0;min-width:0}figcaption{font-weight:600;font-size:.9rem;margin-bottom:.35rem}
svg{display:block;overflow:visible}svg svg{overflow:hidden}.area,.plot svg{overflow:visible}
svg text{font:11.5px system-ui,"Segoe UI","DejaVu Sans",sans-serif;fill:var(--soft)}
.plot.named{margin-top:1.5rem}svg text.name{font-weight:600}.plot.y-wide{margin-left:4.7rem;width:calc(100% - 5.6rem)}.plot.y-narrow{margin-left:2.9rem;width:calc(100% - 3.8rem)}
.grid line{stroke:var(--grid);stroke-width:1}
text.y{text-anchor:end}text.middle{text-anchor:middle}text.end{text-anchor:end}
text.mark{fill:var(--ink);font-weight:600;paint-order:stroke;stroke:var(--paper);stroke-width:4px}text.stage{fill:var(--ink)}
.area path,.area rect{vector-effect:non-scaling-stroke;fill:none}
.line{fill:none;stroke:var(--side);stroke-width:2;stroke-dasharray:var(--dash)}
.area .fill{fill:var(--side);fill-opacity:.18}
.tick{stroke:var(--side);stroke-width:2.5}.stroke{stroke:var(--side);stroke-width:1.2}
.base,.zero{stroke:var(--soft);stroke-width:1}
.dots{stroke:var(--side);stroke-width:4.5;stroke-linecap:round}
.bars{stroke:var(--side);stroke-width:1.6;opacity:.75}
.outlier{fill:var(--side);stroke:var(--paper);stroke-width:1}
.median{stroke:var(--ink);stroke-width:2}
.censored{stroke:var(--diff);stroke-width:2}.change{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:2 3}
.area .margin{fill:var(--band)}.margin-end{stroke:var(--bandline);stroke-width:1.5;stroke-dasharray:4 3}
.ci{stroke:var(--ink);stroke-width:1.3}.deciding{stroke:var(--ink);stroke-width:4.5}
.estimate{stroke:var(--ink);stroke-width:8;stroke-linecap:round}
.frame0,.frame1{stroke:var(--paper)}.frame0{fill:var(--f0)}.frame1{fill:var(--f1)}.icicle text{fill:var(--ink)}
.part{stroke:none}.bar{stroke:var(--soft);stroke-width:.8}.p0{fill:var(--p0)}.p1{fill:var(--p1)}.p2{fill:var(--p2)}.p3{fill:var(--p3)}.p4{fill:var(--p4)}.p5{fill:var(--p5)}svg text.on{fill:var(--on)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;margin:.3rem 0;font-size:.85rem}.legend .swatch{display:inline-block;vertical-align:-2px}
table{border-collapse:collapse;width:100%;margin:.6rem 0 1.2rem;font-size:.86rem;font-variant-numeric:tabular-nums}
caption::first-letter{text-transform:uppercase}caption{text-align:left;font-weight:600;font-size:.95rem;padding:.3rem 0}
th,td{text-align:left;vertical-align:top;padding:.28rem .7rem .28rem 0;border-bottom:1px solid var(--line)}
.number{text-align:right}thead th{color:var(--soft);font-weight:600}tbody th{font-weight:600}th{min-width:5.5em}tbody th{min-width:8em}
tr.note td{color:var(--soft);border-bottom:1px solid var(--line);padding-left:1rem}
.pair-of-files{font-size:1.5rem}.answer-in-short{font-weight:600}.pair>span{display:block}.pair>span,.value{overflow-wrap:normal}.wide{min-width:13rem}
.differs::after{content:" (differs)";color:var(--open);font-weight:600}
code,pre{font:.82rem/1.45 ui-monospace,"DejaVu Sans Mono",monospace}pre{overflow-x:auto;background:var(--card);padding:.8rem;border-radius:6px}
details{margin-top:2rem}summary{cursor:pointer;font-weight:600}.long{margin:.6rem 0}.long summary::first-letter{text-transform:uppercase}.long caption{position:absolute;clip-path:inset(50%)}
@media screen and (max-width:980px){main{padding:.8rem .8rem 2rem}
table,tbody,tr,th,td,caption{display:block}thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{padding:.35rem 0;border-bottom:1px solid var(--line)}th,td,tr.note td{border:0;padding:.1rem 0;min-width:0;text-align:left}
td[data-column]::before{content:attr(data-column);display:inline-block;width:8.5rem;color:var(--soft);vertical-align:top}
td[data-column=""]::before{content:none}td>.pair{display:inline-block}.wide{min-width:0}.answer.main .says{font-size:1.45rem}}
@media print{@page{margin:14mm}body{font-size:10.5pt}main{max-width:none;padding:0}.text,nav{display:none}.long::details-content{content-visibility:visible;block-size:auto}.long summary{list-style:none}
.answer,figure,tr,p,.warnings li{break-inside:avoid}h2,h2+p,h3,caption,figcaption,thead{break-after:avoid}table{font-size:8pt}th,td{padding-right:.5rem}th{min-width:6.6em}.answers{grid-template-columns:1fr 1fr 1fr;font-size:9pt;gap:.5rem}.answer .says{font-size:12pt}.answer.main .says{font-size:15pt}.answer .facts{font-size:8pt}.answer code{font-size:8pt}.answer svg text{font-size:6.5pt}.wide{min-width:9rem}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}.figures,.figures.two{grid-template-columns:1fr 1fr}}
`;
