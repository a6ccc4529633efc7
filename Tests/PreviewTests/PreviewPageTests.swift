import Foundation
import Preview
import TestSupport
import Testing

/// The page in headless Chromium: what an author does, and what users of keyboards and screen readers need.
@Suite(
    .enabled(if: PythonOracle.isExpected && Browser.isExpected, "\(PythonOracle.hint); \(Browser.hint)"),
    .timeLimit(.minutes(3)))
struct PreviewPageTests {
    struct Result: Decodable {
        var errorsAtFirst: [String]
        var focusAtFirst: String
        var status: String
        var tables: [String]
        var progress: String
        var partitions: Int
        var firstRow: [String]
        var failure: String
        var unnamed: [String]
        var overflow: [Int]
        var firstStop: String
        var problems: [String]
    }

    @Test("every kind of field is filled in and arrives; then tables, a sample, its picture and its error are shown")
    func everyField() async throws {
        let server = try await PreviewServerTests.server()
        let input = ["url": server.address.absoluteString, "browser": Browser.path ?? ""]
        let result = try await PythonOracle.run(Self.script, input, as: Result.self)
        #expect(result.errorsAtFirst.contains("workspace") && result.errorsAtFirst.contains("service"))
        #expect(result.focusAtFirst == "workspace")
        #expect(result.status == "Every <field> accepts the credentials.")
        #expect(result.tables == ["events", "broken"])
        #expect(result.progress == "60 rows read: that is all there is.")
        #expect(result.partitions == 6)
        #expect(result.firstRow.contains { $0.hasPrefix("<script>") }, "markup of rows is shown as text")
        #expect(result.failure.contains("<b>nothing</b> works"))
        #expect(result.unnamed.isEmpty, "controls without an accessible name")
        #expect(result.overflow.allSatisfy { $0 <= 0 }, "the page is wider than the screen")
        #expect(result.firstStop == "Skip to the form")
        #expect(result.problems.isEmpty, "errors in the console")
        await server.stop()
    }

    private static let script = """
        import re
        from playwright.sync_api import sync_playwright, expect
        # A machine that builds beside it is slow, and no less right.
        expect.set_options(timeout=60_000)
        result = {"problems": [], "overflow": []}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=data["browser"], args=["--no-sandbox"])
            page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            page.on("console", lambda message: result["problems"].append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: result["problems"].append(str(error)))
            page.goto(data["url"])
            expect(page.get_by_label("Workspace")).to_be_visible()
            page.keyboard.press("Tab")
            result["firstStop"] = page.evaluate("document.activeElement.textContent")

            page.get_by_role("button", name="Check the credentials").click()
            expect(page.locator("#status")).to_contain_text("another look")
            result["errorsAtFirst"] = page.evaluate(
                "[...document.querySelectorAll('[data-error]')].filter(e => e.textContent).map(e => e.dataset.error)")
            result["focusAtFirst"] = page.evaluate("document.activeElement.id")

            page.get_by_label("Workspace").fill("acme")
            page.get_by_label("Port", exact=True).fill("8443")
            page.get_by_label("Method").select_option("user")
            page.locator("[id='method.user']").fill("reader")
            page.locator("[id='method.notes']").fill("line 1\\nline 2")
            page.get_by_label("Limit the history").check()
            page.get_by_label("Days").fill("30")
            page.locator("#account").fill("7")
            page.locator("#sites").fill("one, two")
            page.locator("#service").set_input_files(
                {"name": "key.json", "mimeType": "application/json",
                 "buffer": b'{"project_id": "p1", "private_key": "pk", "other": 1}'})
            page.locator("#settings").set_input_files(
                {"name": "settings.json", "mimeType": "application/json", "buffer": b'{"a": 1}'})
            page.locator("#tunnel").check()
            page.locator("[id='tunnel.host']").fill("bastion.example")
            page.locator("[id='tunnel.auth']").select_option("password")
            page.locator("[id='tunnel.auth.username']").fill("u")
            page.locator("[id='tunnel.auth.password']").fill("p")
            page.get_by_role("button", name="Check the credentials").click()
            # What the first check said is still there until the second one answers.
            expect(page.locator("#status")).to_contain_text(re.compile("accepts|arrive"), timeout=20000)
            result["status"] = page.inner_text("#status")
            expect(page.locator("#schemas tr")).to_have_count(2)
            result["tables"] = page.locator("#schemas th").all_inner_texts()

            page.get_by_role("button", name="Sample events").click()
            expect(page.locator("#progress-text")).to_contain_text(re.compile("read:|failed"))
            result["progress"] = page.inner_text("#progress-text")
            result["partitions"] = page.locator("#partitions li").count()
            result["firstRow"] = page.locator("#rows tbody tr").first.locator("td").all_inner_texts()
            result["unnamed"] = page.evaluate(
                "[...document.querySelectorAll('input,select,textarea,button')].filter(e => !(e.labels?.length || "
                "e.getAttribute('aria-label') || e.textContent.trim())).map(e => e.id)")
            for width in (1280, 768, 390):
                for scheme in ("light", "dark"):
                    page.set_viewport_size({"width": width, "height": 800})
                    page.emulate_media(color_scheme=scheme)
                    result["overflow"].append(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

            page.get_by_role("button", name="Sample broken").click()
            expect(page.locator("#sample-error")).to_be_visible()
            result["failure"] = page.inner_text("#sample-error")
            browser.close()
        """
}

/// Debian's Chromium.
enum Browser {
    static let path = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    static let isExpected = Requirement.met(path != nil)
    static let hint = "Chromium is missing: apt-get install chromium"
}
