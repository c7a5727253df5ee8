// A slider with a name, a number field beside it, and a line for what became of a number beyond its ends.

const SHOWN = ["value", "min", "max", "step", "description", "unit", "tooltip", "disabled"];

const created = (tag) => document.createElement(tag);

function render({ model, el }) {
  el.classList.add("une-slider");
  const [label, name, range, number, said] = ["label", "span", "input", "input", "div"].map(created);
  Object.assign(range, { type: "range" });
  Object.assign(number, { type: "number" });
  said.setAttribute("role", "status");
  label.append(name, range);
  el.replaceChildren(label, number, said);
  let frame = 0;

  function show() {
    const [value, min, max, step, description, unit, tooltip, disabled] = SHOWN.map((trait) => model.get(trait));
    const share = (x) => (Math.min(Math.max(x, min), max) - min) / (max - min || 1);
    name.textContent = description;
    for (const input of [range, number]) {
      Object.assign(input, { min, max, step, disabled, value }); // its ends before its value, which they would cut
    }
    range.style.setProperty("--from", Math.min(share(0), share(value)));
    range.style.setProperty("--to", Math.max(share(0), share(value)));
    range.setAttribute("aria-valuetext", `${value} ${unit}`.trim());
    range.setAttribute("aria-description", tooltip ?? "");
    number.setAttribute("aria-label", `${description}, as a number`);
  }

  function send(value) {
    cancelAnimationFrame(frame);
    frame = 0;
    model.set("value", value);
    model.save_changes();
  }

  function moved() {
    said.textContent = "";
    frame ||= requestAnimationFrame(() => send(range.valueAsNumber)); // once a frame, however fast the hand is
  }

  function typed() {
    const [old, min, max, whole, description] = ["value", "min", "max", "whole", "description"].map((t) => model.get(t));
    const asked = number.valueAsNumber;
    const within = Number.isNaN(asked) ? old : Math.min(Math.max(asked, min), max);
    const value = whole ? Math.round(within) : within;
    const became = Number.isNaN(asked) ? "type a number" : `${asked} became ${value}`;
    const kind = whole ? " in whole numbers" : "";
    said.textContent = value === asked ? "" : `${description} goes from ${min} to ${max}${kind}; ${became}.`;
    send(value);
    show(); // also where the value is the old one, so that what was typed goes
  }

  range.addEventListener("input", moved);
  range.addEventListener("change", () => send(range.valueAsNumber));
  range.addEventListener("dblclick", () => model.get("min") < 0 && send(0));
  number.addEventListener("change", typed);
  SHOWN.forEach((trait) => model.on(`change:${trait}`, show));
  show();
  return () => {
    cancelAnimationFrame(frame);
    SHOWN.forEach((trait) => model.off(`change:${trait}`, show));
  };
}

export default { render };
