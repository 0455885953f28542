/**
 * The monitor says every two seconds that there may be something new (`/events`). Parts of the page that change say
 * `hx-trigger="tick from:body"`, and are asked for while somebody looks at them.
 */
export const followTicks = (): void => {
  const stale = document.querySelector<HTMLElement>('#stale');
  if (stale === null) return;
  let source: EventSource | undefined;
  let seenAt = new Date();

  const tellStale = (): void => {
    stale.textContent = `The monitor can’t tell at the moment. This is how it was at ${seenAt.toLocaleTimeString()}.`;
    stale.hidden = false;
  };
  const askParts = (): void => {
    if (!isMarking()) document.body.dispatchEvent(new Event('tick'));
  };
  const open = (): void => {
    source?.close();
    source = new EventSource('/events');
    source.addEventListener('tick', askParts);
    source.addEventListener('error', () => {
      tellStale();
      if (source?.readyState === EventSource.CLOSED) setTimeout(comeAgain, 5_000);
    });
  };
  /** It was refused. Where the session has ended the parts are told so, and bring the page to the sign-in. */
  const comeAgain = (): void => {
    askParts();
    if (!document.hidden) open();
  };

  document.body.addEventListener('htmx:after:swap', () => {
    seenAt = new Date();
    stale.hidden = true;
  });
  document.body.addEventListener('htmx:error', tellStale);
  document.body.addEventListener('htmx:response:error', (event) => {
    if (!isSessionOver(event)) return tellStale();
    stale.textContent =
      'Your session has ended. Sign in in another tab, and go on here: nothing that you wrote is lost.';
    stale.hidden = false;
  });
  // A page that nobody looks at asks for nothing.
  document.addEventListener('visibilitychange', () => (document.hidden ? source?.close() : open()));
  if (!document.hidden) open();
};

const isSessionOver = (event: Event): boolean =>
  (event as CustomEvent<{ ctx?: { response?: { status?: number } } }>).detail?.ctx?.response?.status === 401;

/** Text that somebody is marking must not be taken away. */
const isMarking = (): boolean => getSelection()?.isCollapsed === false;
