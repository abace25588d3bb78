"use strict";
// Tables that sort and filter. Their rows stand packed beside them; amounts stay texts and are compared as whole numbers.
(async () => {
  const { make, both, told, hundredths, shown, anchor, NUMBERS } = Page;
  if (!globalThis.DecompressionStream) return; // the first rows of each table are there
  const FIRST = 20, PRINTED = 2000, ACROSS = 11;

  async function bring(section) {
    const data = await Page.unpack(section.querySelector("script.data"));
    const state = { column: -1, descending: false, text: "", all: false };
    const body = section.querySelector("tbody");
    const [input, output] = [section.querySelector("input"), section.querySelector("output")];
    const more = section.querySelector(".more");
    const rows = data.rows.map((cells, place) => ({ cells, key: data.keys[place], text: cells.map((value, n) => shown(value, data.headings[n][4])).join(" ").toLowerCase() }));

    function compared(a, b, n) {
      const [x, y] = [a.cells[n], b.cells[n]];
      if (x === null || y === null || x === "" || y === "") return 0;
      if (!NUMBERS.has(data.headings[n][4])) return x.localeCompare(y, "zh-Hans-CN", { numeric: true });
      const [v, w] = [hundredths(x), hundredths(y)];
      return v === w ? 0 : v < w ? -1 : 1;
    }

    function chosen() {
      const words = state.text.toLowerCase().split(/\s+/).filter(Boolean);
      const found = rows.filter((row) => words.every((word) => row.text.includes(word)));
      if (state.column < 0) return found;
      const n = state.column, sign = state.descending ? -1 : 1;
      const empty = (row) => row.cells[n] === null || row.cells[n] === "";
      return [...found.filter((row) => !empty(row)).sort((a, b) => sign * compared(a, b, n)), ...found.filter(empty)];
    }

    function cell(row, n) {
      const [name, , , , format] = data.headings[n];
      const text = shown(row.cells[n], format);
      const isFigure = data.href !== null && row.cells[n] !== null && (format === "count" || format === "money");
      const content = isFigure ? make("a", { href: `${data.href}#${anchor(data.table, row.key, name)}` }, text) : text;
      const look = NUMBERS.has(format) ? "number" : format === "note" ? "note" : null;
      return n === 0 ? make("th", { scope: "row", class: look }, content) : make("td", { class: look }, content);
    }

    const places = data.headings.map((_, n) => n);
    const line = (row, columns) => make("tr", {}, ...columns.map((n) => cell(row, n)));

    function draw() {
      const found = chosen();
      const seen = state.all ? found : found.slice(0, FIRST);
      body.replaceChildren(...seen.map((row) => line(row, places)));
      if (!seen.length) body.append(make("tr", {}, make("td", { colspan: places.length }, both("没有。", "None."))));
      output.replaceChildren(both(`共 ${rows.length} 行，符合 ${found.length} 行，显示 ${seen.length} 行`, `${rows.length} rows, ${found.length} match, ${seen.length} shown`));
      more.hidden = seen.length === found.length;
      section.querySelectorAll("thead tr:last-child th").forEach((head, n) => {
        if (n === state.column) head.setAttribute("aria-sort", state.descending ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
    }

    section.querySelectorAll("thead tr:last-child th").forEach((head, n) => {
      const button = make("button", { type: "button" }, ...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const numeric = NUMBERS.has(data.headings[n][4]);
        if (state.column !== n) Object.assign(state, { column: n, descending: numeric });
        else if (state.descending === numeric) state.descending = !numeric;
        else state.column = -1;
        draw();
      });
    });
    input.addEventListener("input", () => { state.text = input.value; draw(); });
    more.querySelector("button").addEventListener("click", () => { state.all = true; draw(); });
    if (rows.length > 1) section.querySelector(".filter").hidden = false;
    draw();

    // --- on paper: every chosen row, and a table of more columns than a sheet has room for in parts, each with its first column

    function parts() {
      const groups = [];
      for (const n of places.slice(1)) {
        const name = data.headings[n][1];
        if (groups.length && name && groups.at(-1).name === name) groups.at(-1).columns.push(n);
        else groups.push({ name, columns: [n] });
      }
      const packed = [[]];
      for (const group of groups) {
        if (packed.at(-1).length && packed.at(-1).length + group.columns.length > ACROSS) packed.push([]);
        packed.at(-1).push(...group.columns);
      }
      return packed.map((columns) => [0, ...columns]);
    }

    function printedTable(found, columns) {
      const heads = columns.map((n) => {
        const [, group, label, en, format] = data.headings[n];
        return make("th", { scope: "col", class: NUMBERS.has(format) ? "number" : null }, told(group ? `${group} ${label}` : label, en));
      });
      return make("table", { class: "data" }, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...found.map((row) => line(row, columns))));
    }

    addEventListener("beforeprint", () => {
      const found = chosen();
      const printed = make("div", { class: "printed" }, ...parts().map((columns) => printedTable(found.slice(0, PRINTED), columns)));
      if (found.length > PRINTED) printed.append(make("p", { class: "cut" }, told(`共 ${found.length} 行，打印前 ${PRINTED} 行。`, `The first ${PRINTED} of ${found.length} rows are printed.`)));
      section.querySelector(".tall").before(printed);
      section.classList.add("split");
    });
    addEventListener("afterprint", () => {
      section.querySelectorAll(".printed").forEach((printed) => printed.remove());
      section.classList.remove("split");
    });
  }

  await Promise.all([...document.querySelectorAll(".sheet")].map(bring));
  document.documentElement.dataset.ready = "yes";
})();
