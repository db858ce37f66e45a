// Runs in a browser, in a page whose frames hold the page that is looked at.

function overlapsOf(drawing) {
  const labels = [...drawing.querySelectorAll("text")].filter((label) => label.ownerSVGElement === drawing);
  const boxes = labels.map((label) => label.getBoundingClientRect());
  return boxes.flatMap((a, i) =>
    boxes.slice(i + 1).flatMap((b, j) => {
      const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 2 || b.bottom <= a.top + 2;
      const names = [labels[i], labels[i + 1 + j]].map((label) => label.textContent).join(" | ");
      return apart ? [] : [`${drawing.querySelector("title").textContent}: ${names}`];
    })
  );
}

function seenIn(frame) {
  const page = frame.contentDocument;
  const drawings = [...page.querySelectorAll("svg[role=img]")];
  return {
    width: frame.clientWidth,
    scrollWidth: page.documentElement.scrollWidth,
    title: page.title,
    drawings: drawings.filter((drawing) => drawing.getBoundingClientRect().height > 10).length,
    fetched: frame.contentWindow.performance.getEntriesByType("resource").map(({ name }) => name),
    overlaps: drawings.flatMap(overlapsOf),
  };
}

addEventListener("load", () => {
  const seen = [...document.querySelectorAll("iframe")].map(seenIn);
  document.body.textContent = JSON.stringify(seen);
});
