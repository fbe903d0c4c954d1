// The page of a report: cards without verdicts of the user; cells of a matrix and points show their clips.

function completeCard(clip, part) {
  if (clip.id) clip.card.id = clip.id;
  const [state, text] = clip.verdict || ["open", ""];
  clip.card.dataset.verdict = state;
  part(".verdict").textContent = text;
  nameCard(clip, text);
}

function keeps() {
  return true;
}

function arranged() {
  byId("number").textContent = `${shown.length} of ${clips.length} shown`;
  if (playing && !shown.includes(playing)) player.pause();
}

function reset() {
  document.querySelectorAll("#filters select[data-field]").forEach(select => { select.selectedIndex = 0; });
  document.querySelectorAll("#filters input").forEach(input => { input.value = ""; });
}

function showChosen(event) {
  reset();
  for (const [field, value] of Object.entries(JSON.parse(event.currentTarget.dataset.chosen))) byId(field).value = value;
  refilter();
  byId(content.heading).focus();
}

function showLinked(event) {
  const link = event.target.closest("a"), href = link && (link.getAttribute("href") || "");
  const clip = href && clips.find(each => `#${each.id}` === href);
  if (!clip) return;
  event.preventDefault();
  if (!shown.includes(clip)) {
    reset();
    refilter();
  }
  clip.card.scrollIntoView({ block: "center" });
  clip.card.focus({ preventScroll: true });
}

byId("reset").onclick = () => {
  reset();
  refilter();
};
document.querySelectorAll("[data-chosen]").forEach(button => { button.onclick = showChosen; });
document.addEventListener("click", showLinked);
buildCards();
