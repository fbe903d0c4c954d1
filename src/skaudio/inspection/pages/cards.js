"use strict";
// Cards of sounds: spectrograms with axes, and one player for all, whose cursor is in the picture of its card.
// The script of the page completes a card: completeCard(clip, part).

const content = JSON.parse(document.getElementById("content").textContent);
const byId = id => document.getElementById(id);
const clips = content.clips;
const STEP_SECONDS = 0.2;
const player = byId("player");
let playing = null; // the clip that the player has loaded

function build(clip) {
  const card = byId("card").content.firstElementChild.cloneNode(true);
  const part = selector => card.querySelector(selector);
  clip.card = card;
  part("h3").textContent = clip.title;
  part(".where").append(...clip.facts.map(([className, textContent]) =>
    Object.assign(document.createElement("span"), { className, textContent })));
  if (clip.error) {
    part(".plot").replaceWith(Object.assign(document.createElement("p"), { className: "error", textContent: clip.error }));
    part(".play").remove();
  } else {
    drawPlot(clip, part);
    part(".play").onclick = () => toggle(clip);
  }
  completeCard(clip, part);
  byId("cards").append(card);
}

function drawPlot(clip, part) {
  const picture = part(".picture");
  part("img").src = clip.picture;
  part("img").alt = `Spectrogram of ${clip.seconds.toFixed(1)} s`;
  if (clip.box) {
    const [left, right, low, high] = clip.box;
    Object.assign(part(".box").style, {
      left: `${100 * left}%`, width: `${100 * (right - left)}%`, bottom: `${100 * low}%`, height: `${100 * (high - low)}%`,
    });
  } else part(".box").remove();
  for (const [place, text] of clip.xTicks) part(".x-axis").append(tick(text, "left", place));
  for (const [place, text] of clip.yTicks) part(".y-axis").append(tick(text, "bottom", place));
  picture.setAttribute("aria-valuemax", clip.soundSeconds);
  setCursor(clip, 0);
  picture.onclick = event => {
    const box = picture.getBoundingClientRect();
    play(clip, clip.seconds * (event.clientX - box.left) / box.width);
  };
  picture.onkeydown = event => {
    const step = { ArrowLeft: -STEP_SECONDS, ArrowRight: STEP_SECONDS }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    seek(clip, step);
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

// The name of a card for screen readers: its title, its facts, and a verdict.
function nameCard(clip, verdict) {
  const facts = clip.facts.map(([, text]) => text);
  clip.card.setAttribute("aria-label", [clip.title, ...facts, verdict].filter(Boolean).join(", "));
}

function setCursor(clip, seconds) {
  const picture = clip.card.querySelector(".picture"), cursor = picture.querySelector(".cursor");
  cursor.hidden = clip !== playing;
  cursor.style.left = `${100 * seconds / clip.seconds}%`;
  picture.setAttribute("aria-valuenow", seconds.toFixed(2));
  picture.setAttribute("aria-valuetext", `${seconds.toFixed(1)} of ${clip.soundSeconds.toFixed(1)} s`);
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

function toggle(clip) {
  if (clip.error) return;
  if (playing === clip && !player.paused) player.pause();
  else if (playing === clip && !player.ended) player.play().catch(() => {});
  else play(clip, 0);
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

function seek(clip, step) {
  if (playing !== clip) play(clip, 0);
  player.currentTime = Math.min(Math.max(player.currentTime + step, 0), clip.soundSeconds);
  setCursor(clip, player.currentTime);
}

for (const name of ["play", "pause", "ended"]) player.addEventListener(name, showPlaying);
