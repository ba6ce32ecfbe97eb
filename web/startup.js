/**
 * Says so if the page does not start: a part of it has not arrived, or is written in words that this browser does not
 * know. What it shows stands in index.html, in the place of the panel for errors, and is gone when the panels come.
 *
 * This is no module and uses no new words, for it must run where the rest does not.
 */
{
  /** A slow line may take so long, in milliseconds. */
  const PATIENCE = 30000;

  const message = document.getElementById("not-started");
  if (message) {
    const show = () => {
      message.hidden = false;
    };
    // Errors of elements do not bubble: of a script that cannot be had, or imports what cannot.
    addEventListener(
      "error",
      ({ target }) => (target === window || target instanceof HTMLScriptElement) && show(),
      true,
    );
    addEventListener("unhandledrejection", show);
    setTimeout(show, PATIENCE);
    message.querySelectorAll("button").forEach((button) => {
      button.onclick = () => location.reload();
    });
  }
}
