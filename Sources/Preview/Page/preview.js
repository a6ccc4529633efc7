"use strict";
// The page is drawn from the form that the source declares; every text is set as text, never as markup.

const $ = (id) => document.getElementById(id);

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children) element.append(child);
  return element;
}

async function call(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  const response = await fetch(path, options);
  const text = await response.text();
  let value;
  try { value = JSON.parse(text); } catch { value = { message: text || `The preview answered ${response.status}.` }; }
  if (!response.ok) throw value;
  return value;
}

// Each field gives an element and a function that reads its part of the config; undefined leaves it out.

function row(field, path, control, ...more) {
  const error = make("p", { class: "error", id: `${path}-error`, "data-error": path });
  const label = make("label", { for: path }, field.label, " ");
  if (field.required) label.append(make("span", { class: "required" }, "(required)"));
  const parts = [label];
  if (field.caption) {
    parts.push(make("p", { class: "caption", id: `${path}-caption` }, field.caption));
    control.setAttribute("aria-describedby", `${path}-caption ${path}-error`);
  } else {
    control.setAttribute("aria-describedby", `${path}-error`);
  }
  if (field.required) control.setAttribute("aria-required", "true");
  return make("div", { class: "field" }, ...parts, control, ...more, error);
}

function drawInput(field, path, value) {
  const type = ["text", "email", "search", "url", "password", "time", "number"].includes(field.type) ? field.type : "text";
  const control = field.type === "textarea"
    ? make("textarea", { id: path, name: path, placeholder: field.placeholder, spellcheck: "false" })
    : make("input", {
      id: path, name: path, placeholder: field.placeholder, autocomplete: "off",
      type: field.secret ? "password" : type, step: type === "number" ? "any" : undefined,
    });
  const initial = value ?? field.defaultValue;
  if (initial !== undefined && initial !== null) control.value = String(initial);
  return { element: row(field, path, control), read: () => control.value === "" ? undefined : control.value };
}

function drawSelect(field, path, value) {
  const options = field.options ?? [];
  const chosen = typeof value === "object" && value !== null && !Array.isArray(value) ? value.selection : value;
  const control = make("select", { id: path, name: path, multiple: field.multiple });
  const first = chosen ?? field.defaultValue;
  if (!field.multiple && first === undefined) control.append(make("option", { value: "" }, "Choose …"));
  const wanted = (Array.isArray(first) ? first : [first]).map(String);
  for (const option of options) {
    control.append(make("option", { value: option.value, selected: wanted.includes(String(option.value)) }, option.label));
  }
  const place = make("div");
  let inner = null;
  const redraw = () => {
    const option = options.find((each) => each.value === control.value);
    inner = option?.fields?.length ? drawFields(option.fields, path, typeof value === "object" ? value : undefined) : null;
    place.replaceChildren(...(inner ? [inner.element] : []));
  };
  control.addEventListener("change", redraw);
  redraw();
  const hasFields = options.some((option) => option.fields?.length);
  return {
    element: make("div", {}, row(field, path, control), place),
    read: () => {
      if (field.multiple) return Array.from(control.selectedOptions, (option) => option.value);
      if (control.value === "") return undefined;
      return hasFields ? { selection: control.value, ...(inner ? inner.read() : {}) } : control.value;
    },
  };
}

function drawSwitch(field, path, value) {
  const isOn = typeof value === "object" && value !== null ? value.enabled !== false : value ?? field.default ?? false;
  const control = make("input", { type: "checkbox", id: path, name: path });
  control.checked = isOn === true || isOn === "true";
  const place = make("div", { id: `${path}-fields` });
  control.setAttribute("aria-controls", place.id);
  let inner = null;
  const redraw = () => {
    control.setAttribute("aria-expanded", String(control.checked));
    inner = control.checked ? drawFields(field.fields ?? [], path, typeof value === "object" ? value : undefined) : null;
    place.replaceChildren(...(inner ? [inner.element] : []));
  };
  control.addEventListener("change", redraw);
  redraw();
  const caption = field.caption ? [make("p", { class: "caption" }, field.caption)] : [];
  const error = make("p", { class: "error", id: `${path}-error`, "data-error": path });
  const legend = make("legend", {}, make("label", { for: path }, control, " ", field.label));
  return {
    element: make("fieldset", {}, legend, ...caption, error, place),
    read: () => inner ? { enabled: true, ...inner.read() } : { enabled: false },
  };
}

