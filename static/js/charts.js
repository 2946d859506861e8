/* Charts. Each is drawn from the table in its own figure, so without JavaScript the table is the chart, and each mark
   leads where its row leads. Colours are the tokens of the stylesheet. No inline style: tooltips are rich text. */
(function () {
  "use strict";
  if (!window.echarts) return;
  const css = getComputedStyle(document.documentElement);
  const c = (name) => css.getPropertyValue("--rv-" + name).trim();
  const font = getComputedStyle(document.body).fontFamily;
  const text = { color: c("text-2"), fontFamily: font, fontSize: 12 };
  const axis = {
    axisLine: { lineStyle: { color: c("line-2") } }, axisTick: { show: false }, axisLabel: text,
    splitLine: { lineStyle: { color: c("line") } }, nameTextStyle: text,
  };
  const label = (more) => ({ show: true, fontFamily: font, fontSize: 12, color: c("text"), textBorderColor: c("canvas"), textBorderWidth: 3, ...more });
  const said = (value) => (value === null || value === undefined || Number.isNaN(value) ? "–" : Number(value).toLocaleString("en-US", { maximumFractionDigits: 1 }).replace("-", "−"));

  const read = (figure) => ({
    heads: [...figure.querySelectorAll("thead th")].map((th) => th.textContent.trim()),
    rows: [...figure.querySelectorAll("tbody tr")].map((tr) => ({
      label: tr.querySelector("th").textContent.trim(),
      url: tr.querySelector("th a")?.href || "",
      urls: [...tr.querySelectorAll("td")].map((td) => td.querySelector("a")?.href || ""),
      few: tr.classList.contains("few"),
      tone: tr.dataset.tone || "",
      values: [...tr.querySelectorAll("td")].map((td) => (td.dataset.value === "" ? null : Number(td.dataset.value))),
    })),
    unit: figure.dataset.unit || "",
  });

  const colours = [c("c-main"), c("text-3"), c("c-good")];
  const dashes = ["solid", "dashed", "dotted"];
  const fill = (row, at) => (row.few ? c("c-soft") : row.tone === "bad" ? c("c-bad") : [c("c-main"), c("c-base"), c("c-good")][at % 3]);
  const top = (unit) => ({ name: unit, nameLocation: "end", nameGap: 10, nameTextStyle: { ...text, align: "left", padding: [0, 0, 0, -20] } });

  const lines = (data, count) => {
    const last = data.rows[data.rows.length - 1];
    // Names at the ends keep apart in the order of their last values, also where these are equal.
    const apart = (at) => {
      const mine = last.values[at] ?? -Infinity;
      const above = last.values.slice(0, count).filter((value, other) => (value ?? -Infinity) > mine || ((value ?? -Infinity) === mine && other < at)).length;
      return (above - (count - 1) / 2) * 14;
    };
    return data.heads.slice(1, 1 + count).map((name, at) => ({
      type: "line", name, symbol: "circle", symbolSize: 6, connectNulls: false,
      data: data.rows.map((row) => ({ value: row.values[at], symbol: row.few ? "emptyCircle" : "circle" })),
      itemStyle: { color: colours[at % 3] }, lineStyle: { color: colours[at % 3], width: 2, type: dashes[at % 3] },
      endLabel: label({ formatter: "{a}", color: colours[at % 3], fontWeight: 600,
        offset: [4, apart(at)] }),
    }));
  };

  const legend = { top: 0, right: 0, icon: "circle", itemWidth: 8, itemHeight: 8, textStyle: text, selectedMode: false };

  const kinds = {
    // On a telephone the names stand above: at the ends they would take half of the width.
    line: (data, narrow) => ({
      ...(narrow && data.heads.length > 2 ? { legend } : {}),
      grid: { left: 4, right: narrow ? 20 : 12 + 8 * Math.max(...data.heads.slice(1).map((h) => [...h].reduce((w, s) => w + (s > "\u2e80" ? 1.6 : 0.85), 0))), top: 28, bottom: 4, containLabel: true },
      xAxis: { type: "category", data: data.rows.map((row) => row.label), boundaryGap: false, ...axis },
      yAxis: { type: "value", min: 0, minInterval: 1, ...axis, ...top(data.unit) },
      series: lines(data, data.heads.length - 1).map((series) => (narrow ? { ...series, endLabel: { show: false } } : series)),
    }),
    band: (data) => ({
      grid: { left: 4, right: 64, top: 28, bottom: 4, containLabel: true },
      xAxis: { type: "category", data: data.rows.map((row) => row.label), boundaryGap: false, ...axis },
      yAxis: { type: "value", scale: true, ...axis, ...top(data.unit) },
      series: [
        { type: "line", stack: "band", silent: true, symbol: "none", lineStyle: { opacity: 0 }, data: data.rows.map((row) => row.values[1]), tooltip: { show: false } },
        { type: "line", stack: "band", silent: true, symbol: "none", lineStyle: { opacity: 0 }, areaStyle: { color: c("c-band") }, data: data.rows.map((row) => (row.values[2] === null ? null : row.values[2] - row.values[1])), tooltip: { show: false } },
        ...lines(data, 1),
      ],
    }),
    bars: (data) => {
      const rows = [...data.rows].reverse();
      return {
        rows,
        grid: { left: 4, right: 56, top: 8, bottom: 4, containLabel: true },
        xAxis: { type: "value", show: false },
        yAxis: { type: "category", data: rows.map((row) => row.label), ...axis, axisLine: { show: false }, axisLabel: { ...text, color: c("text"), fontSize: 13, width: 160, overflow: "truncate" } },
        series: [{ type: "bar", barMaxWidth: 20, data: rows.map((row) => ({ value: row.values[0], itemStyle: { color: fill(row, 0), borderRadius: [0, 2, 2, 0] } })), label: label({ position: "right", formatter: (p) => said(p.value), fontWeight: 600 }) }],
      };
    },
    columns: (data) => ({
      grid: { left: 4, right: 8, top: 32, bottom: 4, containLabel: true },
      xAxis: { type: "category", data: data.rows.map((row) => row.label), ...axis },
      yAxis: { type: "value", min: 0, minInterval: 1, ...axis, ...top(data.unit) },
      series: data.heads.slice(1).map((name, at) => ({
        type: "bar", name, barMaxWidth: 24, barGap: "10%", itemStyle: { color: fill({}, at) },
        data: data.rows.map((row) => ({ value: row.values[at], itemStyle: { color: fill(row, at), borderRadius: [2, 2, 0, 0] } })),
      })),
      ...(data.heads.length > 2 ? { legend } : {}),
    }),
  };

  const draw = (figure) => {
    const place = figure.querySelector(".rv-plot");
    const data = read(figure);
    if (!place || !kinds[figure.dataset.chart] || !data.rows.length || data.rows.every((row) => row.values.every((v) => !v))) return;
    place.hidden = false;
    const table = figure.querySelector("details");
    if (table) table.open = false;
    const { rows = data.rows, ...option } = kinds[figure.dataset.chart](data, place.clientWidth < 480);
    const chart = echarts.init(place, null, { renderer: "svg" });
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", figure.querySelector("figcaption").firstChild.textContent.trim());
    chart.setOption({
      animation: false, textStyle: text,
      tooltip: {
        trigger: "axis", renderMode: "richText", confine: true, axisPointer: { type: figure.dataset.chart === "bars" || figure.dataset.chart === "columns" ? "none" : "line", lineStyle: { color: c("line-2") } },
        backgroundColor: c("raised"), borderColor: c("line-2"), textStyle: { ...text, color: c("text") },
        formatter: (points) => {
          const row = rows[points[0].dataIndex];
          return [row.label, ...row.values.map((value, at) => `${data.heads[at + 1]}: ${said(value)}`)].join("\n");
        },
      },
      ...option,
    });
    chart.on("click", (point) => { const row = rows[point.dataIndex]; const url = row?.urls[point.seriesIndex] || row?.url; if (url) location.href = url; });
    new ResizeObserver(() => chart.resize()).observe(place);
  };
  document.querySelectorAll("figure[data-chart]").forEach(draw);
})();
