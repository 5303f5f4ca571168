// What of the inspector's page does not fit its width.

/** A script for the page: elements that stick out of the page, and texts that are cut off without an ellipsis. */
export const findOverflow = `(() => {
  const width = document.documentElement.clientWidth;
  const found = [];
  const scrolls = ({ parentElement: around }) =>
    around !== null && (/auto|scroll/.test(getComputedStyle(around).overflowX) || scrolls(around));
  if (document.documentElement.scrollWidth > width) found.push("the page is wider than the window");
  for (const element of document.querySelectorAll("#inspector *")) {
    if (element.closest(".visually-hidden, .katex-mathml, .katex .hide-tail, thead, .ticks, .controls") !== null) continue;
    const box = element.getBoundingClientRect();
    const out = box.width > 0 && (box.right > width + 1 || box.left < -1);
    if (out && !scrolls(element)) found.push(element.getAttribute("class") + " sticks out");
    const style = getComputedStyle(element);
    const cut = style.overflowX === "hidden" && element.scrollWidth > element.clientWidth + 1;
    if (cut && style.textOverflow !== "ellipsis") found.push(element.className + " is cut off");
  }
  return found;
})()`;
