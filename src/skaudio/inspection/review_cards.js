// The cards of the detections, and their sounds: one player for all, whose cursor is in the picture of the card.

const byId = id => document.getElementById(id);
const clips = content.clips;
const STEP_SECONDS = 0.2;
const player = byId("player");
let playing = null; // the clip that the player has loaded

function build(clip) {
  const card = byId("card").content.firstElementChild.cloneNode(true);
  const part = selector => card.querySelector(selector);
  const score = content.scores[clip.row];
  clip.card = card;
  part("h3").textContent = content.spans[clip.row][2];
  part(".score").textContent = score === null ? "" : `Score ${Number(score.toPrecision(3))}`;
  part(".recording").textContent = clip.name;
  part(".at").textContent = `at ${clip.at}`;
  part(".time").textContent = clip.time;
  if (clip.error) {
    part(".plot").replaceWith(Object.assign(document.createElement("p"), { className: "error", textContent: clip.error }));
    part(".play").remove();
  } else {
    drawPlot(clip, part);
    part(".play").onclick = () => { select(clip, false); toggle(); };
  }
  part(".yes").onclick = () => judge(clip, true);
  part(".no").onclick = () => judge(clip, false);
  part(".other").onclick = () => { select(clip, false); openLabels(); };
  card.addEventListener("focusin", () => select(clip, false));
  byId("cards").append(card);
  refreshCard(clip);
}

function drawPlot(clip, part) {
  const picture = part(".picture"), [left, right, low, high] = clip.box;
  part("img").src = clip.picture;
  part("img").alt = `Spectrogram of ${clip.seconds.toFixed(1)} s`;
  Object.assign(part(".box").style, {
    left: `${100 * left}%`, width: `${100 * (right - left)}%`, bottom: `${100 * low}%`, height: `${100 * (high - low)}%`,
  });
  for (const [place, text] of clip.xTicks) part(".x-axis").append(tick(text, "left", place));
  for (const [place, text] of clip.yTicks) part(".y-axis").append(tick(text, "bottom", place));
  picture.setAttribute("aria-valuemax", clip.soundSeconds);
  setCursor(clip, 0);
  picture.onclick = event => {
    const box = picture.getBoundingClientRect();
    select(clip, false);
    play(clip, clip.seconds * (event.clientX - box.left) / box.width);
  };
}

function tick(text, side, place) {
  const span = document.createElement("span");
  span.className = "tick";
  span.textContent = text;
  span.style[side] = `${100 * place}%`;
  if (place < 0.04) span.classList.add("first"); // kept within the axis
  if (place > 0.96) span.classList.add("last");
  return span;
}

function setCursor(clip, seconds) {
  const picture = clip.card.querySelector(".picture"), cursor = picture.querySelector(".cursor");
  cursor.hidden = clip !== playing;
  cursor.style.left = `${100 * seconds / clip.seconds}%`;
  picture.setAttribute("aria-valuenow", seconds.toFixed(2));
  picture.setAttribute("aria-valuetext", `${seconds.toFixed(1)} of ${clip.soundSeconds.toFixed(1)} s`);
}

function refreshCard(clip) {
  const verdict = verdictOf(clip.row), card = clip.card;
  const text = verdict === null ? "" : verdict === true ? "Correct" : verdict === false ? "Wrong" : `Is ${verdict}`;
  card.dataset.verdict = verdict === null ? "open" : verdict === true ? "yes" : verdict === false ? "no" : "other";
  card.querySelector(".verdict").textContent = text;
  card.querySelector(".yes").setAttribute("aria-pressed", verdict === true);
  card.querySelector(".no").setAttribute("aria-pressed", verdict === false);
  const name = [card.querySelector("h3").textContent, card.querySelector(".score").textContent, clip.name, `at ${clip.at}`];
  card.setAttribute("aria-label", [...name, text || "Not reviewed"].filter(Boolean).join(", "));
}

function play(clip, seconds) {
  if (playing !== clip) {
    const before = playing;
    playing = clip;
    if (before) setCursor(before, 0);
    player.src = clip.sound;
  }
  player.currentTime = Math.min(Math.max(seconds, 0), clip.soundSeconds);
  setCursor(clip, player.currentTime);
  player.play().catch(() => {}); // interrupted by the next one, or not yet allowed by the browser
}

function toggle() {
  if (current.error) return;
  if (playing === current && !player.paused) player.pause();
  else if (playing === current && !player.ended) player.play().catch(() => {});
  else play(current, 0);
}

function follow() {
  if (playing) setCursor(playing, Math.min(player.currentTime, playing.seconds));
  if (!player.paused) requestAnimationFrame(follow);
}

function showPlaying() {
  for (const clip of clips.filter(each => !each.error)) {
    const plays = clip === playing && !player.paused;
    clip.card.classList.toggle("playing", plays);
    clip.card.querySelector(".play span").textContent = plays ? "Pause" : "Play";
  }
  follow();
}

function seek(step) {
  if (playing !== current) play(current, 0);
  player.currentTime = Math.min(Math.max(player.currentTime + step, 0), current.soundSeconds);
  setCursor(current, player.currentTime);
}
