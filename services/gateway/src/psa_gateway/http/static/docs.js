// The documentation page: shows every operation of /openapi.json and lets a person try it out.
"use strict";

const TEXTS = {
  de: {
    title: "Schnittstelle", language: "English", search: "Suchen: Pfad, Name, Berechtigung",
    sign_in: "Anmelden", sign_out: "Abmelden", cancel: "Abbrechen", loading: "Wird geladen …",
    send: "Senden", parameters: "Parameter", body: "Inhalt (JSON)", answer: "Antwort",
    file: "Datei speichern", needs: "Berechtigung", open: "ohne Anmeldung", schema: "Schema",
    nothing: "Nichts gefunden.", unavailable: "Zurzeit ohne Beschreibung: ",
    failed: "Die Beschreibung ist nicht abrufbar.", lost: "Keine Verbindung.",
    no_token: "Die Antwort enthält kein Zugriffstoken.", copied: "Kopiert", curl: "Als curl kopieren",
  },
  en: {
    title: "API", language: "Deutsch", search: "Search: path, name, permission",
    sign_in: "Sign in", sign_out: "Sign out", cancel: "Cancel", loading: "Loading …",
    send: "Send", parameters: "Parameters", body: "Body (JSON)", answer: "Answer",
    file: "Save file", needs: "Permission", open: "without signing in", schema: "Schema",
    nothing: "Nothing found.", unavailable: "Without a description at present: ",
    failed: "The description cannot be had.", lost: "No connection.",
    no_token: "The answer holds no access token.", copied: "Copied", curl: "Copy as curl",
  },
};
const LOGIN = "/api/v1/auth/login";
const METHODS = ["get", "post", "put", "patch", "delete"];

// The token lives in this variable alone: closing the page forgets it.
let token = null;
let contract = null;
let language = (navigator.language || "de").startsWith("de") ? "de" : "en";

const byId = (id) => document.getElementById(id);
const text = (name) => TEXTS[language][name];

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value);
  }
  // Strings become text nodes: nothing of a document or an answer is ever read as HTML.
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

async function start() {
  translate();
  byId("language").addEventListener("click", () => {
    language = language === "de" ? "en" : "de";
    translate();
    show();
  });
  byId("search").addEventListener("input", show);
  byId("account").addEventListener("click", () => (token ? signOut() : openLogin()));
  byId("login_cancel").addEventListener("click", () => byId("login").close());
  byId("login").querySelector("form").addEventListener("submit", signIn);
  try {
    const response = await fetch("/openapi.json");
    contract = await response.json();
    show();
  } catch {
    byId("operations").replaceChildren(make("p", { class: "bad" }, text("failed")));
  }
}

function translate() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = text(element.dataset.text);
  }
  byId("search").placeholder = text("search");
  byId("search").setAttribute("aria-label", text("search"));
  byId("account").textContent = text(token ? "sign_out" : "sign_in");
}

function show() {
  if (!contract) return;
  const wanted = byId("search").value.trim().toLowerCase();
  const services = new Map();
  for (const [path, item] of Object.entries(contract.paths)) {
    for (const method of METHODS.filter((name) => item[name])) {
      const operation = { ...item[method], path, method, shared: item.parameters || [] };
      const words = [path, method, operation.summary, operation.operationId, ...permissions(operation)];
      if (wanted && !words.join(" ").toLowerCase().includes(wanted)) continue;
      const service = operation["x-service"] || "";
      services.set(service, [...(services.get(service) || []), operation]);
    }
  }
  byId("services").replaceChildren(
    ...[...services].map(([name, found]) =>
      make("a", { href: `#service-${name}` }, name, " ", make("small", {}, String(found.length))),
    ),
  );
  const sections = [...services].map(([name, found]) =>
    make("section", {}, make("h2", { id: `service-${name}` }, name), ...found.map(card)),
  );
  byId("operations").replaceChildren(...(sections.length ? sections : [make("p", {}, text("nothing"))]));
  const missing = contract["x-unavailable-services"] || [];
  byId("notice").hidden = missing.length === 0;
  byId("notice").textContent = text("unavailable") + missing.join(", ");
}

