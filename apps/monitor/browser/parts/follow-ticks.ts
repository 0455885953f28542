/**
 * The monitor says every two seconds that there may be something new (`/events`). Parts of the page that change say
 * `hx-trigger="tick from:body"`, and are asked for while somebody looks at them.
 */
export const followTicks = (): void => {
  const stale = document.querySelector<HTMLElement>('#stale');
  if (stale === null) return;
  let source: EventSource | undefined;
  let seenAt = new Date();

  const tick = (): void => {
    seenAt = new Date();
    stale.hidden = true;
    if (!isMarking()) document.body.dispatchEvent(new Event('tick'));
  };

  const open = (): void => {
    source?.close();
    source = new EventSource('/events');
    source.addEventListener('tick', tick);
    source.addEventListener('error', () => {
      stale.textContent = `The monitor can’t tell at the moment. This is how it was at ${seenAt.toLocaleTimeString()}.`;
      stale.hidden = false;
      // It was refused for good, as it is when the session has ended: the page itself is told why.
      if (source?.readyState === EventSource.CLOSED) setTimeout(open, 5_000);
    });
  };

  // A page that nobody looks at asks for nothing.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) source?.close();
    else open();
  });
  // A part that says nothing new for a while is not what it seems.
  document.body.addEventListener('htmx:error', () => {
    stale.textContent = `The monitor can’t tell at the moment. This is how it was at ${seenAt.toLocaleTimeString()}.`;
    stale.hidden = false;
  });
  if (!document.hidden) open();
};

/** Text that somebody is marking must not be taken away. */
const isMarking = (): boolean => {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed;
};
