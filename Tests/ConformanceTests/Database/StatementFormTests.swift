import Testing
import Tributary

@testable import Conformance

@Suite struct StatementFormTests {
    @Test("literals and quoted names are taken out, and parameters and names with digits are not")
    func literals() {
        let form = StatementForm(#"SELECT "a 1", t2.b FROM t2 WHERE b = 'O''Hara' AND c > -1.5 AND d = $1"#, .postgres)
        #expect(form.text == "SELECT ?, t2.b FROM t2 WHERE b = ? AND c > -? AND d = $1")
        #expect(form.literals == [#""a 1""#, "'O''Hara'", "1.5"])
    }

    @Test("a text that ends its own literal changes the form, and one that is doubled does not")
    func endings() {
        func form(_ literal: String, _ engine: DatabaseEngine) -> String {
            StatementForm("SELECT 1 FROM t WHERE a = \(literal)", engine).text
        }
        #expect(form("'kit' OR '1'='1'", .mysql) != form("'kit'", .mysql))
        #expect(form("'kit'' OR ''1''=''1'", .mysql) == form("'kit'", .mysql))
        // Of MySQL alone a backslash keeps the quote from ending the text.
        #expect(form(#"'kit\' OR 1=1'"#, .mysql) == form("'kit'", .mysql))
        #expect(form(#"'kit\' OR 1=1 -- '"#, .postgres) != form("'kit'", .postgres))
    }
}
