// The reviewed table: verdicts, kept in the browser; the CSV made of them; estimates of precision.

const KEY = `skaudio-review-${content.digest}`;
const SAME = 0.9; // share of both spans from which on events of one label are the same, as in read_events
const Z = 1.6449; // of a 90 % interval

// A verdict is true (correct), false (wrong), another label, or null (not reviewed).
let state = { verdicts: {}, history: [] };

function loadState() {
  try {
    state = { ...state, ...JSON.parse(localStorage.getItem(KEY)) };
    return true;
  } catch (error) {
    return false; // storage is blocked
  }
}

function saveState() {
  try {
    localStorage.setItem(KEY, JSON.stringify(state));
    return true;
  } catch (error) {
    return false;
  }
}

function verdictOf(row) {
  return row in state.verdicts ? state.verdicts[row] : content.verified[row];
}

function setVerdict(row, verdict) {
  loadState(); // another page of the table may have added to it
  const own = typeof verdict === "string" && verdict === content.spans[row][2] ? true : verdict;
  state.history.push([row, verdictOf(row)]);
  state.verdicts[row] = own;
  return saveState();
}

function undoVerdict() {
  loadState();
  const last = state.history.pop();
  if (!last) return null;
  state.verdicts[last[0]] = last[1];
  saveState();
  return last[0];
}

// Rows of the table after the review: one with another label is wrong, and a row without a score has that label.
function reviewedRows() {
  const at = name => content.columns.indexOf(name);
  const rows = [], found = new Map();
  const place = (row, label) => JSON.stringify([content.cells[row][at("recording")], label]);
  const add = (row, label) => {
    const key = place(row, label);
    found.set(key, [...(found.get(key) || []), content.spans[row]]);
  };
  content.cells.forEach((cells, row) => {
    if (verdictOf(row) === true || verdictOf(row) === null) add(row, content.spans[row][2]);
  });
  content.cells.forEach((cells, row) => {
    const verdict = verdictOf(row);
    rows.push([...cells, verdict === null ? "" : String(verdict === true)]);
    if (typeof verdict !== "string") return;
    const known = found.get(place(row, verdict)) || [];
    if (known.some(span => share(span, content.spans[row]) >= SAME)) return;
    add(row, verdict);
    const other = [...cells, "true"];
    other[at("label")] = verdict;
    if (at("score") >= 0) other[at("score")] = "";
    rows.push(other);
  });
  return rows;
}

function share([onset, offset], [otherOnset, otherOffset]) {
  const both = Math.min(offset, otherOffset) - Math.max(onset, otherOnset);
  const either = Math.max(offset, otherOffset) - Math.min(onset, otherOnset);
  return either > 0 ? both / either : 1;
}

function reviewedCsv() {
  const quoted = cell => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return [[...content.columns, "verified"], ...reviewedRows()].map(row => row.map(quoted).join(",") + "\n").join("");
}

// Cells of a CSV, row by row; those in quotation marks may contain commas, line breaks, and doubled marks.
function csvRows(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)) {
    rows[rows.length - 1].push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "") break;
    if (end !== ",") rows.push([]);
  }
  return rows.filter(row => row.length > 1);
}

// Take over the verdicts of a table that this page, or another one of its table, wrote; null if it is another table.
function takeOver(text) {
  const [header, ...lines] = csvRows(text.replace(/^\ufeff/, ""));
  const at = name => header.indexOf(name), own = name => content.columns.indexOf(name);
  if (!header || ["recording", "onset", "offset", "label", "verified"].some(name => at(name) < 0)) return null;
  const span = (cells, place) => ["recording", "onset", "offset"].map(name => cells[place(name)]).join("\n");
  const rows = new Map(content.cells.map((cells, row) => [`${span(cells, own)}\n${cells[own("label")]}`, row]));
  const wrong = new Map(), others = [];
  let n = 0;
  loadState();
  for (const cells of lines) {
    const key = span(cells, at), row = rows.get(`${key}\n${cells[at("label")]}`), verified = cells[at("verified")].toLowerCase();
    if (row === undefined) others.push([key, cells[at("label")], verified]);
    else if (verified) {
      state.verdicts[row] = verified === "true";
      if (verified !== "true") wrong.set(key, row);
      n += 1;
    }
  }
  for (const [key, label, verified] of others) if (verified === "true" && wrong.has(key)) state.verdicts[wrong.get(key)] = label;
  return lines.length > others.length ? n : null;
}

// Python has bytes of file names that are not UTF-8 as lone surrogates: they are written as these bytes again.
function bytesOf(text) {
  const encoder = new TextEncoder();
  return text.split(/(?<![\ud800-\udbff])([\udc80-\udcff])/).map((part, i) =>
    i % 2 ? new Uint8Array([part.charCodeAt(0) - 0xdc00]) : encoder.encode(part));
}

function wilson(correct, n) {
  const share = correct / n, shrink = 1 + Z * Z / n;
  const middle = (share + Z * Z / (2 * n)) / shrink;
  const half = Z * Math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / shrink;
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

// Numbers of detections, reviewed and correct ones, of each stratum of the scores of a label, or of all ("").
function strataOf(label) {
  const edges = content.strata[label] || [];
  const strata = edges.slice(1).map((high, i) => ({ low: edges[i], high, n: 0, reviewed: 0, correct: 0 }));
  const inner = edges.slice(1, -1);
  content.scores.forEach((score, row) => {
    if (score === null || (label && content.spans[row][2] !== label)) return;
    const stratum = strata[inner.filter(edge => edge <= score).length];
    const verdict = verdictOf(row);
    stratum.n += 1;
    stratum.reviewed += verdict !== null;
    stratum.correct += verdict === true;
  });
  return strata;
}

// Precision over strata, weighted by their numbers of detections; null if one of them has none reviewed.
function pooled(strata) {
  const n = strata.reduce((sum, stratum) => sum + stratum.n, 0);
  if (!n || strata.some(stratum => stratum.n && !stratum.reviewed)) return null;
  let mean = 0, variance = 0;
  for (const stratum of strata.filter(stratum => stratum.n)) {
    const weight = stratum.n / n, open = 1 - stratum.reviewed / stratum.n;
    const smoothed = (stratum.correct + 1) / (stratum.reviewed + 2); // no certainty from a few that agree
    mean += weight * stratum.correct / stratum.reviewed;
    variance += weight * weight * open * smoothed * (1 - smoothed) / stratum.reviewed;
  }
  const half = Z * Math.sqrt(variance);
  return { n, mean, low: Math.max(0, mean - half), high: Math.min(1, mean + half) };
}
