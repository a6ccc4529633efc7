import Columns

/// Where the time went.
struct HTMLTimings {
    let report: ConformanceReport

    init(_ report: ConformanceReport) { self.report = report }

    var section: Markup {
        let timings = report.timings
        let most = timings.first?.seconds ?? 0
        let rows = timings.map { timing -> Markup in
            let share = most > 0 ? Int(timing.seconds / most * 100) : 0
            return """
                <tr><th scope="row"><code>\(timing.check)</code><span class="bar" style="width:\(share)%"></span></th>\
                <td>\(HTMLReport.seconds(timing.seconds))</td><td>\(timing.cases)</td>\
                <td>\(HTMLReport.seconds(timing.slowest))</td><td class="text">\(timing.slowestCase)</td></tr>
                """
        }
        return """
            <section id="timings" aria-labelledby="timings-title">
            <h2 id="timings-title">Timings</h2>
            <details><summary>\(timings.count.counted("check")), the costliest first</summary>
            <div class="scroll" tabindex="0" role="region" aria-labelledby="timings-title">
            <table class="list numbers"><thead><tr><th scope="col">Check</th><th scope="col">Sum</th>\
            <th scope="col">Cases</th><th scope="col">Slowest</th><th scope="col">Slowest case</th></tr></thead>
            <tbody>\(rows.joined())</tbody></table></div></details>
            </section>
            """
    }
}
