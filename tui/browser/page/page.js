// Gives the keys to the terminal once the app draws: textual.js leaves that to a click.
addEventListener("load", () => {
  const { body } = document;
  const look = () => {
    if (body.classList.contains("-closed")) document.querySelector(".ended a").focus();
    else if (body.classList.contains("-first-byte")) {
      document.querySelector(".xterm-helper-textarea").focus();
    }
  };
  new MutationObserver(look).observe(body, { attributeFilter: ["class"] });
});
