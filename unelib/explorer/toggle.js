// A button that is on or off, and tells so to screen readers as well as to the eye.

const SHOWN = ["value", "description", "about", "icon", "button_style", "tooltip", "disabled"];

function render({ model, el }) {
  el.classList.add("une-toggle");
  el.innerHTML = `<button type="button"><i aria-hidden="true"></i><span></span></button>`;
  const [button, icon, words] = el.querySelectorAll("button, i, span");

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
}

export default { render };