const permissions = (operation) => operation["x-permissions"] || [];
const isOpen = (operation) => operation.security && operation.security.length === 0;

function card(operation) {
  const details = make("details", {},
    make("summary", {},
      make("span", { class: `method ${operation.method}` }, operation.method.toUpperCase()),
      make("span", { class: "path" }, operation.path),
      make("span", { class: "what" }, operation.summary || operation.operationId || ""),
    ),
  );
  details.addEventListener("toggle", () => {
    if (details.open && !details.querySelector(".inside")) details.append(inside(operation));
  });
  return details;
}

function inside(operation) {
  const parameters = [...operation.shared, ...(operation.parameters || [])].map(resolve);
  const fields = parameters.map((parameter) => ({ parameter, input: inputFor(parameter) }));
  const media = operation.requestBody && resolve(operation.requestBody).content;
  const schema = media && media["application/json"] && media["application/json"].schema;
  const body = schema ? make("textarea", { spellcheck: "false", "aria-label": text("body") }) : null;
  if (body) body.value = JSON.stringify(example(schema), null, 2);
  const result = make("div");
  const send = make("button", { type: "button", onclick: () => run(operation, fields, body, result) }, text("send"));
  const curl = make("button", { type: "button", class: "quiet" }, text("curl"));
  curl.addEventListener("click", async () => {
    await navigator.clipboard.writeText(curlOf(request(operation, fields, body)));
    curl.textContent = text("copied");
  });
  return make("div", { class: "inside" },
    operation.description ? make("p", {}, operation.description) : null,
    make("p", {},
      isOpen(operation) ? make("span", { class: "tag" }, text("open")) : null,
      ...permissions(operation).map((name) => make("span", { class: "tag" }, `${text("needs")}: ${name}`)),
    ),
    fields.length ? make("h3", {}, text("parameters")) : null,
    make("div", { class: "fields" }, ...fields.flatMap(({ parameter, input }) => [labelFor(parameter), input])),
    body ? make("h3", {}, text("body")) : null,
    body,
    make("div", { class: "row" }, send, curl),
    result,
  );
}

