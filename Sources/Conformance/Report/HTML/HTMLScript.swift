/// The page's script: filters, columns, the list behind a cell, arrow keys. Without it the page still says everything
/// but the single cases that passed.
enum HTMLScript {
    static let text = #"""
        "use strict";
        (() => {
          const data = JSON.parse(document.getElementById("data").textContent);
          const gravity = [1, 2, 5, 4, 3, 0, 6];
          const table = document.querySelector(".matrix"), tools = document.querySelector(".tools");
          const columns = document.getElementById("columns"), search = document.getElementById("search");
          const dialog = document.getElementById("cell");
          const make = (tag, text, attributes = {}) => {
            const element = document.createElement(tag);
            if (text !== undefined) element.textContent = text;
            for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
            return element;
          };
          const wanted = () => {
            const name = tools.querySelector("input[name=verdict]:checked").value;
            return name === "" ? -1 : data.verdicts.findIndex(verdict => verdict[0] === name);
          };
          const heads = () => columns.value === ""
            ? data.groups.map(([id, title]) => ({ short: id, long: title, holds: check => data.checks[check][1] === id }))
            : data.checks.map((check, index) => ({ short: check[0], long: check[2], group: check[1],
                holds: other => other === index })).filter(head => head.group === columns.value);
          const mark = (cells, verdict, label) => {
            const worst = verdict >= 0 && cells.some(cell => cell.v === verdict) ? verdict
              : gravity.find(v => cells.some(cell => cell.v === v));
            const [name, style, sign] = data.verdicts[worst];
            const count = cells.filter(cell => cell.v === worst).length;
            const button = make("button", columns.value === "" ? `${sign} ${count}` : sign, {
              type: "button", tabindex: "-1", class: `mark ${style}`,
              "aria-label": `${label}: ${count} of ${cells.length} ${name}` });
            if (verdict >= 0 && worst !== verdict) button.classList.add("dim");
            return button;
          };
          const open = (title, cells) => {
            document.getElementById("cell-title").textContent = title;
            const list = document.getElementById("cell-checks");
            list.replaceChildren(...cells.map(cell => {
              const [name, style] = data.verdicts[cell.v], item = make("li");
              item.append(make("span", name, { class: `badge ${style}` }), " ", make("code", data.checks[cell.c][0]),
                " ", make("span", `${cell.t} ms`, { class: "quiet" }), make("p", cell.d ?? data.checks[cell.c][2]));
              if (cell.f) {
                const link = make("a", "See the failure", { href: `#failure-${cell.f}` });
                link.addEventListener("click", () => {
                  dialog.close();
                  document.querySelector(`#failure-${cell.f} details`).open = true;
                });
                item.append(link);
              }
              return item;
            }));
            dialog.showModal();
          };
          const draw = () => {
            const verdict = wanted(), text = search.value.toLowerCase(), shown = heads(), body = make("tbody");
            table.classList.toggle("checks", columns.value !== "");
            const head = make("tr");
            head.append(make("th", "Scenario and table", { scope: "col" }));
            for (const column of shown) {
              const cell = make("th", undefined, { scope: "col" });
              if (columns.value === "") cell.append(column.short, make("small", column.long));
              else cell.append(make("abbr", column.short, { title: column.long }));
              head.append(cell);
            }
            table.tHead.replaceChildren(head);
            for (const row of data.rows) {
              const place = row.table === "*" ? "the source" : row.table;
              if (!`${row.scenario} ${place}`.toLowerCase().includes(text)) continue;
              if (verdict >= 0 && !row.cells.some(cell => cell.v === verdict)) continue;
              const line = make("tr"), name = make("th", undefined, { scope: "row" });
              name.append(make("span", row.scenario), place);
              line.append(name);
              for (const column of shown) {
                const cells = row.cells.filter(cell => column.holds(cell.c)), slot = make("td");
                if (cells.length) {
                  const title = `${row.scenario} / ${place}, ${column.long}`;
                  const button = mark(cells, verdict, title);
                  button.addEventListener("click", () => open(title, cells));
                  slot.append(button);
                }
                line.append(slot);
              }
              body.append(line);
            }
            if (!body.children.length) {
              const line = make("tr");
              line.append(make("td", "No row fits.", { colspan: String(shown.length + 1) }));
              body.append(line);
            }
            table.tBodies[0].replaceWith(body);
            const first = body.querySelector("button");
            if (first) first.tabIndex = 0;
          };
          table.addEventListener("keydown", event => {
            const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
            const step = steps[event.key], cell = event.target.closest("td");
            if (!step || !cell) return;
            event.preventDefault();
            let [row, column] = [cell.parentElement.sectionRowIndex, cell.cellIndex], button = null;
            const rows = table.tBodies[0].rows;
            do {
              row += step[0]; column += step[1];
              button = rows[row]?.cells[column]?.querySelector("button");
            } while (!button && rows[row]?.cells[column] && column > 0);
            if (!button) return;
            table.querySelectorAll("button[tabindex='0']").forEach(other => { other.tabIndex = -1; });
            button.tabIndex = 0;
            button.focus();
          });
          tools.hidden = false;
          tools.addEventListener("input", draw);
          tools.addEventListener("submit", event => event.preventDefault());
          dialog.addEventListener("click", event => { if (event.target === dialog) dialog.close(); });
          draw();
        })();
        """#
}
