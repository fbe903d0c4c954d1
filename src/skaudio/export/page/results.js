// Results of a clip on the page: label, values, plots over time, and their table.

const MAX_VALUES = 5, MAX_ROWS = 10, ROW_REM = 1.4;
const byId = id => document.getElementById(id);
const isProbability = ["predict_proba", "predict_frames"].includes(metadata.method);

function make(tag, text, properties = {}) {
  return Object.assign(document.createElement(tag), { textContent: text, ...properties });
}

const valueText = value => (isProbability ? value.toFixed(3) : value.toPrecision(4));

// Indices of columns, those of the largest values first.
function sortedColumns(values) {
  return [...values.keys()].sort((a, b) => values[b] - values[a]);
}

function showVerdict(clip) {
  const { label, values, columns, isMean } = clip.result;
  const of = { classifier: "Label", regressor: "Prediction" }[metadata.estimator_type] ?? "Result";
  const mean = isClassifier ? "Most probable on average over time" : "Mean over time";
  byId("kind").textContent = isMean ? mean : `${of} of the whole clip`;
  byId("label").textContent = label;
  const shown = metadata.estimator_type === "regressor" ? [] : sortedColumns(values);
  byId("values").replaceChildren(...shown.slice(0, MAX_VALUES).map(i => {
    const row = make("li", ""), bar = make("span", "", { className: "bar" }), filled = make("span", "");
    filled.style.width = `${100 * Math.min(1, Math.max(0, values[i]))}%`;
    bar.append(filled);
    bar.setAttribute("aria-hidden", "true");
    if (!isProbability) bar.style.visibility = "hidden";
    row.append(make("span", columns[i], { title: columns[i] }), bar, make("span", valueText(values[i])));
    return row;
  }));
}

// Rows of the plot: the columns with the largest values anywhere in the clip.
function plottedColumns({ parts, columns }) {
  const peaks = columns.map((_, i) => parts.reduce((peak, part) => Math.max(peak, part.values[i]), -Infinity));
  return sortedColumns(peaks).slice(0, MAX_ROWS);
}

function drawTimeline(clip) {
  const { parts, columns } = clip.result, rows = plottedColumns(clip.result), seconds = clip.y.length / sr;
  const canvas = byId("timeline"), context = canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
  canvas.width = Math.round(Math.max(canvas.clientWidth, 300) * devicePixelRatio);
  canvas.height = rows.length;
  canvas.style.height = `${ROW_REM * rows.length}rem`;
  byId("rows").replaceChildren(...rows.map(i => make("span", columns[i], { title: columns[i] })));
  const all = isProbability ? [0, 1] : parts.flatMap(part => rows.map(i => part.values[i]));
  const [least, most] = [Math.min, Math.max].map(extreme => all.reduce((a, b) => extreme(a, b)));
  byId("least").textContent = Number(least.toPrecision(3));
  byId("most").textContent = Number(most.toPrecision(3));
  const middles = parts.map(part => (part.start + part.stop) / 2);
  // A window stands for the time that is closer to its middle than to that of another one.
  const edges = [0, ...middles.slice(1).map((middle, i) => (middles[i] + middle) / 2), seconds];
  const x = edges.map(edge => Math.round(edge / seconds * canvas.width));
  context.fillStyle = style.getPropertyValue("--panel");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = style.getPropertyValue("--accent");
  parts.forEach((part, j) => rows.forEach((i, row) => {
    context.globalAlpha = most > least ? (part.values[i] - least) / (most - least) : 1;
    context.fillRect(x[j], row, x[j + 1] - x[j], 1);
  }));
  canvas.setAttribute("aria-label", `Values of ${rows.map(i => columns[i]).join(", ")} over time; the table below has them.`);
}

function ticks(highest, nTicks) {
  const steps = [1, 2, 5, 10].map(step => step * 10 ** Math.floor(Math.log10(highest / nTicks)));
  const step = steps.find(each => highest / each <= nTicks) ?? steps.at(-1);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const n = Math.floor(highest / step + 1e-9) + 1;
  return Array.from({ length: n }, (_, i) => [(i * step).toFixed(digits), i * step / highest]);
}

function drawAxes(seconds) {
  const axis = (selector, marks, side, unit) => {
    const found = marks.map(([text, share], i) => {
      const end = i === 0 ? " first" : share > 0.97 ? " last" : "";
      const tick = make("span", text + (i ? "" : unit), { className: `tick${end}` });
      tick.style[side] = `${100 * share}%`;
      return tick;
    });
    const element = document.querySelector(selector);
    element.querySelectorAll(".tick").forEach(tick => tick.remove());
    element.append(...found);
  };
  axis(".y-axis", ticks(sr / 2000, 5), "bottom", "");
  axis(".x-axis", ticks(seconds, innerWidth < 640 ? 5 : 10), "left", " s");
}

function fillTable({ parts, columns }) {
  const heads = ["Start (s)", "End (s)", "Label", ...columns];
  const head = make("tr", "");
  head.append(...heads.map(text => make("th", text, { scope: "col" })));
  byId("table-head").replaceChildren(head);
  byId("table-body").replaceChildren(...parts.map(part => {
    const row = make("tr", ""), numbers = part.values.map(valueText);
    row.append(...[part.start.toFixed(3), part.stop.toFixed(3)].map(text => make("td", text, { className: "number" })));
    row.append(make("td", part.label), ...numbers.map(text => make("td", text, { className: "number" })));
    return row;
  }));
  const quoted = cell => (/[",\n]/.test(cell) ? `"${String(cell).replaceAll('"', '""')}"` : cell);
  const rows = parts.map(part => [part.start, part.stop, part.label, ...part.values]);
  const text = [["start", "end", "label", ...columns], ...rows].map(row => row.map(quoted).join(",")).join("\n");
  URL.revokeObjectURL(byId("download").href);
  byId("download").href = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/csv" }));
  const frames = metadata.method === "predict_frames", length = (parts[0].stop - parts[0].start).toFixed(2);
  const value = isProbability ? "Probability" : "Value";
  byId("scale-title").textContent = `${value} ${frames ? "of frames" : `in windows of ${Number(length)} s`}`;
  byId("table-title").textContent = `Table of ${parts.length} ${frames ? "frames" : "windows"}`;
}

function showClip(clip) {
  const { y, result } = clip, seconds = y.length / sr, several = result.parts.length > 1;
  byId("result").hidden = false;
  byId("name").textContent = clip.name;
  byId("facts").textContent = `${seconds.toFixed(2)} s at ${sr} Hz`;
  showVerdict(clip);
  drawSpectrogram(byId("spectrogram"), y, sr);
  byId("spectrogram").setAttribute("aria-label", `Spectrogram of ${clip.name}, ${seconds.toFixed(1)} s, up to ${sr / 2000} kHz`);
  document.querySelectorAll(".over-time").forEach(element => { element.hidden = !several; });
  if (several) {
    drawTimeline(clip);
    fillTable(result);
    byId("download").download = `${clip.name.replace(/\.[^.]*$/, "")}.csv`;
  }
  drawAxes(seconds);
  URL.revokeObjectURL(byId("player").src);
  byId("player").src = URL.createObjectURL(wavFile(y, Math.round(sr)));
}

function followPlayer() {
  const player = byId("player");
  document.querySelectorAll(".cursor").forEach(cursor => {
    cursor.hidden = !player.currentTime;
    cursor.style.left = `${100 * player.currentTime / player.duration}%`;
  });
  if (!player.paused) requestAnimationFrame(followPlayer);
}