function drawOAuth(field, path, value) {
  const kind = field.kind ?? "account";
  const note = make("p", { class: "caption" },
    `In production a button connects an account of ${kind}` +
    (field.requiredScopes ? ` with the scopes ${field.requiredScopes}` : "") +
    "; here, the number of a stored integration stands for it.");
  const control = make("input", { id: path, name: path, type: "number", min: "1", step: "1" });
  if (value !== undefined && value !== null) control.value = String(value);
  return {
    element: row(field, path, control, note),
    read: () => control.value === "" ? undefined : Number(control.value),
  };
}

function drawAccount(field, path, value) {
  const control = make("input", { id: path, name: path, placeholder: field.multiple ? "one, two" : undefined });
  if (value !== undefined && value !== null) control.value = Array.isArray(value) ? value.join(", ") : String(value);
  return {
    element: row(field, path, control),
    read: () => {
      if (control.value === "") return undefined;
      return field.multiple ? control.value.split(",").map((text) => text.trim()).filter(Boolean) : control.value;
    },
  };
}

function drawFile(field, path, value) {
  let content = value;
  const shown = make("p", { class: "caption", role: "status" });
  const ending = field.fileFormat?.format ?? ".json";
  const control = make("input", { id: path, name: path, type: "file", accept: ending });
  control.addEventListener("change", async () => {
    const file = control.files[0];
    if (!file) { content = undefined; shown.textContent = ""; return; }
    if (file.size > (field.fileFormat?.maxBytes ?? 65536)) {
      content = undefined;
      shown.textContent = `${file.name} is too large: at most ${field.fileFormat.maxBytes} bytes are read.`;
      return;
    }
    content = await file.text();
    const keys = field.fileFormat?.keys;
    shown.textContent = `${file.name} was read; taken from it: ${Array.isArray(keys) ? keys.join(", ") : "all keys"}.`;
  });
  return { element: row(field, path, control, shown), read: () => content };
}

function draw(field, path, value) {
  switch (field.type) {
    case "select": return drawSelect(field, path, value);
    case "switch-group": case "ssh-tunnel": return drawSwitch(field, path, value);
    case "oauth": return drawOAuth(field, path, value);
    case "oauth-account-select": return drawAccount(field, path, value);
    case "file-upload": return drawFile(field, path, value);
    default: return drawInput(field, path, value);
  }
}

function drawFields(fields, prefix, values) {
  const drawn = fields.map((field) => {
    const path = prefix ? `${prefix}.${field.name}` : field.name;
    return [field.name, draw(field, path, values?.[field.name])];
  });
  return {
    element: make("div", {}, ...drawn.map(([, each]) => each.element)),
    read: () => {
      const config = {};
      for (const [name, each] of drawn) {
        const value = each.read();
        if (value !== undefined) config[name] = value;
      }
      return config;
    },
  };
}

// 1. Connection

let form = null;
let timer = null;
let cursorType = null;

