/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A graph to look into: zoom, hover, ranges. The picture of the server stands there until this one is drawn. */
"use strict";
(() => {
  const figure = document.getElementById("graph");
  if (!figure || typeof uPlot === "undefined") return;
  const chart = figure.querySelector(".chart"), paper = figure.querySelector(".paper"), hint = figure.querySelector(".chart-hint");
  const language = document.documentElement.lang, theme = document.documentElement.dataset.theme;
  const screen = matchMedia("(prefers-color-scheme: dark)"), dark = () => theme === "dark" || (theme === "auto" && screen.matches);
  const style = getComputedStyle(document.documentElement), colour = (name) => style.getPropertyValue(name).trim();
  const HEIGHT = 420, MOST = 1500, LEAST_S = 60;
  let plot = null, range = null, whole = null, asked = 0;

  /* The prefix fits the axis' largest value. */
  const SCALES = {W: ["kW", 1000], Wh: ["kWh", 1000], VA: ["kVA", 1000], var: ["kvar", 1000]};
  let most = {};
  const shown = (unit) => (SCALES[unit] && most[unit] >= 1000 ? SCALES[unit] : [unit === "degC" ? "°C" : unit || "", 1]);

  function number(value, digits) {
    return value === null || value === undefined ? "–" : value.toLocaleString(language, {minimumFractionDigits: digits, maximumFractionDigits: digits});
  }

  function text(value, unit) {
    const [name, by] = shown(unit), scaled = value === null || value === undefined ? null : value / by;
    const digits = scaled === null ? 0 : Math.abs(scaled) >= 100 ? 1 : 2;
    return number(scaled, digits) + (scaled === null || !name ? "" : " " + name);
  }

  /* Stacked series are drawn as sums, filled; hover tells each one's own value. */
  function sums(data) {
    let below = null;
    return data.series.map((series) => {
      if (series.draw !== "stack") return series.values;
      const under = below;
      const none = series.values.every((value) => value === null);
      /* what is not known makes the sum unknown; a series without any value adds nothing */
      below = series.values.map((value, i) => (none ? (under ? under[i] : null) : value === null || (under && under[i] === null) ? null : value + (under ? under[i] : 0)));
      return below;
    });
  }

  /* Between each stacked series and the one below it. */
  function bands(data) {
    const stacked = data.series.map((series, at) => (series.draw === "stack" ? at + 1 : 0)).filter((at) => at);
    const ranges = data.series.filter((series) => series.draw === "band");
    return [...stacked.slice(1).map((at, i) => ({series: [at, stacked[i]], fill: data.series[at - 1].color})),
      ...ranges.map((series, i) => ({series: [data.series.length + 2 * i + 2, data.series.length + 2 * i + 1], fill: series.color + "33"}))];
  }

  /* The least and the most of a band, behind the others. */
  const edges = (data) => data.series.filter((series) => series.draw === "band").flatMap((series) => [
    {label: "min", values: series.low, unit: series.unit, axis: series.axis, color: series.color},
    {label: "max", values: series.high, unit: series.unit, axis: series.axis, color: series.color}]);

  function options(data) {
    const units = {};
    for (const series of data.series) units[series.axis === "right" ? "right" : "left"] = series.unit || "";
    const axis = (side, scale) => ({
      scale, side: side === "right" ? 1 : 3, stroke: colour("--dim"), size: 64, label: shown(units[side])[0] || data.series.filter((series) => (series.axis || "left") === side).map((series) => series.label).join(", "), labelSize: 18,
      grid: {show: side === "left", stroke: colour("--line"), width: 1}, ticks: {stroke: colour("--line"), width: 1},
      values: (_, splits) => {
        const by = shown(units[side])[1], apart = Math.abs(splits[1] - splits[0]) / by;
        const digits = apart > 0 ? Math.min(4, Math.max(0, Math.ceil(-Math.log10(apart) - 0.001))) : 0;
        return splits.map((split) => number(split / by, digits));
      },
    });
    const axes = [{stroke: colour("--dim"), grid: {stroke: colour("--line"), width: 1}, ticks: {stroke: colour("--line"), width: 1},
      values: (_, splits, __, ___, step) => splits.map((s) => clock(s, step))}, axis("left", "left")];
    if (units.right !== undefined) axes.push(axis("right", "right"));
    return {
      width: chart.clientWidth || figure.clientWidth - 32, height: HEIGHT, cursor: {drag: {x: true, y: false, setScale: false}},
      scales: {x: {time: true}, left: {range: span(data, "left")}, right: {range: span(data, "right")}}, axes,
      series: [{label: figure.dataset.time, value: (_, s) => (s === null ? "" : new Date(s * 1000).toLocaleString(language, {dateStyle: "short", timeStyle: "short", hourCycle: "h23"}))},
        ...data.series.map((series, at) => ({
          label: series.label, scale: series.axis === "right" ? "right" : "left", stroke: series.color, width: 1.5, spanGaps: false,
          fill: series.draw === "stack" && data.series.findIndex((other) => other.draw === "stack") === at ? series.color : undefined,
          points: {show: false}, value: (_, __, ___, i) => text(i === null ? null : data.series[at].values[i], series.unit),
        })),
        ...edges(data).map((edge) => ({label: edge.label, scale: edge.axis === "right" ? "right" : "left", stroke: edge.color + "66", width: 1,
          points: {show: false}, value: (_, value) => text(value, edge.unit)}))],
      bands: bands(data), hooks: {setSelect: [zoom], draw: [(u) => limits(u, data)]},
    };
  }

  function span(data, side) {
    const unit = (data.series.find((series) => (series.axis || "left") === side) || {}).unit, tight = unit === "degC" || !unit;
    const bounds = (data.limits || []).filter((limit) => (limit.axis || "left") === side).map((limit) => limit.value);
    return (_, low, high) => {
      if (low === null || high === null) return [0, 1];
      const from = Math.min(low, ...bounds), to = Math.max(high, ...bounds);
      const room = (to - from || Math.abs(to) || 1) * 0.06;
      /* powers and currents are read from nought; temperatures and ratios where they are */
      return [tight ? from - room : Math.min(0, from - (from < 0 ? room : 0)), to + room];
    };
  }

  function clock(s, step) {
    const date = new Date(s * 1000);
    if (step >= 86400) return date.toLocaleDateString(language, {day: "numeric", month: "short"});
    const time = date.toLocaleTimeString(language, {hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(step < 60 ? {second: "2-digit"} : {})});
    return date.getHours() === 0 && date.getMinutes() === 0 ? date.toLocaleDateString(language, {day: "numeric", month: "short"}) : time;
  }

  function limits(u, data) {
    for (const limit of data.limits || []) {
      const scale = limit.axis === "right" ? "right" : "left", y = u.valToPos(limit.value, scale, true);
      if (!(y > u.bbox.top && y < u.bbox.top + u.bbox.height)) continue;
      u.ctx.save();
      u.ctx.strokeStyle = u.ctx.fillStyle = limit.color || colour("--bad-fill");
      u.ctx.setLineDash([6, 4]);
      u.ctx.beginPath();
      u.ctx.moveTo(u.bbox.left, y);
      u.ctx.lineTo(u.bbox.left + u.bbox.width, y);
      u.ctx.stroke();
      u.ctx.textAlign = "left";
      u.ctx.textBaseline = "bottom";
      u.ctx.font = 12 * devicePixelRatio + "px system-ui, sans-serif";
      u.ctx.fillText(limit.label, u.bbox.left + 6, y - 2);
      u.ctx.restore();
    }
  }

  function draw(data) {
    if (plot) plot.destroy();
    most = {};
    for (const series of data.series) most[series.unit] = Math.max(most[series.unit] || 0, Math.abs(series.max) || 0);
    paper.hidden = true;
    chart.hidden = hint.hidden = false;
    plot = new uPlot(options(data), [data.t, ...sums(data), ...edges(data).map((edge) => edge.values)], chart);
    plot.over.addEventListener("dblclick", () => go(whole));
  }

  async function go(wanted) {
    const mine = ++asked, query = new URLSearchParams({from: wanted.from, to: wanted.to, width: String(MOST), theme: dark() ? "dark" : "light"});
    try {
      const answer = await fetch(figure.dataset.series + "&" + query);
      if (!answer.ok || mine !== asked) return;
      const data = await answer.json();
      if (mine !== asked || !data.t || !data.t.length) return;
      range = {from: data.from, to: data.to};
      if (!whole) whole = wanted;
      draw(data);
      chart.dataset.from = data.from;
      chart.dataset.to = data.to;
    } catch (error) {
      /* the picture, or what was drawn, stays */
    }
  }

  const at = (s) => new Date(Math.round(s) * 1000).toISOString().replace(/\.\d+Z$/, "Z");
  const window_ = (from, to) => go({from: at(from), to: at(Math.min(to, Date.now() / 1000))});

  function zoom(u) {
    if (u.select.width < 5) return;
    const from = u.posToVal(u.select.left, "x"), to = u.posToVal(u.select.left + u.select.width, "x");
    u.setSelect({left: 0, top: 0, width: 0, height: 0}, false);
    if (to - from >= LEAST_S) window_(from, to);
  }

  chart.addEventListener("keydown", (event) => {
    if (!range) return;
    const length = range.to - range.from;
    const keys = {
      ArrowLeft: () => window_(range.from - length / 4, range.to - length / 4),
      ArrowRight: () => window_(range.from + length / 4, range.to + length / 4),
      "+": () => length > 4 * LEAST_S && window_(range.from + length / 4, range.to - length / 4),
      "-": () => window_(range.from - length / 2, range.to + length / 2),
      0: () => go(whole),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });

  for (const link of document.querySelectorAll(".ranges a[data-from]"))
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      whole = null;
      for (const other of document.querySelectorAll(".ranges a")) other.removeAttribute("aria-current");
      link.setAttribute("aria-current", "true");
      history.replaceState(null, "", link.href);
      for (const save of document.querySelectorAll(".exports a"))
        save.href = save.href.replace(/from=[^&]*&to=[^&]*/, "from=" + link.dataset.from + "&to=");
      go({from: link.dataset.from, to: "now"});
    });

  /* the screen turned dark or light: the same range in the other colours */
  screen.addEventListener("change", () => { if (range) window_(range.from, range.to); });
  new ResizeObserver(() => { if (plot && chart.clientWidth) plot.setSize({width: chart.clientWidth, height: HEIGHT}); }).observe(figure);
  go({from: figure.dataset.from, to: figure.dataset.to || "now"});
})();
