"""What a page in another language must not hold: words that are English, and identifiers that its writing turns round."""

LOOSE = r"""
() => {
  const named = /\b[SVOPQTM]-\d{3,}|\b[0-9a-f]{8,}\b|\b\d{4}-\d{2}-\d{2}\b|\b[A-Z]{2}-\d+\b|\d ?\u00d7 ?\d/;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const loose = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, around = node.parentElement;
    if (!named.test(node.data) || around.closest("bdi, [dir=ltr], .visually-hidden, code, kbd, script, noscript, style, textarea, option, title")) continue;
    loose.push(node.data.trim());
  }
  return loose;
}
"""
"""Identifiers that the writing around them could turn round: in no element that keeps them apart."""
ENGLISH = r"""
() => [...document.querySelectorAll("main h1, main h2, main th, main label, main button, header a, header button")].map((one) => {
    const said = one.cloneNode(true);  // less what members wrote
    said.querySelectorAll("bdi, option, textarea, [dir=auto], [lang], .visually-hidden").forEach((part) => part.remove());
    return said.textContent;
  }).filter((text) => /\b(the|and|of|with|your|wait|record)\b/i.test(text))
"""
"""Headings, labels and buttons with words that are English and nothing else."""