function showProblems(problems) {
  for (const element of document.querySelectorAll("[data-error]")) element.textContent = "";
  for (const control of document.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  let first = null;
  const rest = [];
  for (const problem of problems) {
    const text = `This field ${problem.message}` + (problem.accepted ? ` (accepted: ${problem.accepted}).` : ".");
    const place = document.querySelector(`[data-error="${CSS.escape(problem.path)}"]`);
    const control = document.getElementById(problem.path);
    if (place) place.textContent = text; else rest.push(`${problem.path || "The config"} ${problem.message}.`);
    if (control) { control.setAttribute("aria-invalid", "true"); first = first ?? control; }
  }
  if (first) first.focus();
  return rest;
}

function say(element, text, kind) {
  element.className = kind ?? "";
  element.textContent = text;
}

function count(number) { return Number(number).toLocaleString("en"); }

function size(bytes) {
  let [amount, unit] = [Number(bytes), "B"];
  for (const next of ["KiB", "MiB", "GiB"]) if (amount >= 1024) [amount, unit] = [amount / 1024, next];
  return unit === "B" ? `${amount} B` : `${amount.toFixed(1)} ${unit}`;
}

// Upstreams that count seconds or milliseconds since 1970 are read more easily with the moment beside the number.
function moment(text, type) {
  const isTime = ["datetime", "timestamp"].includes(type) && /^[0-9]{10}([0-9]{3})?$/.test(text);
  if (!isTime) return text;
  const date = new Date(Number(text) * (text.length === 10 ? 1000 : 1));
  return `${text} (${date.toISOString().replace("T", " ").slice(0, 19)} UTC)`;
}

function words(problem) {
  return [problem.message, problem.advice].filter(Boolean).join(" ");
}

async function submit(event) {
  event.preventDefault();
  const config = form.read();
  $("connect").disabled = true;
  $("tables").hidden = true;
  try {
    const { problems = [], message } = await call("api/validate", config);
    const rest = showProblems(problems);
    if (problems.length || message) {
      const count = problems.length === 1 ? "One field needs" : `${problems.length} fields need`;
      return say($("status"), message ?? [`${count} another look.`, ...rest].join(" "), "failed");
    }
    say($("status"), "Asking the upstream …");
    const accepted = await call("api/credentials", config);
    say($("status"), accepted.message, "good");
    showTables(config, await call("api/schemas", config));
  } catch (problem) {
    say($("status"), words(problem), "failed");
  } finally {
    $("connect").disabled = false;
  }
}

// 2. Tables

function showTables(config, schemas) {
  const rows = schemas.map((schema, index) => {
    const types = make("select", { "aria-label": `Sync type of ${schema.name}` },
      ...schema.syncTypes.map((type) => make("option", { value: type }, type)));
    const fields = make("select", { "aria-label": `Cursor field of ${schema.name}` },
      ...schema.incrementalFields.map((field) => make("option", { value: field.name }, `${field.name} (${field.type})`)));
    types.value = schema.syncTypes.includes("incremental") ? "incremental" : schema.syncTypes[0];
    const follow = () => { fields.disabled = types.value === "full-refresh" || !schema.incrementalFields.length; };
    types.addEventListener("change", follow);
    follow();
    const start = make("button", {
      type: "button", id: `sample-${index}`,
      onclick: () => {
        const field = schema.incrementalFields.find((each) => each.name === fields.value);
        cursorType = types.value === "full-refresh" ? null : field?.type;
        sample({ config, schema: schema.name, syncType: types.value, cursorField: fields.value });
      },
    }, "Sample");
    start.setAttribute("aria-label", `Sample ${schema.name}`);
    // The roles hold where a phone's layout makes cards of the table.
    const name = make("th", { scope: "row", role: "rowheader" }, schema.name);
    if (schema.warning) name.append(make("p", { class: "caption" }, schema.warning));
    const cell = (label, content) => make("td", { "data-label": label, role: "cell" }, content);
    return make("tr", { role: "row" }, name, cell("Primary key", schema.primaryKeys.join(", ") || "none"),
      cell("Sync type", types), cell("Cursor field", schema.incrementalFields.length ? fields : "none"),
      make("td", { role: "cell" }, start));
  });
  $("schemas").replaceChildren(...rows);
  $("tables").hidden = false;
}

// 3. Sample

async function sample(request) {
  $("sample").hidden = false;
  $("sample-title").textContent = `3. Sample of ${request.schema}`;
  clearTimeout(timer);
  try {
    showSample(await call("api/sample", request));
    follow();
  } catch (problem) {
    showError(problem);
  }
}

function follow() {
  timer = setTimeout(async () => {
    try {
      const state = await call("api/sample");
      showSample(state);
      if (state.state === "running") follow();
    } catch (problem) {
      showError(problem);
    }
  }, 150);
}

function showError(problem) {
  $("sample-error").textContent = words(problem);
  $("sample-error").hidden = false;
  $("progress").hidden = true;
}

function showSample(state) {
  const isRunning = state.state === "running";
  $("progress").hidden = state.state === "failed";
  $("progress").max = state.limit;
  $("progress").value = isRunning ? Math.min(state.rowsRead, state.limit) : state.limit;
  const end = state.isCut ? `a sample ends at ${count(state.limit)} rows; there may be more` : "that is all there is";
  const rows = count(state.rowsRead);
  const text = isRunning ? `${rows} rows …` : state.state === "failed" ? "The sample failed." : `${rows} rows read: ${end}.`;
  if ($("progress-text").textContent !== text) $("progress-text").textContent = text;
  $("sample-error").hidden = true;
  if (state.error) showError(state.error);
  $("sample-warnings").hidden = !state.warnings.length;
  $("sample-warnings").textContent = state.warnings.join("\n");
  showFigures(state);
  showColumns(state);
  showRows(state);
  showPartitions(state);
  const requests = state.requests.count;
  $("request-count").textContent = requests === 1 ? "1 request was made." : `${count(requests)} requests were made.`;
  $("requests").replaceChildren(...state.requests.lines.map(([request, answer]) =>
    make("tr", {}, make("td", {}, request), make("td", {}, answer))));
}

function showFigures(state) {
  const figures = [["Rows in the table", count(state.tableRows)],
    ["Watermark", state.watermark ? moment(state.watermark, cursorType) : "none"],
    ["Primary key", state.primaryKeys?.join(", ") || "none"], ["Size in the lake", size(state.bytes)],
    ["Seconds", state.seconds]];
  $("figures").replaceChildren(...(state.state === "done" ? figures : []).filter(([, value]) => value !== undefined)
    .map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, String(value)))));
}

