// What is drawn into an element is drawn once the element has a size: a style sheet may come later than a script.

export const onceSized = (element, draw) => {
  if (element.clientWidth && element.clientHeight) return draw();
  const watch = new ResizeObserver(() => {
    if (!element.clientWidth || !element.clientHeight) return;
    watch.disconnect();
    draw();
  });
  watch.observe(element);
};
