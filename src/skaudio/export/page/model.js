// The model: its session, its result on a clip, and its results over time.

const MAX_WHOLE_SECONDS = 60; // of what is computed at once
const metadata = content.metadata, sr = metadata.sr;
const isClassifier = metadata.estimator_type === "classifier";

async function unpacked(id) {
  const element = document.getElementById(id), letters = atob(element.textContent.trim());
  element.remove();
  const bytes = Uint8Array.from(letters, letter => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function openModel() {
  ort.env.wasm.numThreads = 1; // more need a server that sends certain headers
  ort.env.wasm.wasmBinary = (await unpacked("wasm")).buffer;
  return ort.InferenceSession.create(await unpacked("model"), { executionProviders: ["wasm"], logSeverityLevel: 3 });
}

function labelText(value) {
  if (metadata.estimator_type === "outlier_detector") return Number(value) === 1 ? "inlier" : "outlier";
  return String(value);
}

// The labels of one clip as text: several for a model of several labels.
function labelOf(tensor) {
  const values = [...tensor.data];
  if (tensor.dims.length < 2 || tensor.dims[1] < 2) return labelText(values[0]);
  const present = metadata.classes.filter((_, i) => Number(values[i]) === 1);
  return present.length ? present.join(", ") : "none";
}

// Names of the values beside the label.
function columnsOf(n) {
  const classes = (metadata.classes ?? []).map(String);
  if (n === classes.length) return classes;
  if (n === 1) return [classes.length === 2 ? classes[1] : metadata.method === "predict" ? "prediction" : "score"];
  return Array.from({ length: n }, (_, i) => `value ${i + 1}`);
}

async function run(session, y) {
  let results;
  try {
    results = await session.run({ waveform: new ort.Tensor("float32", y, [1, y.length]) });
  } catch (error) {
    throw new Error(`The model cannot process this clip of ${(y.length / sr).toFixed(3)} s (${error.message}).`);
  }
  const names = metadata.outputs, label = results.label ? labelOf(results.label) : null;
  const scores = results[names[metadata.method]];
  if (scores === results.label) { // labels alone
    const columns = (metadata.classes ?? ["inlier", "outlier"]).map(String);
    return { label, columns, rows: [columns.map(name => Number(label.split(", ").includes(name)))] };
  }
  const values = [...scores.data].map(Number), n = scores.dims.length > 1 ? scores.dims.at(-1) : 1;
  const rows = Array.from({ length: values.length / n }, (_, i) => values.slice(i * n, (i + 1) * n));
  return { label: label ?? summary(rows), columns: columnsOf(n), rows };
}

// What is shown as the result where the model has no label for a clip: the class of the largest mean, or the means.
function summary(rows) {
  const mean = meanOf(rows);
  if (isClassifier && mean.length > 1) return columnsOf(mean.length)[largest(mean)];
  return mean.map(value => value.toPrecision(4)).join(", ");
}

const largest = values => values.reduce((best, value, i) => (value > values[best] ? i : best), 0);

const meanOf = rows => rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);

function windowStarts(n, length) {
  const starts = [];
  for (let start = 0; start + length <= n; start += Math.max(1, Math.round(length / 2))) starts.push(start);
  if (starts.length && starts.at(-1) + length < n) starts.push(n - length);
  return starts;
}

// Results over time: of the frames of a model that has them, else of windows.
async function overTime(session, y, seconds, onProgress) {
  const frames = metadata.method === "predict_frames";
  const length = Math.round((frames ? MAX_WHOLE_SECONDS : seconds) * sr), parts = [];
  const starts = y.length <= length ? [0] : frames
    ? Array.from({ length: Math.ceil(y.length / length) }, (_, i) => i * length) : windowStarts(y.length, length);
  let columns = [], shown = performance.now();
  for (const [i, start] of starts.entries()) {
    const part = y.subarray(start, start + length), result = await run(session, part);
    columns = result.columns;
    result.rows.forEach((values, j) => {
      const at = start / sr + (frames ? j * metadata.hop_seconds : 0);
      const label = frames ? summary([values]) : result.label;
      parts.push({ start: at, stop: frames ? at + metadata.hop_seconds : at + part.length / sr, values, label });
    });
    if (performance.now() - shown > 100) { // the page can be used meanwhile
      onProgress((i + 1) / starts.length);
      await new Promise(resolve => setTimeout(resolve));
      shown = performance.now();
    }
  }
  return { columns, parts };
}

async function analyse(session, y, seconds, onProgress) {
  const { columns, parts } = await overTime(session, y, seconds, onProgress);
  const whole = y.length <= MAX_WHOLE_SECONDS * sr;
  if (!whole || metadata.method === "predict_frames") {
    const rows = parts.map(part => part.values);
    return { columns, parts, values: meanOf(rows), label: summary(rows), isMean: true };
  }
  const result = parts.length === 1 ? { label: parts[0].label, rows: [parts[0].values] } : await run(session, y);
  return { columns, parts, values: result.rows[0], label: result.label, isMean: false };
}
