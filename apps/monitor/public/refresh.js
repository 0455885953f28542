/** Keeps the part of the page that changes fresh, every two seconds, while somebody looks at it. */
const part = document.querySelector('[data-refresh]');
const stale = document.querySelector('#stale');
const everyMs = 2_000;

const fetchPart = async () => {
  const response = await fetch(part.dataset.refresh, { signal: AbortSignal.timeout(8_000) });
  if (response.redirected) location.reload(); // The session ended: this leads to the sign-in page.
  if (!response.ok) throw new Error(String(response.status));
  return response.text();
};

/** Text that somebody is marking must not be taken away. */
const isMarking = () => !getSelection().isCollapsed && part.contains(getSelection().anchorNode);

let seenAt = new Date();

const refresh = async () => {
  if (document.hidden || isMarking()) return;
  try {
    part.innerHTML = await fetchPart();
    seenAt = new Date();
    stale.hidden = true;
  } catch {
    stale.textContent = `The monitor can’t tell at the moment. This is how it was at ${seenAt.toLocaleTimeString()}.`;
    stale.hidden = false;
  }
};

const goOn = async () => {
  await refresh();
  setTimeout(goOn, everyMs);
};

setTimeout(goOn, everyMs);
document.addEventListener('visibilitychange', refresh);
