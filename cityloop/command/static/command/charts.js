// Charts of the leaders' pages: ECharts draws what the page holds as data. Under our policy nothing may set a style attribute: SVG, tooltips as rich text.
const script = document.getElementById("charts-script");
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const wall = document.body.classList.contains("wall");
const drawn = [];

function option(data, rem, size) {
  const text = { color: token("ink-2"), fontFamily: token("font"), fontSize: rem * (wall ? 1 : 0.75) };
  const lying = data.kind === "bars";
  const names = { type: "category", data: data.labels, inverse: lying, axisTick: { show: false }, axisLine: { lineStyle: { color: token("line") } }, axisLabel: { ...text, ...(lying ? { width: Math.min(rem * 9, size / 3), overflow: "truncate" } : { hideOverlap: true }) } };
  const counts = { type: "value", minInterval: 1, splitNumber: 4, axisLabel: text, splitLine: { lineStyle: { color: token("line") } } };
  const shares = { type: "value", min: 0, max: 100, interval: 25, axisLabel: { ...text, formatter: "{value} %" }, splitLine: { show: false } };
  const percent = data.series.some((one) => one.percent);
  return {
    animation: !calm, animationDuration: 400,
    aria: { enabled: true, label: { description: data.title }, decal: { show: true } },
    textStyle: { fontFamily: token("font") },
    grid: { left: rem / 2, right: lying ? rem * 1.5 : rem / 2, top: rem * 2.25, bottom: rem / 4, containLabel: true },
    legend: { top: 0, left: 0, textStyle: text, itemWidth: rem, itemHeight: rem * 0.625, itemGap: rem },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, backgroundColor: token("surface"), borderColor: token("line-strong"), textStyle: { ...text, color: token("ink") }, axisPointer: { type: "shadow", shadowStyle: { color: token("ink"), opacity: 0.06 } } },
    xAxis: lying ? counts : names,
    yAxis: lying ? names : percent ? [counts, shares] : counts,
    series: data.series.map((one) => ({
      name: one.name, type: one.kind, data: one.data, color: token(one.tone), barMaxWidth: rem * 1.25, connectNulls: true,
      ...(one.kind === "line" ? { yAxisIndex: one.percent ? 1 : 0, symbol: "circle", symbolSize: rem * 0.375, lineStyle: { width: rem / 6 }, tooltip: { valueFormatter: (n) => (n == null ? "–" : `${n} %`) } } : { itemStyle: { borderRadius: lying ? [0, 3, 3, 0] : [3, 3, 0, 0] } }),
    })),
  };
}

function draw({ chart, box, data }) {
  chart.resize();
  chart.setOption(option(data, parseFloat(getComputedStyle(document.documentElement).fontSize), box.clientWidth), true);
}

async function start() {
  const library = await import(script.dataset.library);
  for (const box of document.querySelectorAll("[data-chart]")) {
    const data = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    const one = { chart: library.init(box, null, { renderer: "svg" }), box, data };
    drawn.push(one);
    draw(one);
    box.dataset.ready = "1";
  }
  let timer = 0;
  new ResizeObserver(() => { clearTimeout(timer); timer = setTimeout(() => drawn.forEach(draw), 100); }).observe(document.body);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.forEach(draw));
}

// Without the library the table behind each chart is open.
start().catch((error) => {
  console.warn(error.message);
  for (const box of document.querySelectorAll("[data-chart]")) box.hidden = true;
  for (const table of document.querySelectorAll(".chart-table")) table.open = true;
});
