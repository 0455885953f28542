/** A link back to a form that is still as it was left: by the browser's own history. */
export const goBack = (): void => {
  document.body.addEventListener('click', (event) => {
    const link = (event.target as Element).closest('a[data-back]');
    if (link === null || history.length < 2) return;
    event.preventDefault();
    history.back();
  });
};
