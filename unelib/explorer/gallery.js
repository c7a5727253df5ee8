// Thumbnails to choose one from. Arrow keys, Home and End move among them, Page Up and Page Down turn the page, and a
// click, Enter or the space bar chooses. Of all thumbnails one is reached by the Tab key: the last that had the focus.

function render({ model, el }) {
  const list = document.createElement("div");
  list.className = "une-thumbnails";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "images");
  list.dataset.lmSuppressShortcuts = "true"; // or JupyterLab takes keys for its own
  el.replaceChildren(list);
  let landing = 0; // which thumbnail takes the focus after the page was turned by a key

  function save(name, value) {
    model.set(name, value);
    model.save_changes();
  }

  function thumbnail(cell) {
    const option = document.createElement("div");
    option.setAttribute("role", "option");
    option.setAttribute("aria-label", cell.told);
    option.title = cell.told;
    option.dataset.row = cell.row;
    option.onclick = () => save("value", cell.row);
    option.onfocus = () => reach(option);
    const image = document.createElement("img");
    image.src = cell.source;
    image.alt = cell.told;
    option.append(image);
    return option;
  }

  function reach(option) {
    for (const other of list.children) other.tabIndex = other === option ? 0 : -1;
  }

  function mark() {
    const chosen = String(model.get("value"));
    for (const option of list.children) option.setAttribute("aria-selected", String(option.dataset.row === chosen));
  }

  function fill() {
    const hadFocus = list.contains(document.activeElement);
    list.replaceChildren(...model.get("cells").map(thumbnail));
    mark();
    const options = [...list.children];
    const chosen = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const first = options.at(hadFocus ? landing : Math.max(chosen, 0));
    if (first) reach(first);
    if (first && hadFocus) first.focus();
    landing = 0;
  }

  function turn(step) {
    const page = model.get("page") + step;
    if (page < 0 || page >= model.get("pages")) return;
    landing = step > 0 ? 0 : -1;
    save("page", page);
  }

  function columns(options) {
    const below = options.findIndex((option) => option.offsetTop > options[0].offsetTop);
    return below < 0 ? options.length : below;
  }

  list.onkeydown = (event) => {
    const options = [...list.children];
    const now = options.indexOf(document.activeElement);
    if (now < 0) return;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(options), ArrowUp: -columns(options) };
    const ends = { Home: 0, End: options.length - 1 };
    if (event.key in steps) {
      const next = now + steps[event.key];
      if (options[next]) options[next].focus();
      else turn(Math.sign(steps[event.key]));
    } else if (event.key in ends) options[ends[event.key]].focus();
    else if (event.key === "PageDown") turn(1);
    else if (event.key === "PageUp") turn(-1);
    else if (event.key === "Enter" || event.key === " ") options[now].click();
    else return;
    event.preventDefault();
  };

  model.on("change:cells", fill);
  model.on("change:value", mark);
  fill();
  return () => {
    model.off("change:cells", fill);
    model.off("change:value", mark);
  };
}

export default { render };
