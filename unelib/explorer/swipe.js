// Two pictures on one place, and a divider between them: left of it the one, right of it the other. It is moved by the
// pointer, by the arrow keys (with Shift ten times as far), by Page Up and Page Down, Home and End.

function render({ model, el }) {
  const box = document.createElement("div");
  const [before, after] = ["before", "after"].map((name) => {
    const image = document.createElement("img");
    image.className = `une-${name}`;
    image.draggable = false;
    return image;
  });
  const divider = document.createElement("div");
  box.className = "une-swipe";
  divider.className = "une-divider";
  divider.setAttribute("role", "slider");
  divider.setAttribute("aria-valuemin", "0");
  divider.setAttribute("aria-valuemax", "100");
  divider.tabIndex = 0;
  divider.dataset.lmSuppressShortcuts = "true"; // or JupyterLab takes keys for its own
  box.append(before, after, divider);
  el.replaceChildren(box);

  function place() {
    const value = model.get("value");
    after.style.clipPath = `inset(0 0 0 ${value}%)`;
    divider.style.left = `${value}%`;
    divider.setAttribute("aria-valuenow", String(value));
    divider.setAttribute("aria-valuetext", `${value} % before, ${100 - value} % after`);
  }

  function show() {
    for (const [name, image] of [["before", before], ["after", after]]) {
      const source = model.get(name);
      image.hidden = !source;
      if (source) image.src = source;
      image.alt = model.get(`${name}_told`);
    }
    divider.hidden = !model.get("before");
    divider.setAttribute("aria-label", model.get("label"));
  }

  function move(value) {
    model.set("value", Math.round(Math.min(Math.max(value, 0), 100)));
    model.save_changes();
  }

  function follow(event) {
    const { left, width } = box.getBoundingClientRect();
    if (width) move((100 * (event.clientX - left)) / width);
  }

  box.onpointerdown = (event) => {
    box.setPointerCapture(event.pointerId);
    follow(event);
    divider.focus({ preventScroll: true });
    event.preventDefault();
  };
  box.onpointermove = (event) => {
    if (box.hasPointerCapture(event.pointerId)) follow(event);
  };

  divider.onkeydown = (event) => {
    const far = event.shiftKey ? 10 : 1;
    const steps = { ArrowLeft: -far, ArrowDown: -far, ArrowRight: far, ArrowUp: far, PageDown: -10, PageUp: 10 };
    const ends = { Home: 0, End: 100 };
    if (event.key in steps) move(model.get("value") + steps[event.key]);
    else if (event.key in ends) move(ends[event.key]);
    else return;
    event.preventDefault();
  };

  const names = ["before", "after", "before_told", "after_told", "label"].map((name) => `change:${name}`).join(" ");
  model.on(names, show);
  model.on("change:value", place);
  show();
  place();
  return () => {
    model.off(names, show);
    model.off("change:value", place);
  };
}

export default { render };
