// Draws each chart of a page from the JSON that stands beside it; without this script the table says the same.
"use strict";
(function () {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const size = Math.round(parseFloat(style.fontSize) * 0.8);
  const family = getComputedStyle(document.body).fontFamily;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  function options(data, narrow) {
    const lying = data.names.length > (narrow ? 6 : 12) && data.names.some((name) => name.length > 7 || /[^\d-]/.test(name));
    const words = { color: colour("--soft"), fontSize: size, fontFamily: family };
    const names = {
      type: "category", data: data.names, inverse: lying, axisTick: { show: false },
      axisLine: { lineStyle: { color: colour("--line") } },
      axisLabel: lying ? words : data.names.length > 6 ? { ...words, hideOverlap: true } : { ...words, interval: 0 },
    };
    const values = { type: "value", axisLabel: words, splitLine: { lineStyle: { color: colour("--line") } }, splitNumber: 4, minInterval: 1 };
    return {
      animation: !still, aria: { enabled: false },
      grid: { left: 8, right: lying ? 46 : 12, top: 18, bottom: 6, containLabel: true },
      tooltip: { trigger: "axis", confine: true, renderMode: "richText", axisPointer: { type: "shadow" } },
      xAxis: lying ? values : names, yAxis: lying ? names : values,
      series: [{
        type: "bar", name: data.name, data: data.values, barMaxWidth: 34,
        itemStyle: { color: colour("--accent"), borderRadius: 2 },
        label: { show: lying, position: "right", color: colour("--soft"), fontSize: size, fontFamily: family },
      }],
    };
  }

  // Several lines over the same names; the page names them in a legend with the same colours and dashes.
  function lines(data) {
    const words = { color: colour("--soft"), fontSize: size, fontFamily: family };
    const colours = ["--accent", "--good", "--warn", "--off", "--ink", "--edge"].map(colour);
    return {
      animation: !still, aria: { enabled: false },
      grid: { left: 8, right: 16, top: 18, bottom: 6, containLabel: true },
      tooltip: { trigger: "axis", confine: true, renderMode: "richText" },
      xAxis: { type: "category", data: data.names, axisLabel: words, axisLine: { lineStyle: { color: colour("--line") } } },
      yAxis: { type: "value", scale: true, axisLabel: words, splitLine: { lineStyle: { color: colour("--line") } }, splitNumber: 4 },
      series: data.series.map((one, place) => ({
        type: "line", name: one.name, data: one.values, symbolSize: 6, connectNulls: false,
        lineStyle: { color: colours[place % colours.length], type: place % 2 ? "dashed" : "solid" }, itemStyle: { color: colours[place % colours.length] },
      })),
    };
  }

  document.querySelectorAll("[data-chart]").forEach((room) => {
    const data = JSON.parse(document.getElementById(room.dataset.source).textContent);
    room.classList.add("drawn");
    const narrow = room.clientWidth < 500;
    if (data.names.length > 12) { room.classList.add("tall"); }
    const chart = window.echarts.init(room);
    chart.setOption(data.series ? lines(data) : options(data, narrow));
    window.addEventListener("resize", () => chart.resize());
  });
})();
