import Columns
import Tributary

extension StripeSource {
    /// The tables, in alphabetical order. Lists: https://docs.stripe.com/api/pagination
    public static let endpoints = [
        list("balance_transactions", "Balance transactions: each movement of the account's balance."),
        list("charges", "Charges: attempts to move money from a customer."),
        list("coupons", "Coupons: discounts that can be given."),
        list("credit_notes", "Credit notes: corrections of finalised invoices."),
        child(
            "customer_balance_transactions", of: "customers", path: "/v1/customers/{customers.id}/balance_transactions",
            "Movements of each customer's credit balance."),
        child(
            "customer_payment_methods", of: "customers", path: "/v1/customers/{customers.id}/payment_methods",
            "Payment methods that are attached to a customer."),
        list("customers", "Customers."),
        list("disputes", "Disputes: charges that a bank was asked to take back."),
        list(
            "invoice_items", path: "/v1/invoiceitems", cursor: "date", "Invoice items: what goes on a coming invoice."),
        // A line has no moment of its own: its period can lie in the future and is corrected.
        child(
            "invoice_line_items", of: "invoices", path: "/v1/invoices/{invoices.id}/lines", partitioning: .md5(),
            "Lines of each invoice, all of them; an invoice itself shows the first ten."),
        list("invoices", "Invoices."),
        list("payment_intents", "Payment intents: payments from their start to their end."),
        list("payouts", "Payouts to the account's bank."),
        list("prices", "Prices of products."),
        list("products", "Products."),
        list("refunds", "Refunds of charges."),
        list("subscriptions", query: ["status": "all"], "Subscriptions, ended ones included."),
    ]

    /// A table with its own list, newest first, which takes bounds on the moment of creation.
    private static func list(
        _ name: String, path: String? = nil, cursor: String = "created", query: KeyValuePairs<String, String> = [:],
        _ description: String
    ) -> RESTEndpoint {
        // Both bounds are inclusive: of several rows of one second, some may not have been there before.
        let created = RESTIncremental(
            .datetime(cursor), start: RESTIncremental.Bound("created[gte]", format: .epochSeconds),
            end: RESTIncremental.Bound("created[lte]", format: .epochSeconds), sort: .descending)
        return RESTEndpoint(
            name, path: path ?? "/v1/\(name)", primaryKeys: ["id"], rows: "data", incremental: [created],
            sort: .descending, partitioning: .datetime(cursor, by: .month), query: query, description: description,
            defaultLookback: .seconds(7 * 86_400))
    }

    /// A table that is asked for once for each row of another. Its rows name that row themselves.
    private static func child(
        _ name: String, of parent: String, path: String,
        partitioning: PartitionHints = .datetime("created", by: .month), _ description: String
    ) -> RESTEndpoint {
        RESTEndpoint(
            name, path: path, primaryKeys: ["id"], rows: "data", sort: .unsorted, partitioning: partitioning,
            parent: RESTParent(parent, columns: [:]),
            // A parent that was deleted after it was listed has no children any more.
            actions: [.ignore(404)], description: description, isSelectedByDefault: false)
    }
}