function showColumns(state) {
  $("columns").replaceChildren(...(state.columns ?? []).map(([name, type]) =>
    make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, type))));
}

function showRows(state) {
  const names = (state.columns ?? []).map(([name]) => make("th", { scope: "col" }, name));
  const isNumber = (state.columns ?? []).map(([, type]) => /^(int|float|decimal)/.test(type));
  const rows = (state.rows ?? []).map((cells) => make("tr", {}, ...cells.map((cell, index) => cell === null
    ? make("td", { class: "null" }, "null")
    : make("td", {
      class: isNumber[index] ? "number" : undefined, title: String(cell).length > 30 ? String(cell) : undefined,
    }, String(cell)))));
  $("rows").replaceChildren(make("thead", {}, make("tr", {}, ...names)), make("tbody", {}, ...rows));
}

function showPartitions(state) {
  const partitions = state.partitions ?? [];
  const most = Math.max(1, ...partitions.map((each) => each.rows));
  $("partitioning").textContent = state.partitioning ?? (state.state === "done" ? "The table has no partitions." : "");
  $("partitions").replaceChildren(...partitions.map((each) => {
    const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    picture.setAttribute("aria-hidden", "true");
    picture.setAttribute("viewBox", "0 0 100 10");
    picture.setAttribute("preserveAspectRatio", "none");
    const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    bar.setAttribute("width", String(Math.max(1, 100 * each.rows / most)));
    bar.setAttribute("height", "10");
    picture.append(bar);
    return make("li", {}, make("span", {}, each.name || "(no partition)"), picture,
      make("span", {}, `${count(each.rows)} ${each.rows === 1 ? "row" : "rows"}, ${size(each.bytes)}`));
  }));
}

async function start() {
  try {
    const source = await call("api/source");
    document.title = `Preview of ${source.form.label}`;
    $("title").textContent = source.form.label;
    $("about").textContent = `Preview · ${source.form.category} · ${source.form.releaseStatus} · upstream: ${source.upstream}`;
    $("caption").textContent = source.form.caption ?? "";
    if (source.problems.length) {
      $("declaration").textContent = `The declaration has problems:\n${source.problems.join("\n")}`;
      $("declaration").hidden = false;
    }
    form = drawFields(source.form.fields, "", source.config);
    $("fields").replaceChildren(form.element);
    $("form").addEventListener("submit", submit);
  } catch (problem) {
    say($("status"), words(problem), "failed");
  }
}

start();
