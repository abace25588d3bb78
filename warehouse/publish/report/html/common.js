"use strict";
// What the pages of a report share: unpacking their data, amounts as whole numbers, both languages, building elements.
const Page = (() => {
  /** JSON out of an element that carries it compressed. */
  async function unpack(element) {
    const bytes = Uint8Array.from(atob(element.textContent.trim()), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  // --- amounts: texts such as -1234.50, reckoned as whole hundredths, never as floating point

  function hundredths(text) {
    if (text === null || text === undefined || text === "") return 0n;
    const negative = text.startsWith("-");
    const [whole, part = ""] = text.replace("-", "").split(".");
    const value = BigInt(whole + (part + "00").slice(0, 2));
    return negative ? -value : value;
  }

  function fromHundredths(value, places) {
    const digits = (value < 0n ? -value : value).toString().padStart(3, "0");
    const text = places ? `${digits.slice(0, -2)}.${digits.slice(-2)}` : digits.slice(0, -2);
    return (value < 0n ? "-" : "") + text;
  }

  function grouped(text) {
    if (text === null || text === undefined) return "";
    const [whole, part] = text.split(".");
    const commas = whole.replace(/\B(?=(\d{3})+$)/g, ",");
    return part === undefined ? commas : `${commas}.${part}`;
  }

  const NUMBERS = new Set(["count", "money", "percent"]);
  const shown = (value, format) => (value === null ? "" : NUMBERS.has(format) ? grouped(value) : value);

  // --- elements; text is always text

  function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== undefined && value !== null) element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  function both(zh, en) {
    const pair = document.createDocumentFragment();
    pair.append(make("span", { class: "zh", lang: "zh-CN" }, zh), make("span", { class: "en", lang: "en" }, en));
    return pair;
  }

  const language = () => document.documentElement.dataset.lang;
  const told = (zh, en) => (language() === "en" ? en : zh);

  function speak(to) {
    document.documentElement.dataset.lang = to;
    document.documentElement.lang = to === "en" ? "en" : "zh-CN";
    for (const element of document.querySelectorAll("[data-zh]")) {
      const attribute = element.dataset.of ?? "aria-label";
      element.setAttribute(attribute, element.dataset[to]);
    }
    for (const button of document.querySelectorAll("[data-speak]")) {
      button.setAttribute("aria-pressed", String(button.dataset.speak === to));
    }
  }

  for (const button of document.querySelectorAll("[data-speak]")) {
    button.addEventListener("click", () => { speak(button.dataset.speak); dispatchEvent(new Event("spoken")); });
  }
  for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());

  const anchor = (table, key, column) => [table, ...key, column].map(encodeURIComponent).join("/");

  return { unpack, hundredths, fromHundredths, grouped, shown, make, both, told, speak, anchor, NUMBERS };
})();
