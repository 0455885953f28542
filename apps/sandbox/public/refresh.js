/** Keeps the page fresh: asks for it again and puts in place what changed. Rests while the page is hidden or text is selected. */
const everyMs = 2000;

const isResting = () => document.hidden || String(getSelection()) !== '';

const refresh = async () => {
  const response = await fetch(location.href);
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  document.title = fresh.title;
  for (const region of document.querySelectorAll('[data-live]')) {
    const next = fresh.querySelector(`[data-live="${region.dataset.live}"]`);
    if (next && next.innerHTML !== region.innerHTML) region.replaceWith(next);
  }
};

const loop = async () => {
  try {
    if (!isResting()) await refresh();
    document.documentElement.classList.remove('is-away');
  } catch {
    document.documentElement.classList.add('is-away');
  }
  setTimeout(loop, everyMs);
};

setTimeout(loop, everyMs);
