// The page: verdicts on the cards, totals and precision, keys and dialogs.

let current = null; // the clip that keys act on

function refreshTotals() {
  const verdicts = content.cells.map((cells, row) => verdictOf(row)).filter(verdict => verdict !== null);
  const yes = verdicts.filter(verdict => verdict === true).length, n = content.cells.length;
  const other = verdicts.filter(verdict => typeof verdict === "string").length;
  const counts = [`${yes} correct`, `${verdicts.length - yes - other} wrong`, `${other} other label`];
  byId("progress").textContent = `Reviewed ${verdicts.length} of ${n}: ${counts.join(", ")}`;
  byId("bar-yes").style.width = `${100 * yes / n}%`;
  byId("bar-no").style.width = `${100 * (verdicts.length - yes) / n}%`;
  byId("undo").disabled = !state.history.length;
  if (byId("precision").open) refreshPrecision();
}

function refreshPrecision() {
  const label = byId("label").value, strata = strataOf(label), all = pooled(strata);
  const percent = value => `${(100 * value).toFixed(0)} %`;
  const open = strata.filter(stratum => stratum.n && !stratum.reviewed).length;
  byId("estimate").textContent = all
    ? `Of ${all.n} detections${label ? ` of ${label}` : ""}, about ${Math.round(all.mean * all.n)} are correct `
      + `(${Math.round(all.low * all.n)} to ${Math.round(all.high * all.n)}): precision ${percent(all.mean)} `
      + `(${percent(all.low)} to ${percent(all.high)}).`
    : `No overall estimate yet: in ${open} of ${strata.length} ranges of scores, no detection is reviewed.`;
  byId("strata").replaceChildren(...strata.map((stratum, i) => {
    const row = document.createElement("tr"), above = pooled(strata.slice(i));
    const [low, high] = stratum.reviewed ? wilson(stratum.correct, stratum.reviewed) : [0, 0];
    const share = stratum.correct / stratum.reviewed;
    const cells = [
      `${Number(stratum.low.toPrecision(3))} to ${Number(stratum.high.toPrecision(3))}`, stratum.n, stratum.reviewed,
      stratum.correct, stratum.reviewed ? `${percent(share)} (${percent(low)} to ${percent(high)})` : "–",
      above ? percent(above.mean) : "–",
    ];
    row.append(...cells.map(text => Object.assign(document.createElement("td"), { textContent: text })));
    if (stratum.reviewed) row.children[4].append(interval(share, low, high));
    return row;
  }).reverse());
}

function interval(share, low, high) {
  const bar = document.createElement("div"), range = document.createElement("span"), point = document.createElement("i");
  bar.className = "interval";
  Object.assign(range.style, { left: `${100 * low}%`, width: `${100 * (high - low)}%` });
  point.style.left = `${100 * share}%`;
  bar.append(range, point);
  return bar;
}

function completeCard(clip, part) {
  part(".yes").onclick = () => judge(clip, true);
  part(".no").onclick = () => judge(clip, false);
  part(".other").onclick = () => openLabels();
  setTabStops(clip, -1);
  clip.card.addEventListener("focusin", () => select(clip, false));
  clip.card.addEventListener("click", () => select(clip, false), true); // before its button acts
  refreshCard(clip);
}

function refreshCard(clip) {
  const verdict = verdictOf(clip.row), card = clip.card;
  const text = verdict === null ? "" : verdict === true ? "Correct" : verdict === false ? "Wrong" : `Is ${verdict}`;
  card.dataset.verdict = verdict === null ? "open" : verdict === true ? "yes" : verdict === false ? "no" : "other";
  card.querySelector(".verdict").textContent = text;
  card.querySelector(".yes").setAttribute("aria-pressed", verdict === true);
  card.querySelector(".no").setAttribute("aria-pressed", verdict === false);
  nameCard(clip, text || "Not reviewed");
}

function keeps(clip) {
  const verdict = verdictOf(clip.row);
  const shows = { all: true, open: verdict === null, reviewed: verdict !== null, yes: verdict === true };
  shows.no = verdict === false || typeof verdict === "string";
  return shows[byId("show").value];
}

function arranged(reordered) {
  if (shown.length && (reordered || !shown.includes(current))) select(firstOpen(), false);
  refreshTotals();
}

function firstOpen() {
  return shown.find(clip => verdictOf(clip.row) === null) || shown[0];
}

function select(clip, focus = true) {
  if (current && current !== clip) current.card.classList.remove("current");
  if (current) setTabStops(current, -1);
  setTabStops(clip, 0);
  current = clip;
  clip.card.classList.add("current");
  if (playing && playing !== clip) player.pause();
  if (focus) {
    clip.card.focus({ preventScroll: true });
    clip.card.scrollIntoView({ block: "nearest" });
  }
}

// Tab reaches the parts of the current card alone.
function setTabStops(clip, tabIndex) {
  for (const part of [clip.card, ...clip.card.querySelectorAll("button, .picture")]) part.tabIndex = tabIndex;
}