function resolve(value) {
  if (!value || !value.$ref) return value || {};
  const names = value.$ref.replace(/^#\//, "").split("/");
  return names.reduce((found, name) => (found ? found[name.replace(/~1/g, "/").replace(/~0/g, "~")] : {}), contract) || {};
}

function labelFor(parameter) {
  const note = [parameter.in, parameter.required ? "*" : ""].join(" ").trim();
  return make("label", {}, parameter.name, make("small", {}, note));
}

function inputFor(parameter) {
  const schema = resolve(parameter.schema);
  if (schema.enum) {
    const choices = ["", ...schema.enum].map((value) => make("option", { value }, String(value)));
    return make("select", { "aria-label": parameter.name }, ...choices);
  }
  return make("input", { "aria-label": parameter.name, placeholder: String(schema.default ?? schema.format ?? "") });
}

// An example that has every field, so that a person sees what there is and deletes the rest.
function example(schema, depth = 0) {
  const found = resolve(schema);
  if (depth > 6) return null;
  if (found.example !== undefined) return found.example;
  if (found.examples && found.examples.length) return found.examples[0];
  if (found.default !== undefined) return found.default;
  if (found.const !== undefined) return found.const;
  if (found.enum) return found.enum[0];
  const choice = found.oneOf || found.anyOf;
  if (choice) return example(choice.find((one) => resolve(one).type !== "null") || choice[0], depth + 1);
  if (found.allOf) return Object.assign({}, ...found.allOf.map((one) => example(one, depth + 1)));
  const kind = Array.isArray(found.type) ? found.type.find((one) => one !== "null") : found.type;
  if (kind === "object" || found.properties) {
    const named = Object.entries(found.properties || {});
    return Object.fromEntries(named.map(([name, value]) => [name, example(value, depth + 1)]));
  }
  if (kind === "array") return found.items ? [example(found.items, depth + 1)] : [];
  if (kind === "integer" || kind === "number") return found.minimum ?? 0;
  if (kind === "boolean") return false;
  if (found.format === "uuid") return "00000000-0000-7000-8000-000000000000";
  if (found.format === "date") return new Date().toISOString().slice(0, 10);
  if (found.format === "date-time") return new Date().toISOString();
  return "";
}

function request(operation, fields, body) {
  let path = operation.path;
  const query = new URLSearchParams();
  const headers = {};
  for (const { parameter, input } of fields) {
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (input.value && parameter.in === "query") query.append(parameter.name, input.value);
    else if (input.value && parameter.in === "header") headers[parameter.name] = input.value;
  }
  if (token && !isOpen(operation)) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  const url = query.size ? `${path}?${query}` : path;
  return { url, options: { method: operation.method.toUpperCase(), headers, body: body ? body.value : undefined } };
}

function curlOf({ url, options }) {
  const quote = (value) => `'${value.replace(/'/g, "'\\''")}'`;
  const headers = Object.entries(options.headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`);
  const data = options.body ? [`--data ${quote(options.body)}`] : [];
  return ["curl", "-X", options.method, quote(location.origin + url), ...headers, ...data].join(" ");
}

async function run(operation, fields, body, result) {
  const { url, options } = request(operation, fields, body);
  const started = performance.now();
  try {
    const response = await fetch(url, options);
    const content = await response.blob();
    const took = Math.round(performance.now() - started);
    const status = make("strong", { class: response.ok ? "good" : "bad" }, `${response.status} ${response.statusText}`);
    const note = make("span", {}, `${took} ms · ${content.size} B · ${response.headers.get("x-request-id") || ""}`);
    result.replaceChildren(make("h3", {}, text("answer")), make("div", { class: "row" }, status, note), await view(response, content));
    if (operation.path === LOGIN && response.ok) takeToken(JSON.parse(await content.text()));
  } catch {
    result.replaceChildren(make("p", { class: "bad" }, text("lost")));
  }
}

async function view(response, content) {
  const kind = response.headers.get("content-type") || "";
  if (kind.includes("json")) {
    return make("pre", {}, JSON.stringify(JSON.parse(await content.text()), null, 2));
  }
  if (/^text\/|xml/.test(kind)) return make("pre", {}, await content.text());
  const name = /filename="?([^";]+)/.exec(response.headers.get("content-disposition") || "");
  const link = make("a", { href: URL.createObjectURL(content), download: name ? name[1] : "download" }, text("file"));
  return make("p", {}, link, ` (${kind})`);
}

function openLogin() {
  const operation = contract && contract.paths[LOGIN] && contract.paths[LOGIN].post;
  const media = operation && resolve(operation.requestBody).content["application/json"];
  const schema = media ? resolve(media.schema) : {};
  const names = Object.keys(schema.properties || { email: {}, password: {} });
  byId("login_error").textContent = "";
  byId("login_fields").replaceChildren(
    ...names.map((name) => {
      const secret = /password|code/.test(name);
      const needed = !schema.required || schema.required.includes(name);
      const type = secret ? "password" : name === "email" ? "email" : "text";
      const complete = secret ? "current-password" : "username";
      return make("label", {}, name, make("input", { name, type, required: needed, autocomplete: complete }));
    }),
  );
  byId("login").showModal();
}

async function signIn(event) {
  event.preventDefault();
  const filled = [...new FormData(event.target)].filter(([, value]) => value !== "");
  const body = JSON.stringify(Object.fromEntries(filled));
  try {
    const response = await fetch(LOGIN, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error ? answer.error.message : String(response.status));
    if (!takeToken(answer)) throw new Error(text("no_token"));
    byId("login").close();
  } catch (error) {
    byId("login_error").textContent = error.message;
  }
}

function takeToken(answer) {
  const data = answer.data || answer;
  token = answer.access_token || data.access_token || (data.attributes && data.attributes.access_token) || token;
  translate();
  return token;
}

function signOut() {
  token = null;
  translate();
}

start();
