"use strict";
// The trace page: which figure is shown stands in the address (#table/key/…/column), as the report links to it.
(async () => {
  const { make, both, told, hundredths, fromHundredths, grouped, anchor } = Page;
  const $ = (id) => document.getElementById(id);
  if (!globalThis.DecompressionStream) {
    $("figure").replaceChildren(make("p", { class: "box alarm" }, "浏览器版本过旧，不能展开本页的数据 / this browser is too old to unpack the page's data"));
    return;
  }
  const index = await Page.unpack($("index"));
  const forms = new Map(index.forms.map((form) => [form.table, form]));
  for (const form of index.forms) {
    form.places = new Map(form.rows.map((row, place) => [JSON.stringify(row.k), place]));
    form.above = new Map(form.rows.flatMap((row, place) => (row.b ?? []).map((below) => [below, place])));
  }

  // --- blocks of lines and sources, unpacked when the first of theirs is wanted

  const blocks = new Map();
  async function one(kind, number) {
    const id = `${kind}-${Math.floor(number / index.block)}`;
    if (!blocks.has(id)) blocks.set(id, Page.unpack($(id)));
    return (await blocks.get(id))[number % index.block];
  }
  const all = (kind, numbers) => Promise.all(numbers.map((number) => one(kind, number)));

  // --- words

  const pair = (labels, name) => labels[name] ?? [name, name];
  const tableName = (name) => pair(index.labels.tables, name);
  const columnName = (name) => pair(index.labels.columns, name);
  const RANKS = [
    ["金额", "Amounts"], ["决定", "Decisions"], ["证据、审查与授权", "Evidence, reviews, authority"], ["其他记录", "Other records"],
    ["交付", "Deliveries"], ["政策条目", "Policy entries"],
  ];
  const FOLDED = 3; // from here on sources are told by number until they are asked for
  const quoted = (part) => (/^[\w.,:=/@%+-]+$/.test(part) ? part : `'${part.replaceAll("'", `'"'"'`)}'`);
  function command(table, names, key, column) {
    const parts = names.map((name, n) => quoted(`${name}=${key[n]}`));
    return ["shuzhang trace", table, ...parts, ...(column ? ["--column", column] : [])].join(" ");
  }
  const commandOf = (form, row, column) => make("code", { class: "command" }, command(form.table, form.key, row.k, column.name));
  const levelOf = (form, row) => index.levels[row.k[form.key.indexOf("level")]];
  const nameOf = (form, row) => row.n || row.k.slice(1).join(" ") || row.k.join(" ");
  const places = (column) => (column.format === "money" ? 2 : 0);
  const write = (value, column) => (value === null ? "—" : grouped(value));

  // --- a figure

  function verdict(sum, value, column, what) {
    const rest = hundredths(value) - sum;
    if (rest === 0n) return make("p", { class: "equal" }, "✓ ", both(`${what[0]}等于此数`, `${what[1]} equals this figure`));
    const amount = grouped(fromHundredths(rest, places(column)));
    return make("p", { class: "unequal" }, both(`${what[0]}与此数相差 ${amount}；见下方命令`, `${what[1]} differs from this figure by ${amount}; see the command`));
  }

  const sumBelow = (form, row, n) => row.b.reduce((total, place) => total + hundredths(form.rows[place].v[n]), 0n);
  const isSum = (form, row, n) => sumBelow(form, row, n) === hundredths(row.v[n]);

  // What is left out or corrected of a level is of that level alone: no fault, and its lines say it.
  function belowVerdict(sum, row, column, n) {
    const rest = hundredths(row.v[n]) - sum;
    if (rest === 0n || !row.l) return verdict(sum, row.v[n], column, ["下级合计", "The sum of the level below"]);
    const amount = grouped(fromHundredths(rest, places(column)));
    return make("p", { class: "faint" }, both(`此数与下级合计相差 ${amount}，是本级的抵销或更正；逐行列于下方。`, `This figure differs from the sum of the level below by ${amount}, which was left out or corrected at this level; the lines stand below.`));
  }

  function belowTable(form, row, column, n) {
    const rows = row.b.map((place) => form.rows[place]).sort((a, b) => {
      const [x, y] = [hundredths(a.v[n]), hundredths(b.v[n])].map((value) => (value < 0n ? -value : value));
      return x === y ? 0 : x < y ? 1 : -1;
    });
    const sum = sumBelow(form, row, n);
    const body = rows.map((one) => make("tr", {},
      make("td", {}, nameOf(form, one), make("small", { class: "faint" }, ` ${one.k[form.key.indexOf("entity_code")]}`)),
      make("td", { class: "number" }, make("a", { href: `#${anchor(form.table, one.k, column.name)}` }, write(one.v[n], column)))));
    return make("section", { class: "box" },
      make("h2", {}, both(`下级的数字（${rows.length} 行）`, `Figures of the level below (${rows.length} rows)`)),
      make("div", { class: "wide" }, make("table", {},
        make("thead", {}, make("tr", {}, make("th", { scope: "col" }, both(levelOf(form, rows[0]) ?? "下级", "Below")), make("th", { scope: "col", class: "number" }, both(column.label, column.en)))),
        make("tbody", {}, ...body),
        make("tfoot", {}, make("tr", {}, make("th", { scope: "row" }, both("合计", "Sum")), make("td", { class: "number" }, grouped(fromHundredths(sum, places(column)))))))),
      row.cut ? make("p", { class: "unequal" }, both("下级行数过多，部分未收入本页。", "Some rows below are too many for this page.")) : belowVerdict(sum, row, column, n));
  }

  async function linesBoxes(form, row, column, n) {
    const numbers = row.l ?? [];
    const lines = await all("lines", numbers);
    const used = new Set();
    const boxes = [];
    // Above the lowest level what is left out or corrected comes first: it is what the level below has not.
    const number = (part) => lines.filter((line) => line.t === part.table).length;
    for (const part of row.b ? [...column.parts].sort((a, b) => number(a) - number(b)) : column.parts) {
      const own = lines.filter((line) => line.t === part.table);
      const worth = (line) => part.adds === "count" ? 100n : part.amounts.reduce((sum, [name, sign]) => sum + BigInt(sign) * hundredths(line.v[name]), 0n);
      const size = (value) => (value < 0n ? -value : value);
      const counted = own.filter((line) => part.adds !== "sum" || part.amounts.some(([name]) => hundredths(line.v[name]) !== 0n))
        .sort((a, b) => { const [x, y] = [size(worth(a)), size(worth(b))]; return x === y ? 0 : x < y ? 1 : -1; });
      counted.forEach((line) => used.add(line));
      if (counted.length) boxes.push(partBox(part, counted, worth, column));
    }
    const made = column.parts.filter((part) => part.adds !== "other");
    if (boxes.length && made.length === column.parts.length) {
      const sum = made.reduce((total, part) => total + lines.filter((line) => line.t === part.table).reduce(
        (s, line) => s + (part.adds === "count" ? 100n : part.amounts.reduce((x, [name, sign]) => x + BigInt(sign) * hundredths(line.v[name]), 0n)), 0n), 0n);
      boxes.push(verdict(sum, row.v[n], column, ["各行合计", "The sum of the lines"]));
    } else if (boxes.length) {
      boxes.push(make("p", { class: "faint" }, both("此数由以上各行算得，不是各行之和；用下方命令加 --verify 可由原文重新推得。", "This figure is computed from these lines and is not their sum; the command with --verify derives it from the bytes.")));
    }
    const others = lines.filter((line) => !used.has(line));
    if (others.length) {
      const body = make("table", {}, make("tbody", {}, ...others.flatMap((line) => lineRows(line, [], ""))));
      boxes.push(make("details", { class: "others" },
        make("summary", {}, both(`另有 ${others.length} 行参与，没有金额计入此数（归集、分类、金额为零）`, `${others.length} more rows took part and add no amount (grouping, classes, zero amounts)`)), make("div", { class: "wide" }, body)));
    }
    return boxes;
  }

  function partBox(part, lines, worth, column) {
    const signs = part.amounts.map(([name, sign]) => {
      const [zh, en] = columnName(name);
      const mark = part.amounts.length > 1 || sign < 0 ? (sign > 0 ? "＋" : "－") : "";
      return make("th", { scope: "col", class: "number" }, both(`${mark}${zh}`, `${mark}${en}`));
    });
    const [zh, en] = tableName(part.table);
    const total = lines.reduce((sum, line) => sum + worth(line), 0n);
    const foot = part.adds === "sum" && part.amounts.length === 1
      ? make("tfoot", {}, make("tr", {}, make("th", { scope: "row" }, both("合计", "Sum")), make("td", { class: "number" }, grouped(fromHundredths(total, places(column))))))
      : null;
    return make("div", { class: "lines" },
      make("h2", {}, both(`${zh}（${lines.length} 行${part.adds === "count" ? "，每行计 1" : ""}）`, `${en}: ${lines.length} lines${part.adds === "count" ? ", each counts 1" : ""}`)),
      make("div", { class: "wide" }, make("table", {},
        make("thead", {}, make("tr", {}, make("th", { scope: "col" }, both("行（点开看来源）", "Line (open for its sources)")), ...signs)),
        make("tbody", {}, ...lines.flatMap((line) => lineRows(line, part.amounts, column.name))), foot)));
  }

  function lineRows(line, amounts) {
    const keys = (index.labels.keys[line.t] ?? []).map((name, n) => (name === "period" ? "" : line.k[n]));
    const about = [...new Set([...line.s, ...keys])].filter((text) => text && text !== line.n).join("　");
    const opener = make("button", { type: "button", class: "opener", "aria-expanded": "false" }, line.n || about, make("small", {}, line.n ? `${amounts.length ? "" : `${told(...tableName(line.t))}　`}${about}` : told(...tableName(line.t))));
    const inside = make("tr", { class: "inside", hidden: "" }, make("td", { colspan: 1 + amounts.length }));
    opener.addEventListener("click", async () => {
      if (!inside.firstChild.firstChild) inside.firstChild.append(...(await sourceElements(line)));
      inside.hidden = !inside.hidden;
      opener.setAttribute("aria-expanded", String(!inside.hidden));
    });
    return [make("tr", { class: "line" }, make("td", {}, opener), ...amounts.map(([name]) => make("td", { class: "number" }, grouped(line.v[name] ?? "0.00")))), inside];
  }

  // --- the sources of a line

  async function sourceElements(line) {
    const sources = await all("sources", line.o);
    const found = [];
    RANKS.forEach(([zh, en], rank) => {
      const own = sources.filter((source) => source.r === rank);
      if (!own.length) return;
      const heading = both(`${zh}（${own.length}）`, `${en} (${own.length})`);
      if (rank < FOLDED) found.push(make("h3", { class: "kind" }, heading), ...own.map(sourceElement));
      else found.push(make("details", { class: "kind" }, make("summary", {}, heading), ...own.map(sourceElement)));
    });
    if (line.m) found.push(make("p", { class: "unequal" }, both(`另有 ${line.m} 个来源未收入本页：`, `${line.m} more sources are not on this page:`)));
    found.push(make("code", { class: "command" }, command(line.t, index.labels.keys[line.t] ?? [], line.k)));
    return found;
  }

  function sourceElement(source) {
    const list = make("dl");
    const add = (zh, en, ...value) => list.append(make("dt", {}, both(zh, en)), make("dd", {}, ...value));
    for (const [name, value] of source.a ?? []) {
      const [zh, en] = columnName(name);
      add(zh, en, make("span", { class: "money" }, /^-?\d+(\.\d+)?$/.test(value) ? grouped(value) : value));
    }
    if (source.t === "policy.entry") {
      const [zh, en] = tableName(`policy.${source.k[0]}`);
      add("清单", "List", both(zh, en), ` ${source.k[0]}`);
      add("条目", "Entry", source.k[1]);
      add("自", "From", `${source.e}　${source.s}　${source.o}`);
    } else if (source.d) {
      add("交付单位", "Deliverer", `${index.labels.deliverers[source.c] ?? ""} ${source.c}`);
      add("交付", "Delivery", `${source.i}　${index.labels.dates[source.d] ?? ""}　${source.d}`);
    } else {
      add("行", "Row", `${source.t} ${source.k.join(" ")}`);
    }
    add("文件", "File", source.f);
    if (source.p) add("位置", "Place", source.p);
    if (source.x) {
      add("原文", "As delivered", make("pre", { tabindex: "0" }, source.x));
      if (source.l) add("", "", both(`原文共 ${source.l} 字，此处为开头部分；全文见所存文件（SHA-256 如下）。`, `The text has ${source.l} characters; this is its beginning. The kept file has it whole.`));
    }
    add("SHA-256", "SHA-256", make("code", {}, source.h));
    return make("article", { class: source.r === 5 ? "source rule" : "source" }, list);
  }

  // --- the page

  function read() {
    const parts = location.hash.slice(1).split("/").map((part) => { try { return decodeURIComponent(part); } catch { return part; } });
    const form = forms.get(parts[0]);
    if (!form) return null;
    const place = form.places.get(JSON.stringify(parts.slice(1, -1)));
    const n = form.columns.findIndex((column) => column.name === parts.at(-1));
    if (place === undefined || n < 0) return { form, missing: parts };
    return { form, place, row: form.rows[place], column: form.columns[n], n };
  }

  function wayTo(form, place, column) {
    const way = [];
    for (let at = place; at !== undefined; at = form.above.get(at)) way.unshift(at);
    return make("ol", { class: "way" }, ...way.map((at) => make("li", {}, at === place
      ? make("span", { "aria-current": "page" }, nameOf(form, form.rows[at]))
      : make("a", { href: `#${anchor(form.table, form.rows[at].k, column.name)}` }, nameOf(form, form.rows[at])))));
  }

  let shownHash = null;
  async function show(focus) {
    const found = read();
    shownHash = location.hash;
    if (!found) { $("figure").replaceChildren(overview()); return; }
    choose(found.form, found.column);
    if (found.missing) {
      $("figure").replaceChildren(make("section", { class: "box alarm" }, make("h2", {}, both("本页没有这个数字", "This figure is not on this page")), make("p", {}, found.missing.slice(1).join(" ")),
        make("code", { class: "command" }, command(found.form.table, found.form.key, found.missing.slice(1, -1), found.missing.at(-1)))));
      return;
    }
    const { form, row, column, n, place } = found;
    const heading = make("h2", { tabindex: "-1" }, nameOf(form, row), "　", both(column.label, column.en));
    const boxes = [make("section", { class: "box" }, wayTo(form, place, column), heading,
      make("p", { class: "faint" }, form.title), make("p", { class: "amount" }, write(row.v[n], column)), commandOf(form, row, column))];
    if (row.b) boxes.push(belowTable(form, row, column, n));
    if (row.l && !(row.b && isSum(form, row, n))) {
      const lines = await linesBoxes(form, row, column, n);
      const open = make("button", { type: "button" }, both("展开所有来源", "Open all sources"));
      const box = make("section", { class: "box" }, make("div", { class: "tools-line filter" }, open), ...lines);
      open.addEventListener("click", () => box.querySelectorAll(".lines .opener[aria-expanded=false]").forEach((button) => button.click()));
      boxes.push(box);
    }
    if (row.many) boxes.push(make("p", { class: "box alarm" }, both(`此数有 ${grouped(String(row.many))} 行来源，过多，未收入本页；请用上方命令查看。`, `This figure has ${grouped(String(row.many))} lines, too many for this page; the command above shows them.`)));
    if (!row.b && !row.l && !row.many) boxes.push(make("p", { class: "box" }, both("没有行参与此数。", "No row took part in this figure.")));
    if (shownHash !== location.hash) return; // another was asked for meanwhile
    $("figure").replaceChildren(...boxes);
    Page.speak(document.documentElement.dataset.lang);
    if (focus) { heading.focus({ preventScroll: true }); $("figure").scrollIntoView(); }
  }

  function overview() {
    return make("div", {}, ...index.forms.map((form) => make("section", { class: "box" },
      make("h2", {}, both(form.title, form.en)),
      make("div", { class: "wide overview", tabindex: "0", role: "region", "aria-label": form.title }, make("table", {},
        make("thead", {}, make("tr", {}, make("th", { scope: "col" }, both("单位、资产", "Unit or asset")), ...form.columns.map((column) => make("th", { scope: "col", class: "number" }, both(column.label, column.en))))),
        make("tbody", {}, ...form.rows.slice(0, 20).map((row) => make("tr", {}, make("th", { scope: "row" }, nameOf(form, row)),
          ...form.columns.map((column, n) => make("td", { class: "number" }, make("a", { href: `#${anchor(form.table, row.k, column.name)}` }, write(row.v[n], column))))))))),
      form.rows.length > 20 ? make("p", { class: "faint" }, both(`共 ${form.rows.length} 行，以上为前 20 行；其余用“查找数字”。`, `${form.rows.length} rows; these are the first 20. Find the others above.`)) : null,
      form.leftOut ? make("p", { class: "unequal" }, both(`另有 ${form.leftOut} 行过多，未收入本页；用 shuzhang trace ${form.table} 查看。`, `${form.leftOut} more rows are too many for this page; see shuzhang trace ${form.table}.`)) : null)));
  }

  // --- finding

  function choose(form, column) {
    $("form").value = form.table;
    fill(form);
    if (column) $("column").value = column.name;
  }
  function fill(form) {
    const was = $("column").value;
    $("column").replaceChildren(...form.columns.map((column) => new Option(told(column.label, column.en), column.name)));
    if (form.columns.some((column) => column.name === was)) $("column").value = was;
    $("rows").replaceChildren(...[...new Set(form.rows.map((row) => nameOf(form, row)))].slice(0, 2000).map((name) => make("option", { value: name })));
  }
  function search() {
    const form = forms.get($("form").value), wanted = $("row").value.trim().toLowerCase();
    const hits = form.rows.filter((row) => `${row.n} ${row.k.join(" ")}`.toLowerCase().includes(wanted));
    const exact = hits.filter((row) => row.n.toLowerCase() === wanted || row.k.some((part) => part.toLowerCase() === wanted));
    const best = exact.length ? exact : hits;
    const links = best.slice(0, 60).map((row) => make("li", {}, make("a", { href: `#${anchor(form.table, row.k, $("column").value)}` }, `${nameOf(form, row)}${levelOf(form, row) ? `（${levelOf(form, row)}）` : ""}`)));
    $("hits").replaceChildren(...links, make("li", { class: "faint" }, both(best.length > 60 ? `共 ${best.length} 个，列出 60 个` : `共 ${best.length} 个`, `${best.length} found`)));
    if (best.length === 1) location.hash = anchor(form.table, best[0].k, $("column").value);
  }

  $("form").append(...index.forms.map((form) => new Option(form.title, form.table)));
  if (index.forms.length) fill(index.forms[0]);
  $("form").addEventListener("change", () => fill(forms.get($("form").value)));
  $("go").addEventListener("click", search);
  $("row").addEventListener("keydown", (event) => { if (event.key === "Enter") search(); });
  addEventListener("hashchange", () => { $("hits").replaceChildren(); show(true); });
  addEventListener("spoken", () => fill(forms.get($("form").value)));
  await show(location.hash.length > 1);
})();
