// Order and filters of the cards: of the clips, those that match are shown, in order.
// The script of the page may have further filters, keeps(clip), and is told of changes, arranged(reordered).

let shown = []; // clips that match the filters, in order

function matches(clip) {
  const fields = [...document.querySelectorAll("#filters select[data-field]")];
  const bounds = [...document.querySelectorAll("#filters input[data-number]")];
  return fields.every(select => select.selectedIndex === 0 || clip.fields[select.dataset.field] === select.value)
    && bounds.every(input => isNaN(input.valueAsNumber) || isWithin(clip.numbers[input.dataset.number], input))
    && keeps(clip);
}

function isWithin(number, input) {
  if (number === null) return false;
  return input.dataset.bound === "least" ? number >= input.valueAsNumber : number <= input.valueAsNumber;
}

function applyFilters() {
  shown = clips.filter(matches);
  clips.forEach(clip => { clip.card.hidden = true; });
  shown.forEach((clip, i) => {
    clip.card.hidden = false;
    clip.card.setAttribute("aria-posinset", i + 1);
    clip.card.setAttribute("aria-setsize", shown.length);
  });
  byId("empty").hidden = shown.length > 0;
}

function sortClips() {
  const ranks = content.ranks[byId("order").value];
  clips.sort((a, b) => ranks[a.place] - ranks[b.place]);
  byId("cards").append(...clips.map(clip => clip.card));
}

function refilter() {
  applyFilters();
  arranged(false);
}

function reorder() {
  sortClips();
  applyFilters();
  arranged(true);
}

function buildCards() {
  clips.forEach((clip, place) => build(Object.assign(clip, { place })));
  byId("filters").addEventListener("input", refilter); // while a number is typed
  byId("filters").addEventListener("change", refilter);
  byId("filters").addEventListener("submit", event => event.preventDefault());
  byId("order").onchange = reorder;
  reorder();
}
