// The page: files, microphone, settings.

const clips = []; // those that were processed, in order
let session = null, current = null, recorder = null;
let queue = Promise.resolve(); // one clip is processed at a time

function report(error) {
  const box = byId("error");
  box.textContent = error ? error.message : "";
  box.hidden = !error;
}

function showProgress(text, share = null) {
  if (byId("status").textContent !== text) byId("status").textContent = text; // what does not change is not announced
  byId("progress").hidden = share === null;
  if (share !== null) byId("progress").value = share;
}

const windowSeconds = () => byId("window").valueAsNumber;

function select(clip) {
  current = clip;
  showClip(clip);
  refreshClips();
}

function refreshClips() {
  byId("clips").hidden = clips.length < 2;
  byId("clips-body").replaceChildren(...clips.map(clip => {
    const row = make("tr", ""), name = make("td", "");
    if (clip === current) row.setAttribute("aria-current", "true");
    if (clip.error) {
      name.textContent = clip.name;
      row.append(name, make("td", clip.error.message, { className: "failed", colSpan: 3 }));
      return row;
    }
    const button = make("button", clip.name, { type: "button", onclick: () => {
      select(clip);
      byId("name").focus();
    } });
    name.append(button);
    const best = clip.result.values[largest(clip.result.values)];
    row.append(name, make("td", `${(clip.y.length / sr).toFixed(2)} s`, { className: "number" }));
    row.append(make("td", clip.result.label), make("td", valueText(best), { className: "number" }));
    return row;
  }));
}

async function processClip(clip, waveform) {
  showProgress(`Processing ${clip.name}`, 0);
  try {
    clip.y = await waveform();
    if (!clip.y.length) throw new Error("The file contains no sound.");
    clip.result = await analyse(session, clip.y, windowSeconds(), share => showProgress(`Processing ${clip.name}`, share));
  } catch (error) {
    clip.error = error;
  }
  clips.push(clip);
}

// Process clips one after the other, and show the last one that could be processed.
function processAll(named) {
  queue = queue.then(async () => {
    report(null);
    const start = clips.length;
    for (const [name, waveform] of named) await processClip({ name }, waveform);
    const added = clips.slice(start), failed = added.filter(clip => clip.error), done = added.filter(clip => !clip.error);
    if (failed.length) report(new Error(failed.map(clip => `${clip.name}: ${clip.error.message}`).join(" ")));
    if (done.length) select(done.at(-1));
    else refreshClips();
    const last = done.length === 1 ? `${done[0].name}: ${done[0].result.label}` : `${done.length} files processed`;
    showProgress(done.length ? last : "");
  });
  return queue;
}

async function applyWindow() {
  const clip = current;
  report(null);
  try {
    clip.result = await analyse(session, clip.y, windowSeconds(), share => showProgress(`Processing ${clip.name}`, share));
    select(clip);
  } catch (error) {
    report(error);
  }
  showProgress(`${clip.name}: ${clip.result.label}`);
}

function addFiles(files) {
  return processAll([...files].map(file => [
    file.name, async () => decodeSound(await file.arrayBuffer(), sr, metadata.channel ?? null),
  ]));
}

// ---- microphone

async function showLive(live) {
  if (live.busy) return;
  live.busy = true;
  try {
    const recent = live.samples(windowSeconds()), n = Math.round(windowSeconds() * live.rate);
    const rms = Math.sqrt(recent.reduce((sum, value) => sum + value ** 2, 0) / recent.length);
    byId("level").value = 20 * Math.log10(rms + 1e-6);
    byId("seconds").textContent = `${live.seconds.toFixed(1)} s`;
    const { label } = await run(session, resample(recent.slice(-n), live.rate, sr));
    if (recorder === live) showProgress(`Recording: ${label}`);
  } catch (error) {
    report(error);
  }
  live.busy = false;
  if (recorder === live && live.seconds >= MAX_RECORDED_SECONDS) toggleRecording();
}

async function toggleRecording() {
  if (recorder) {
    const ended = recorder;
    recorder = null;
    setRecording(false);
    await ended.stop();
    const name = `Recording at ${new Date().toLocaleTimeString()}`;
    await processAll([[name, async () => resample(ended.samples(), ended.rate, sr)]]);
    return;
  }
  report(null);
  const started = new Recorder();
  try {
    byId("record").disabled = true;
    await started.start(live => { if (live.seconds > 0.2) showLive(live); });
    recorder = started;
    setRecording(true);
  } catch (error) {
    report(error);
  }
  byId("record").disabled = false;
}

function setRecording(on) {
  byId("record").setAttribute("aria-pressed", on);
  byId("record-text").textContent = on ? "Stop" : "Record";
  byId("recording").hidden = !on;
  byId("choose").disabled = on;
  showProgress(on ? "Recording" : "");
}

// ---- events

function listen() {
  byId("choose").onclick = () => byId("file").click();
  byId("file").onchange = async event => {
    await addFiles(event.target.files);
    event.target.value = ""; // so that the same file can be chosen again
  };
  byId("record").onclick = toggleRecording;
  addEventListener("dragover", event => {
    event.preventDefault();
    byId("input").classList.add("over");
  });
  addEventListener("dragleave", event => { if (!event.relatedTarget) byId("input").classList.remove("over"); });
  addEventListener("drop", event => {
    event.preventDefault();
    byId("input").classList.remove("over");
    if (!byId("choose").disabled) addFiles(event.dataTransfer.files);
  });
  byId("settings").onsubmit = event => {
    event.preventDefault();
    queue = queue.then(applyWindow);
  };
  byId("player").onplay = followPlayer;
  byId("player").onseeked = followPlayer;
  document.querySelectorAll(".picture").forEach(picture => {
    picture.onclick = event => {
      const box = picture.getBoundingClientRect();
      byId("player").currentTime = (event.clientX - box.left) / box.width * byId("player").duration;
      byId("player").play();
    };
  });
  const redraw = () => { if (current) showClip(current); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  let width = innerWidth;
  addEventListener("resize", () => { if (innerWidth !== width) redraw(width = innerWidth); });
}

function describeModel() {
  const classes = metadata.classes, n = classes?.length;
  const named = n ? ` It knows ${n} classes: ${classes.slice(0, 12).join(", ")}${n > 12 ? " and others" : ""}.` : "";
  byId("about").textContent = `The model takes sound at ${sr} Hz, to which files are resampled.${named}`;
  byId("window").value = content.window_seconds;
  byId("settings").hidden = metadata.method === "predict_frames";
  byId("clips-value").textContent = isProbability ? "Probability" : "Value";
}

async function start() {
  describeModel();
  try {
    session = await openModel();
  } catch (error) {
    showProgress("");
    report(new Error(`The model cannot be run in this browser. ${error.message}`));
    return;
  }
  listen();
  byId("choose").disabled = byId("record").disabled = false;
  showProgress("Ready");
}

start();
