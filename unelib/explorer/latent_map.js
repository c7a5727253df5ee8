// A map of images: a sign an image, its look by class. The pointer or the arrow keys look at an image, whose thumbnail
// is shown beside it; a click, Enter or the space bar chooses it, Escape looks away. The path of an edit is a line.

const SVG = "http://www.w3.org/2000/svg";
const LEFT = 48, BELOW = 44, EDGE = 12; // pixels around the plot
const NEAR = 24; // pixels from a sign within which the pointer looks at it
const TICKS = 5;
const SIGNS = {
  circle: "M-4,0 a4,4 0 1,0 8,0 a4,4 0 1,0 -8,0Z",
  square: "M-3.5,-3.5 h7 v7 h-7Z",
  diamond: "M0,-5 L5,0 L0,5 L-5,0Z",
};

function shape(name, attributes, text = "") {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

function extent(values) {
  const low = Math.min(...values), high = Math.max(...values);
  const room = 0.05 * (high - low) || 1;
  return [low - room, high + room];
}

function ticks([low, high]) {
  const rough = (high - low) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) found.push(Number((i * step).toPrecision(6)));
  return found;
}

function render({ model, el }) {
  const box = document.createElement("div");
  box.className = "une-map";
  box.tabIndex = 0;
  box.setAttribute("role", "application");
  box.setAttribute("aria-roledescription", "map");
  box.dataset.lmSuppressShortcuts = "true"; // or JupyterLab takes keys for its own
  const look = document.createElement("div");
  look.className = "une-look";
  look.setAttribute("role", "status");
  const drawing = shape("svg", { "aria-hidden": "true" });
  box.append(drawing, look);
  el.replaceChildren(box);
  let places = []; // of the images, in pixels
  let toPixels = (point) => point;

  function save(name, value) {
    model.set(name, value);
    model.save_changes();
  }

  function draw() {
    const width = box.clientWidth || 600, height = Math.round(Math.min(Math.max(0.75 * width, 320), 480));
    const points = model.get("points"), all = [...points, ...model.get("path")];
    const [xs, ys] = [0, 1].map((axis) => extent(all.map((point) => point[axis])));
    toPixels = ([x, y]) => [
      LEFT + ((x - xs[0]) / (xs[1] - xs[0])) * (width - LEFT - EDGE),
      EDGE + ((ys[1] - y) / (ys[1] - ys[0])) * (height - EDGE - BELOW),
    ];
    places = points.map(toPixels);
    drawing.setAttribute("width", width);
    drawing.setAttribute("height", height);
    drawing.replaceChildren(...axes(xs, ys, width, height), ...signs(), shape("g", { class: "une-marks" }));
    fit(drawing.querySelectorAll(".une-axis"), width - LEFT - EDGE, height - EDGE - BELOW);
    box.setAttribute("aria-label", `${model.get("label")}; arrow keys look at images, Enter chooses`);
    show();
  }

  function axes(xs, ys, width, height) {
    const floor = height - BELOW, [across, up] = model.get("names");
    const frame = `M${LEFT},${EDGE} V${floor} H${width - EDGE}`;
    const upright = { transform: `translate(14,${(floor + EDGE) / 2}) rotate(-90)` };
    return [
      shape("path", { d: frame, fill: "none", stroke: "currentColor" }),
      ...ticks(xs).map((x) => shape("text", { x: toPixels([x, 0])[0], y: floor + 16, "text-anchor": "middle" }, x)),
      ...ticks(ys).map((y) => shape("text", { x: LEFT - 6, y: toPixels([0, y])[1] + 4, "text-anchor": "end" }, y)),
      shape("text", { x: (LEFT + width) / 2, y: height - 8, "text-anchor": "middle", class: "une-axis" }, across),
      shape("text", { ...upright, "text-anchor": "middle", class: "une-axis" }, up),
    ];
  }

  function fit(texts, ...room) {
    texts.forEach((text, axis) => {
      if (text.getComputedTextLength() <= room[axis]) return;
      text.setAttribute("textLength", room[axis]);
      text.setAttribute("lengthAdjust", "spacingAndGlyphs");
    });
  }

  function signs() {
    const classes = model.get("classes"), looks = model.get("looks");
    return places.map(([x, y], i) => {
      const { colour, sign } = classes[looks[i]];
      return shape("path", { d: SIGNS[sign], transform: `translate(${x},${y})`, fill: colour, class: "une-sign" });
    });
  }

  function mark() {
    const marks = drawing.querySelector(".une-marks");
    const path = model.get("path").map(toPixels);
    const line = path.map((place) => place.join(",")).join(" ");
    const found = [];
    if (path.length > 1) {
      found.push(shape("polyline", { points: line, fill: "none", stroke: "#fff", "stroke-width": 5 }));
      found.push(shape("polyline", { points: line, fill: "none", stroke: "#000", "stroke-width": 2 }));
    }
    if (path.length) found.push(ring(path.at(-1), 6, "#000", "#fff"));
    if (places[model.get("value")]) found.push(ring(places[model.get("value")], 9, "#000", "none"));
    if (places[model.get("looked")]) found.push(ring(places[model.get("looked")], 9, "#d4483b", "none"));
    marks.replaceChildren(...found);
  }

  function ring([x, y], size, stroke, fill) {
    return shape("circle", { cx: x, cy: y, r: size, stroke, fill, "stroke-width": 2.5 });
  }

  function show() {
    const { row, source, told } = model.get("shown"), looked = model.get("looked");
    mark();
    look.replaceChildren();
    look.hidden = looked === null || row !== looked || !places[looked];
    if (look.hidden) return;
    const image = document.createElement("img");
    image.src = source;
    image.alt = "thumbnail";
    look.append(image, told);
    const [x, y] = places[looked], right = x > box.clientWidth / 2;
    look.style.left = right ? "" : `${x + 14}px`;
    look.style.right = right ? `${box.clientWidth - x + 14}px` : "";
    look.style.top = `${Math.max(y - 60, 0)}px`;
  }

  function nearest(place, allowed = () => true) {
    let best = null, least = Infinity;
    places.forEach(([x, y], i) => {
      const dx = x - place[0], dy = y - place[1], far = Math.hypot(dx, dy);
      if (far < least && allowed(dx, dy, i)) [best, least] = [i, far];
    });
    return { row: best, far: least };
  }

  function under(event) {
    const { left, top } = drawing.getBoundingClientRect();
    const { row, far } = nearest([event.clientX - left, event.clientY - top]);
    return far <= NEAR ? row : null;
  }

  drawing.onpointermove = (event) => {
    const row = under(event);
    if (row !== model.get("looked")) save("looked", row);
  };
  box.onpointerleave = () => save("looked", null);
  drawing.onclick = (event) => {
    const row = under(event);
    if (row !== null) save("value", row);
  };
  box.onblur = () => save("looked", null);

  const ways = {
    ArrowRight: (dx, dy) => dx > 0 && Math.abs(dy) <= dx,
    ArrowLeft: (dx, dy) => dx < 0 && Math.abs(dy) <= -dx,
    ArrowUp: (dx, dy) => dy < 0 && Math.abs(dx) <= -dy,
    ArrowDown: (dx, dy) => dy > 0 && Math.abs(dx) <= dy,
  };
  box.onkeydown = (event) => {
    const from = model.get("looked") ?? model.get("value");
    if (event.key in ways) {
      if (from === null) save("looked", nearest([box.clientWidth / 2, box.clientHeight / 2]).row);
      else {
        const { row } = nearest(places[from], (dx, dy, i) => i !== from && ways[event.key](dx, dy));
        if (row !== null) save("looked", row);
      }
    } else if ((event.key === "Enter" || event.key === " ") && model.get("looked") !== null) {
      save("value", model.get("looked"));
    } else if (event.key === "Escape") save("looked", null);
    else return;
    event.preventDefault();
  };

  const observer = new ResizeObserver(draw);
  observer.observe(box);
  model.on("change:points change:looks change:classes change:names change:path", draw);
  model.on("change:shown change:looked", show);
  model.on("change:value", mark);
  draw();
  return () => {
    observer.disconnect();
    model.off("change:points change:looks change:classes change:names change:path", draw);
    model.off("change:shown change:looked", show);
    model.off("change:value", mark);
  };
}

export default { render };
