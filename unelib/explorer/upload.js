// A file chosen by its button. One that is too large is not sent, since the page's connection would break on it.

function render({ model, el }) {
  const label = document.createElement("label");
  label.className = "une-file";
  const input = document.createElement("input");
  input.type = "file";
  input.accept = "image/*";
  const note = document.createElement("span");
  label.append(model.get("label"), input, note);
  el.replaceChildren(label);

  input.onchange = async () => {
    const file = input.files[0];
    if (!file) return;
    note.textContent = `sending ${file.name} …`;
    const sent = file.size <= model.get("most") ? await file.arrayBuffer() : new ArrayBuffer(0);
    model.set("given", { name: file.name, size: file.size, content: new DataView(sent) });
    model.save_changes();
    input.value = ""; // so that the same file can be chosen again
  };

  function received() {
    if (!model.get("given").name) note.textContent = "";
  }
  model.on("change:given", received);
  return () => model.off("change:given", received);
}

export default { render };