function move(step) {
  const place = shown.indexOf(current) + step;
  if (place >= 0 && place < shown.length) arrive(shown[place]);
}

function arrive(clip) {
  select(clip);
  if (byId("autoplay").checked && !clip.error) play(clip, 0);
}

function judge(clip, verdict) {
  const next = shown[shown.indexOf(clip) + 1];
  if (!setVerdict(clip.row, verdict)) warnOfStorage();
  refreshCard(clip);
  byId("announcement").textContent = clip.card.getAttribute("aria-label");
  applyFilters();
  refreshTotals();
  if (next) arrive(next);
  else if (shown.length) select(shown.includes(clip) ? clip : shown[shown.length - 1]);
  else player.pause();
}

function undo() {
  const row = undoVerdict(), clip = clips.find(each => each.row === row);
  if (row === null) return;
  if (clip) {
    refreshCard(clip);
    applyFilters();
    if (shown.includes(clip)) select(clip);
    byId("announcement").textContent = `Undone: ${clip.card.getAttribute("aria-label")}`;
  }
  refreshTotals();
}

function openLabels() {
  player.pause();
  byId("new-label").value = "";
  byId("label-dialog").showModal();
  byId("new-label").focus();
}

function useLabel(label) {
  byId("label-dialog").close();
  if (!content.labels.includes(label)) {
    content.labels.push(label);
    listLabels();
  }
  judge(current, label);
}

function listLabels() {
  const few = content.labels.slice(0, 9);
  byId("label-list").replaceChildren(...content.labels.map(label => new Option(label, label)));
  byId("label-keys").replaceChildren(...few.map(label =>
    Object.assign(document.createElement("li"), { textContent: label })));
  byId("label-buttons").replaceChildren(...few.map((label, i) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: `${i + 1} ${label}` });
    button.onclick = () => useLabel(label);
    return button;
  }));
}

function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(bytesOf(reviewedCsv()), { type: "text/csv" }));
  link.download = `${content.file}-reviewed.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

async function upload() {
  const [file] = byId("file").files, n = takeOver(await file.text());
  byId("file").value = "";
  if (n === null) warn(`${file.name} is not a reviewed table of these detections.`);
  else {
    if (!saveState()) warnOfStorage();
    showState();
    byId("announcement").textContent = `${n} verdicts of ${file.name} taken over`;
  }
}

function showState() {
  clips.forEach(refreshCard);
  applyFilters();
  refreshTotals();
}

function warn(text) {
  byId("warning").textContent = text;
  byId("warning").hidden = false;
}

function warnOfStorage() {
  warn("This browser does not keep the verdicts: download the table before you close the page.");
}

const KEYS = {
  y: () => judge(current, true), n: () => judge(current, false), l: openLabels, j: () => move(1), k: () => move(-1),
  ArrowRight: () => move(1), ArrowLeft: () => move(-1), " ": () => toggle(current), p: () => toggle(current), u: undo,
  "?": () => byId("keys-dialog").showModal(),
};

function onKey(event) {
  if (document.querySelector("dialog[open]") || event.target.matches("input, select, textarea") || event.altKey) return;
  if (event.key === " " && event.target.matches("button, summary, a")) return; // the key presses it
  const isUndo = (event.ctrlKey || event.metaKey) && event.key === "z";
  if ((event.ctrlKey || event.metaKey) && !isUndo) return;
  let action = isUndo ? undo : null;
  if (!action && byId("shortcuts").checked && current && shown.includes(current)) {
    const label = /^[1-9]$/.test(event.key) && content.labels[event.key - 1];
    action = label ? () => judge(current, label) : KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  }
  if (!action && byId("shortcuts").checked && event.key === "u") action = undo;
  if (action) {
    event.preventDefault();
    action();
  }
}

function start() {
  if (!loadState()) warnOfStorage();
  if (content.scores.every(score => score === null)) {
    document.querySelectorAll(".of-scores").forEach(part => { part.hidden = true; });
  }
  listLabels();
  buildCards();
  history.scrollRestoration = "manual";
  if (current !== shown[0]) current.card.scrollIntoView({ block: "nearest" }); // the review goes on
  document.addEventListener("keydown", onKey);
  byId("undo").onclick = undo;
  byId("download").onclick = download;
  byId("upload").onclick = () => byId("file").click();
  byId("file").onchange = upload;
  byId("show-keys").onclick = KEYS["?"];
  byId("precision").ontoggle = refreshTotals;
  byId("label-form").onsubmit = event => {
    event.preventDefault();
    const label = byId("new-label").value.trim();
    if (label) useLabel(label);
  };
  document.querySelectorAll("dialog .close").forEach(button => { button.onclick = () => button.closest("dialog").close(); });
  window.addEventListener("storage", event => { // a page of the same table is open beside this one
    if (event.key === KEY && loadState()) showState();
  });
  window.addEventListener("pageshow", event => { // back from another page of the table
    if (event.persisted && loadState()) showState();
  });
}

start();
