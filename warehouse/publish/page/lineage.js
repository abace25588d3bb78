"use strict";
// The lineage page: draws the lake of the JSON beside it with Cytoscape, and tells the same as text in the panel.
// What is shown follows from `state` alone; the place in the address (#stage.table.column) is the selection.
(() => {
  const lake = JSON.parse(document.getElementById("lake").textContent);
  const $ = (id) => document.getElementById(id);
  const SOURCE = "source";
  // On a canvas that is narrower than this, in pixels, names are drawn no smaller than this zoom shows them.
  const NARROW = 760, LEGIBLE = 0.5;
  const SOURCE_CARD = 152, CARD = 242, HEAD = 84, ROW = 31, GAP_X = 66, GAP_Y = 20, TITLE = 56;

  function groupBy(items, key) {
    const groups = new Map();
    for (const item of items) {
      const at = key(item);
      if (groups.has(at)) groups.get(at).push(item);
      else groups.set(at, [item]);
    }
    return groups;
  }

  // --- the lake, indexed

  const tables = new Map(lake.tables.map((table) => [table.id, table]));
  const columns = new Map();
  for (const table of lake.tables) {
    for (const column of table.columns) columns.set(`${table.id}.${column.name}`, { ...column, table });
  }
  const refs = [...columns.keys()]; // edges name columns by their place in this list
  const edges = lake.edges.map(([from, to, filter]) => ({ from: refs[from], to: refs[to], filter: filter === 1 }));
  const into = groupBy(edges, (edge) => edge.to);
  const outOf = groupBy(edges, (edge) => edge.from);
  const tableOf = (ref) => columns.get(ref).table;

  const tableEdges = (() => {
    const found = new Map();
    for (const edge of edges) {
      const [from, to] = [tableOf(edge.from).id, tableOf(edge.to).id];
      if (from === to) continue;
      const key = `${from}>${to}`;
      const known = found.get(key);
      if (!known) found.set(key, { from, to, filter: edge.filter });
      else known.filter &&= edge.filter;
    }
    for (const table of lake.tables) if (table.delivered) found.set(`>${table.id}`, { from: SOURCE, to: table.id, filter: false });
    return [...found.values()];
  })();

  const state = { chosen: null, unfolded: new Set(), filters: false, only: true };

  // --- ways

  /** All edges that lead to (or from) a column, over value edges, and over filter edges too if they are asked for. */
  function way(start, neighbours, onward) {
    const seen = new Set([start]), waiting = [start], found = [];
    while (waiting.length) {
      for (const edge of neighbours.get(waiting.pop()) ?? []) {
        if (edge.filter && !state.filters) continue;
        found.push(edge);
        const next = onward(edge);
        if (!seen.has(next)) { seen.add(next); waiting.push(next); }
      }
    }
    return { edges: found, columns: seen };
  }

  function ways(ref) {
    return { up: way(ref, into, (edge) => edge.from), down: way(ref, outOf, (edge) => edge.to) };
  }

  // --- drawing

  const cy = cytoscape({
    container: $("graph"), elements: [], autoungrabify: true, boxSelectionEnabled: false, selectionType: "single",
    minZoom: 0.08, maxZoom: 2.5, layout: { name: "preset" },
  });
  globalThis.lineageGraph = cy; // for the browser's console and the tests

  function style() {
    const css = getComputedStyle(document.documentElement);
    const of = (name) => css.getPropertyValue(`--${name}`).trim();
    const text = { "font-family": of("sans"), color: of("ink"), "text-valign": "center", "text-halign": "center" };
    const left = (width) => ({ "text-halign": "right", "text-margin-x": 14 - width, "text-wrap": "ellipsis", "text-max-width": `${width - 20}px` });
    return [
      { selector: "node", style: { shape: "rectangle", "overlay-opacity": 0, "border-width": 0, ...text } },
      { selector: ".title", style: { width: CARD, height: TITLE, "background-opacity": 0, label: "data(label)", "font-size": 22, "font-weight": 600, color: of("faint"), ...left(CARD), "text-max-width": `${CARD + GAP_X - 20}px`, events: "no" } },
      { selector: ".frame", style: { shape: "round-rectangle", "corner-radius": 9, width: CARD, height: "data(height)", "background-color": of("card"), "border-width": 1.5, "border-color": of("line"), events: "no" } },
      { selector: ".head", style: { width: CARD, height: HEAD, "background-opacity": 0, label: "data(label)", "font-size": 22.5, "font-weight": 600, ...left(CARD), "text-margin-y": -14 } },
      { selector: ".name", style: { width: CARD, height: HEAD, "background-opacity": 0, label: "data(label)", "font-size": 18, color: of("faint"), ...left(CARD), "text-margin-y": 19, events: "no" } },
      { selector: ".row", style: { width: CARD - 3, height: ROW, "background-color": of("card"), label: "data(label)", "font-size": 16, ...left(CARD) } },
      { selector: ".source", style: { shape: "round-rectangle", width: SOURCE_CARD, height: 96, "background-color": of("raised"), "border-width": 1.5, "border-color": of("edge"), label: "data(label)", "font-size": 20, "font-weight": 600, "text-wrap": "wrap", "line-height": 1.35 } },
      { selector: ".hover", style: { "border-color": of("up"), "background-color": of("raised"), "background-opacity": 0.6 } },
      { selector: ".frame.up, .source.up", style: { "border-color": of("up"), "border-width": 2.5 } },
      { selector: ".frame.down", style: { "border-color": of("down"), "border-width": 2.5 } },
      { selector: ".frame.chosen", style: { "border-color": of("chosen"), "border-width": 3 } },
      { selector: ".row.up", style: { "background-color": of("up-soft") } },
      { selector: ".row.down", style: { "background-color": of("down-soft") } },
      { selector: ".row.chosen", style: { "background-color": of("chosen-soft"), color: of("chosen"), "font-weight": 700 } },
      { selector: ".dim", style: { opacity: 0.32 } },
      {
        selector: "edge", style: {
          width: 1.6, "line-color": of("edge"), "target-arrow-color": of("edge"), "target-arrow-shape": "triangle", "arrow-scale": 0.85,
          "curve-style": "unbundled-bezier", "edge-distances": "endpoints", events: "no",
          "source-endpoint": "50% 0%", "target-endpoint": (edge) => (edge.data("bent") ? "50% 0%" : "-50% 0%"),
          "control-point-weights": (edge) => edge.data("weights"), "control-point-distances": (edge) => edge.data("distances"),
        },
      },
      { selector: "edge.up", style: { width: 2.4, "line-color": of("up"), "target-arrow-color": of("up") } },
      { selector: "edge.down", style: { width: 2.4, "line-color": of("down"), "target-arrow-color": of("down") } },
      { selector: "edge.filter", style: { "line-style": "dashed", "line-dash-pattern": [7, 5], width: 1.3, opacity: 0.45 } },
    ];
  }

  /** What each table shows of itself, and which elements are marked, for the selection. */
  function shown() {
    const chosen = state.chosen;
    const marks = new Map(); // id of table or column, or SOURCE -> up | down | chosen
    let drawn = [];
    if (columns.has(chosen)) {
      const { up, down } = ways(chosen);
      for (const [name, found] of [["down", down], ["up", up]]) {
        for (const ref of found.columns) { marks.set(ref, name); marks.set(tableOf(ref).id, name); }
        drawn.push(...found.edges.map((edge) => ({ ...edge, mark: name })));
      }
      for (const ref of up.columns) {
        if (!tableOf(ref).delivered) continue;
        drawn.push({ from: SOURCE, to: ref, filter: false, mark: "up" });
        marks.set(SOURCE, "up");
      }
      marks.set(chosen, "chosen").set(tableOf(chosen).id, "chosen");
    } else {
      drawn = tableEdges.filter((edge) => state.filters || !edge.filter).map((edge) => ({ ...edge }));
      if (chosen) {
        drawn = drawn.filter((edge) => edge.from === chosen || edge.to === chosen || !state.only);
        for (const edge of drawn) {
          if (edge.to === chosen) { edge.mark = "up"; marks.set(edge.from, "up"); }
          if (edge.from === chosen) { edge.mark = "down"; marks.set(edge.to, "down"); }
        }
        marks.set(chosen, "chosen");
      }
    }
    const hides = chosen !== null && state.only;
    const visible = lake.tables.filter((table) => !hides || marks.has(table.id));
    const rows = new Map(visible.map((table) => [
      table.id,
      table.columns.map((column) => `${table.id}.${column.name}`).filter((ref) => state.unfolded.has(table.id) || marks.has(ref)),
    ]));
    return { marks, drawn, visible, rows };
  }

  /** Tables by stage, from left to right; stages that stand side by side share a column. */
  function place({ visible, rows }) {
    const byRank = [...groupBy(visible, (table) => lake.stages[table.stage].rank)].sort((a, b) => a[0] - b[0]);
    const places = new Map(), titles = [];
    let x = SOURCE_CARD + GAP_X + CARD / 2;
    for (const [, inRank] of byRank) {
      let y = 0;
      for (const [stage, group] of groupBy(inRank, (table) => table.stage)) {
        titles.push({ stage, x, y: y + TITLE / 2 });
        y += TITLE;
        for (const table of group) {
          places.set(table.id, { x, y });
          y += HEAD + rows.get(table.id).length * ROW + (rows.get(table.id).length ? 8 : 0) + GAP_Y;
        }
        y += GAP_Y;
      }
      x += CARD + GAP_X;
    }
    return { places, titles };
  }

  function bend(a, b, sameColumn) {
    const reach = sameColumn ? Math.min(60, 26 + Math.abs(b.y - a.y) / 12) : (b.x - a.x) / 4;
    const points = [{ x: a.x + reach, y: a.y }, { x: b.x + (sameColumn ? reach : -reach), y: b.y }];
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const square = dx * dx + dy * dy || 1;
    const along = points.map((p) => ((p.x - a.x) * dx + (p.y - a.y) * dy) / square);
    const aside = points.map((p) => (-(p.x - a.x) * dy + (p.y - a.y) * dx) / Math.sqrt(square));
    return { weights: along, distances: aside, bent: sameColumn };
  }

  function draw(fit) {
    const view = shown();
    const { places, titles } = place(view);
    const { marks, rows, visible, drawn } = view;
    const dim = (id) => (state.chosen !== null && !marks.has(id) ? "dim" : "");
    const elements = [];
    const node = (id, x, y, classes, data = {}) => elements.push({ group: "nodes", data: { id, ...data }, position: { x, y }, classes });
    const anchor = new Map(); // id of table or column -> centre and half width
    for (const { stage, x, y } of titles) node(`stage ${stage}`, x, y, "title", { label: `${lake.stages[stage].label}  ${stage}` });
    for (const table of visible) {
      const { x, y } = places.get(table.id);
      const refsShown = rows.get(table.id);
      const height = HEAD + refsShown.length * ROW + (refsShown.length ? 8 : 0);
      const mark = `${marks.get(table.id) ?? ""} ${dim(table.id)}`;
      node(`frame ${table.id}`, x, y + height / 2, `frame ${mark}`, { height });
      node(table.id, x, y + HEAD / 2, `head ${mark}`, { label: table.label });
      node(`name ${table.id}`, x, y + HEAD / 2, `name ${mark}`, { label: `${state.unfolded.has(table.id) ? "▾" : "▸"} ${table.name}` });
      anchor.set(table.id, { x, y: y + HEAD / 2, half: CARD / 2 });
      refsShown.forEach((ref, index) => {
        const at = { x, y: y + HEAD + (index + 0.5) * ROW };
        node(ref, at.x, at.y, `row ${marks.get(ref) ?? ""} ${dim(ref)}`, { label: `${columns.get(ref).label}  ${columns.get(ref).name}` });
        anchor.set(ref, { ...at, half: (CARD - 3) / 2 });
      });
    }
    const delivered = visible.filter((table) => table.delivered).map((table) => anchor.get(table.id).y);
    if (delivered.length && (state.chosen === null || !state.only || marks.has(SOURCE))) {
      const y = (Math.min(...delivered) + Math.max(...delivered)) / 2;
      node(SOURCE, SOURCE_CARD / 2, y, `source ${marks.get(SOURCE) ?? ""} ${dim(SOURCE)}`, { label: "交付文件\ndelivered files" });
      anchor.set(SOURCE, { x: SOURCE_CARD / 2, y, half: SOURCE_CARD / 2 });
    }
    for (const edge of drawn) {
      const [a, b] = [anchor.get(edge.from), anchor.get(edge.to)];
      if (!a || !b) continue;
      const sameColumn = Math.abs(a.x - b.x) < 1 || b.x < a.x;
      const curve = bend({ x: a.x + a.half, y: a.y }, { x: b.x + (sameColumn ? b.half : -b.half), y: b.y }, sameColumn);
      const id = `${edge.from}>${edge.to}>${edge.mark ?? ""}`;
      elements.push({ group: "edges", data: { id, source: edge.from, target: edge.to, ...curve }, classes: `${edge.filter ? "filter" : "value"} ${edge.mark ?? ""}` });
    }
    cy.batch(() => { cy.elements().remove(); cy.add(elements); });
    if (fit) fitDrawing();
  }

  /** All of the drawing, as large as is of use; where it would be too small to read, as on a telephone, the chosen part or its beginning. */
  function fitDrawing() {
    cy.fit(cy.elements(), Math.min(34, cy.width() / 20));
    if (cy.zoom() > 1.05) { cy.zoom(1.05); cy.center(); }
    if (cy.width() > NARROW || cy.zoom() >= LEGIBLE) return;
    cy.zoom(LEGIBLE);
    const chosen = state.chosen === null ? cy.collection() : cy.$id(state.chosen);
    if (chosen.nonempty()) { cy.center(chosen); return; }
    const box = cy.elements().boundingBox();
    cy.pan({ x: 12 - box.x1 * LEGIBLE, y: 12 - box.y1 * LEGIBLE });
  }

  // --- the panel

  function el(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  const english = (text) => el("span", { lang: "en", textContent: text });
  const both = (zh, en) => [zh, " ", english(en)];

  function reference(id, label, classes = "") {
    const made = el("button", { type: "button", className: `ref ${classes}` }, label, el("code", { textContent: columns.has(id) ? columns.get(id).name : id }));
    made.dataset.ref = id;
    made.addEventListener("click", () => choose(id));
    return made;
  }

  const tableReference = (table) => reference(table.id, table.label, "table");

  /** The columns of a way, by table, nearest to its end last. */
  function wayList(found, chosen, upwards) {
    const list = el("ul", { className: "refs" });
    const inWay = lake.tables.filter((table) => table.columns.some((c) => found.columns.has(`${table.id}.${c.name}`) && `${table.id}.${c.name}` !== chosen));
    const filtering = new Set(found.edges.filter((e) => !e.filter).flatMap((e) => [e.from, e.to]));
    for (const table of upwards ? inWay.reverse() : inWay) {
      const inner = el("ul");
      for (const column of table.columns) {
        const ref = `${table.id}.${column.name}`;
        if (found.columns.has(ref) && ref !== chosen) inner.append(el("li", {}, reference(ref, column.label, filtering.has(ref) ? "" : "filter")));
      }
      list.append(el("li", {}, tableReference(table), inner));
    }
    if (upwards && [...found.columns].some((ref) => tableOf(ref).delivered)) list.append(el("li", { className: "end" }, ...both("交付文件", "delivered files")));
    return list.children.length ? list : el("p", {}, ...both("无", "none"));
  }

  function command(text) {
    const shownText = el("pre", { className: "trace", textContent: text });
    const copy = el("button", { type: "button", textContent: "复制 copy" });
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text);
        copy.textContent = "已复制 copied";
      } catch { // not allowed here: leave it to the person
        getSelection().selectAllChildren(shownText);
        copy.textContent = "请按 Ctrl+C";
      }
    });
    return [el("h3", {}, ...both("追溯命令", "trace command")), shownText, copy];
  }

  function model(table) {
    if (!table.sql) return [el("p", {}, ...both("由程序填充，没有 SQL 模型。", "Filled by a program; it has no SQL model."))];
    return [el("details", {}, el("summary", {}, `${table.id} 的 SQL 模型 `, english("model")), el("pre", { className: "sql", textContent: table.sql }))];
  }

  function tellColumn(ref) {
    const column = columns.get(ref), table = column.table;
    const { up, down } = ways(ref);
    const facts = [column.type, column.unit, table.key.includes(column.name) ? "键 key" : ""].filter(Boolean);
    return [
      el("h2", { textContent: column.label }),
      el("code", { className: "name", textContent: ref }),
      el("ul", { className: "facts" }, ...facts.map((fact) => el("li", { textContent: fact }))),
      el("p", { textContent: column.zh }),
      el("p", {}, english(column.en)),
      ...(table.trace ? command(`${table.trace} --column ${column.name}`) : []),
      el("h3", {}, ...both("所在表", "table")), tableReference(table),
      el("h3", {}, ...both("上游：由此而来", "up: made of")), el("div", { className: "ways-up" }, wayList(up, ref, true)),
      el("h3", {}, ...both("下游：用于此处", "down: used by")), el("div", { className: "ways-down" }, wayList(down, ref, false)),
      ...model(table),
    ];
  }

  function tellTable(id) {
    const table = tables.get(id);
    return [
      el("h2", { textContent: table.label }),
      el("code", { className: "name", textContent: id }),
      el("ul", { className: "facts" }, el("li", { textContent: `${lake.stages[table.stage].label} ${table.stage}` }), el("li", { textContent: `键 key: ${table.key.join(", ")}` })),
      el("p", { textContent: `${table.zh}。${table.grain_zh}。` }),
      el("p", {}, english(`${table.en}; ${table.grain_en}.`)),
      ...(table.trace ? command(table.trace) : []),
      el("h3", {}, ...both(`字段 ${table.columns.length}`, "columns")),
      el("ul", { className: "refs" }, ...table.columns.map((column) => el("li", {}, reference(`${id}.${column.name}`, column.label)))),
      ...model(table),
    ];
  }

  function tellLake() {
    const key = (text) => el("kbd", { textContent: text });
    return [
      el("h2", { textContent: "全湖血缘" }),
      el("p", {}, `${lake.tables.length} 张表，${columns.size} 个字段，从交付文件（左）到报告（右）。点表展开字段；点字段标出它上至交付文件、下至报告的路。`),
      el("p", {}, english(`${lake.tables.length} tables, ${columns.size} columns, from the delivered files (left) to the report (right). A click on a table unfolds it; a click on a column marks its ways.`)),
      el("p", {}, key("/"), " 查找 ", english("search"), "  ", key("f"), " 筛选关系 ", english("filters"), "  ", key("Esc"), " 全图 ", english("whole")),
      ...[...groupBy(lake.tables, (table) => table.stage)].flatMap(([stage, group]) => [
        el("h3", {}, ...both(lake.stages[stage].label, stage)),
        el("ul", { className: "refs" }, ...group.map((table) => el("li", {}, tableReference(table)))),
      ]),
    ];
  }

  function tell() {
    const chosen = state.chosen;
    $("panel").replaceChildren(...(chosen === null ? tellLake() : columns.has(chosen) ? tellColumn(chosen) : tellTable(chosen)));
    $("panel").scrollTop = 0;
  }

  // --- what people do

  function choose(id) {
    if (id === null) history.pushState(null, "", location.pathname + location.search);
    else location.hash = id;
    follow();
  }

  function follow() {
    const id = location.hash.slice(1);
    const chosen = columns.has(id) || tables.has(id) ? id : null;
    if (chosen === state.chosen) return;
    state.chosen = chosen;
    draw(true);
    tell();
  }

  function toggle(id) {
    if (!state.unfolded.delete(id)) state.unfolded.add(id);
    $("unfold").replaceChildren(...(state.unfolded.size ? both("全部折叠", "fold") : both("全部展开", "unfold")));
  }

  cy.on("tap", ".head", (event) => {
    const id = event.target.id();
    toggle(id);
    if (state.chosen === null || columns.has(state.chosen)) draw(false);
    else if (state.chosen === id) draw(true);
    if (state.chosen === null || tables.has(state.chosen)) peek(id);
  });

  /** A table's text in the panel, without leaving the view of the lake. */
  function peek(id) {
    $("panel").replaceChildren(...tellTable(id));
    $("panel").scrollTop = 0;
  }

  cy.on("tap", ".row", (event) => choose(event.target.id()));
  cy.on("tap", ".source", () => choose(null));
  cy.on("mouseover", ".head, .row", (event) => { event.target.addClass("hover"); $("graph").style.cursor = "pointer"; });
  cy.on("mouseout", ".head, .row", (event) => { event.target.removeClass("hover"); $("graph").style.cursor = ""; });

  $("filters").addEventListener("change", (event) => { state.filters = event.target.checked; draw(state.chosen !== null); tell(); });
  $("only").addEventListener("change", (event) => { state.only = event.target.checked; draw(true); });
  $("whole").addEventListener("click", () => { if (state.chosen === null) { tell(); draw(true); } else choose(null); });
  $("unfold").addEventListener("click", () => {
    const ids = state.unfolded.size ? [...state.unfolded] : [...tables.keys()];
    ids.forEach(toggle);
    draw(true);
  });
  addEventListener("hashchange", follow);
  addEventListener("popstate", follow);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy.style(style()));

  $("graph").addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
    const factor = { "+": 1.2, "=": 1.2, "-": 1 / 1.2 }[event.key];
    if (step) cy.panBy({ x: step[0], y: step[1] });
    else if (factor) cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
    else return;
    event.preventDefault();
  });

  addEventListener("keydown", (event) => {
    if (event.target === $("search") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") { $("search").focus(); event.preventDefault(); }
    if (event.key === "f") $("filters").click();
    if (event.key === "Escape") $("whole").click();
  });

  // --- search

  const entries = [
    ...lake.tables.map((table) => ({ id: table.id, label: table.label, text: `${table.id} ${table.label} ${table.en}`.toLowerCase() })),
    ...refs.map((ref) => ({ id: ref, label: columns.get(ref).label, text: `${ref} ${columns.get(ref).label} ${columns.get(ref).en}`.toLowerCase() })),
  ];
  let at = 0;

  function search() {
    const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = words.length ? entries.filter((entry) => words.every((word) => entry.text.includes(word))) : [];
    // What is named so comes before what is only described so.
    const named = (entry) => words.some((word) => entry.label.includes(word) || entry.id.includes(word));
    hits.sort((a, b) => named(b) - named(a));
    const options = hits.slice(0, 40).map((entry, index) => {
      const option = el("li", { id: `hit-${index}`, role: "option" }, entry.label, el("code", { textContent: entry.id }));
      option.dataset.ref = entry.id;
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(entry.id); });
      return option;
    });
    if (words.length && !options.length) options.push(el("li", { className: "none" }, ...both("没有找到", "nothing found")));
    $("found").replaceChildren(...options);
    $("found").hidden = !words.length;
    $("search").setAttribute("aria-expanded", String(words.length > 0));
    move(0);
  }

  function move(index) {
    const options = [...$("found").querySelectorAll("[role=option]")];
    at = Math.max(0, Math.min(index, options.length - 1));
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    options[at]?.scrollIntoView({ block: "nearest" });
    if (options[at]) $("search").setAttribute("aria-activedescendant", options[at].id);
    else $("search").removeAttribute("aria-activedescendant");
  }

  function take(id) {
    $("search").value = "";
    search();
    choose(id);
    $("panel").focus();
  }

  $("search").addEventListener("input", search);
  $("search").addEventListener("focus", search);
  $("search").addEventListener("blur", () => { $("found").hidden = true; });
  $("search").addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") move(at + 1);
    else if (event.key === "ArrowUp") move(at - 1);
    else if (event.key === "Enter") { const option = $("found").querySelector("[aria-selected=true]"); if (option) take(option.dataset.ref); }
    else if (event.key === "Escape") { $("search").value = ""; search(); $("search").blur(); }
    else return;
    event.preventDefault();
  });

  cy.style(style());
  state.chosen = undefined; // so that the first address counts as a change
  follow();
})();
