// A button that is on or off, and tells so to screen readers as well as to the eye.

const SHOWN = ["value", "description", "about", "icon", "button_style", "tooltip", "disabled"];

function render({ model, el }) {
  el.classList.add("une-toggle");
  const [button, icon, words] = ["button", "i", "span"].map((tag) => document.createElement(tag));
  button.type = "button";
  icon.setAttribute("aria-hidden", "true");
  button.append(icon, words);
  el.replaceChildren(button);

  function show() {
    const [value, description, about, sign, style, tooltip, disabled] = SHOWN.map((trait) => model.get(trait));
    button.className = `jupyter-button ${style && `mod-${style}`}`;
    icon.className = sign && `fa fa-${sign}`;
    words.textContent = description;
    button.disabled = disabled;
    button.setAttribute("aria-pressed", value);
    button.setAttribute("aria-label", about ? `${description}: ${about}` : description);
    button.setAttribute("aria-description", tooltip ?? "");
  }

  button.addEventListener("click", () => {
    model.set("value", !model.get("value"));
    model.save_changes();
  });
  SHOWN.forEach((trait) => model.on(`change:${trait}`, show));
  show();
  return () => SHOWN.forEach((trait) => model.off(`change:${trait}`, show));
}

export default { render };
